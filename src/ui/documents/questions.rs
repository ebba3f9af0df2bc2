use crate::state::{Action, AppState, SampleQuestion};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live};
use crate::ui::part::field;
use leptos::prelude::*;

/// The questions that come with the sample, each to be asked by a click, with what is to be expected of an answer.
#[component]
pub fn Questions() -> impl IntoView {
    let state = AppState::get();
    let questions = RwSignal::new(None::<Vec<SampleQuestion>>);
    state.load_sample_questions(questions);
    let list = move || match questions.get() {
        None => field::hint(t!("Loading the questions.")),
        Some(questions) if questions.is_empty() => {
            field::hint(t!("The questions could not be loaded. Reload the page."))
        }
        Some(questions) => {
            let rows = questions.into_iter().map(|question| row(state, question)).collect_view();
            view! { <ol class="history-list questions" aria-label=t!("Sample questions")>{rows}</ol> }
                .into_any()
        }
    };
    view! {
        <Modal title=t!("Sample questions")>
            {live(list)}
            <div class="form-actions">
                <span class="hint">{t!("All of them over all columns at once: with experiments, which are not there yet.")}</span>
                <button class="button" type="button" disabled=true>{t!("Run all questions")}</button>
            </div>
        </Modal>
    }
    .into_any()
}

fn row(state: AppState, question: SampleQuestion) -> AnyView {
    let SampleQuestion { question, gold_answer, difficulty } = question;
    let expected = gold_answer.unwrap_or_else(|| t!("None: the documents do not say.").into());
    let label = question.clone();
    let ask = move |_| {
        state.view.dialog.set(None);
        state.session.question.set(question.clone());
        state.act(Action::Ask);
    };
    view! {
        <li class="history-row">
            <div class="history-run">
                <button class="history-open" type="button" on:click=listener(ask)>{label}</button>
                <details class="more">
                    <summary>{difficulty}</summary>
                    <p class="hint">{t!("Expected: {answer}", answer = expected)}</p>
                </details>
            </div>
        </li>
    }
    .into_any()
}
