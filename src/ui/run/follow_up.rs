use crate::state::AppState;
use crate::types::{ColumnId, ModelRef, UserError};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A follow-up question: which columns it goes to, who condenses it with the question before into one, and what is sent.
#[component]
pub fn FollowUpDialog() -> impl IntoView {
    let state = AppState::get();
    let follow_up = RwSignal::new(String::new());
    let question = RwSignal::new(String::new());
    let error = RwSignal::new(None::<UserError>);
    let is_condensing = RwSignal::new(false);
    let columns = state.session.columns.cells_now();
    let chosen = RwSignal::new(columns.iter().map(|cell| cell.key).collect::<Vec<ColumnId>>());
    let models: Vec<(ColumnId, String)> = columns
        .iter()
        .map(|cell| {
            cell.value.with_untracked(|view| (cell.key, view.column.model.clone(), view.name.clone()))
        })
        .filter(|(_, model, _)| can_condense(model))
        .map(|(id, _, name)| (id, name))
        .collect();
    let model = RwSignal::new(None::<ColumnId>);
    // Without a model the two questions are joined as they are typed.
    Effect::new(move || {
        let typed = follow_up.get();
        if model.get().is_none() {
            let text = if typed.trim().is_empty() { String::new() } else { state.joined_with_run(&typed) };
            question.set(text);
        }
    });
    let condense = move || {
        let Some(id) = model.get_untracked() else { return };
        is_condensing.set(true);
        error.set(None);
        spawn_local(async move {
            match state.condense(id, follow_up.get_untracked()).await {
                Ok(text) => question.set(text),
                Err(user_error) => error.set(Some(user_error)),
            }
            is_condensing.set(false);
        });
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let question = question.get_untracked().trim().to_owned();
        if !question.is_empty() {
            state.follow_up(question, &chosen.get_untracked());
            state.view.dialog.set(None);
        }
    };
    let is_empty = move || question.with(|text| text.trim().is_empty());
    let choices = columns
        .into_iter()
        .map(move |cell| choice(cell.key, cell.value.with_untracked(|view| view.name.clone()), chosen));
    let options = std::iter::once((String::new(), t!("No model: join the two questions").into()))
        .chain(models.into_iter().map(|(id, name)| (id.0.to_string(), name)))
        .collect();
    let choose_model = Callback::new(move |value: String| model.set(value.parse().ok().map(ColumnId)));
    view! {
        <Modal title=t!("Follow up")>
            <form class="form" on:submit=listener(submit)>
                {area(t!("Follow-up question"), follow_up)}
                {field::select(t!("Condense with"), options, "", choose_model)}
                <Show when=move || model.get().is_some()>
                    {live(move || {
                        let label = if is_condensing.get() { t!("Condensing") } else { t!("Condense") };
                        view! {
                            <button class="button" type="button" disabled=is_condensing.get() on:click=listener(move |_| condense())>{label}</button>
                        }
                    })}
                </Show>
                {live(move || field::user_error(error.get()))}
                {area(t!("Question to send"), question)}
                <p class="hint">{t!("All chosen columns get this question and the same evidence. You can edit it.")}</p>
                <fieldset>
                    <legend>{t!("Columns")}</legend>
                    {choices.collect_view()}
                </fieldset>
                <div class="form-actions">
                    <button class="button primary" type="submit" disabled=sig(is_empty)>{t!("Ask")}</button>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}

/// A model that rewrites text; the extractive one only quotes.
fn can_condense(model: &ModelRef) -> bool {
    match model {
        ModelRef::Remote { .. } | ModelRef::SmolLm2 => true,
        ModelRef::Extractive | ModelRef::Chrome => false,
    }
}

fn area(label: &'static str, value: RwSignal<String>) -> AnyView {
    view! {
        <label>
            {label}
            <textarea rows="2" prop:value=sig(move || value.get()) on:input=listener(move |event| value.set(event_target_value(&event)))></textarea>
        </label>
    }
    .into_any()
}

fn choice(id: ColumnId, name: String, chosen: RwSignal<Vec<ColumnId>>) -> AnyView {
    let toggle = move |event| {
        let is_on = event_target_checked(&event);
        chosen.update(|chosen| {
            chosen.retain(|other| *other != id);
            if is_on {
                chosen.push(id);
            }
        });
    };
    view! {
        <label class="choice">
            <input type="checkbox" prop:checked=sig(move || chosen.with(|chosen| chosen.contains(&id))) on:change=listener(toggle)/>
            {name}
        </label>
    }
    .into_any()
}
