use crate::state::{Action, AnswerOf, AppState, ColumnView, Dialog};
use crate::types::{AnswerState, ColumnId, ModelRef};
use crate::ui::part::deferred::{self, Part};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::icon::{Icon, Name};
use leptos::prelude::*;

/// One column: who answers, what it says, what it took.
#[component]
pub fn ColumnCard(
    /// Whose answer it shows.
    of: AnswerOf,
    /// Its value.
    view: ArcRwSignal<ColumnView>,
) -> impl IntoView {
    let state = AppState::get();
    let view = RwSignal::from(view);
    let id = of.column();
    let (column, name, place) =
        view.with_untracked(|view| (view.column.clone(), view.name.clone(), view.place.clone()));
    let with_documents = column.with_documents;
    // Quotations without documents would be empty.
    let can_have_baseline = with_documents && column.model != ModelRef::Extractive;
    let is_earlier = matches!(of, AnswerOf::Earlier(_));
    let label = Memo::new(move |_| state.session.label(of));
    let expanded = move || state.session.expanded.get() == Some(id);
    let data_state = Memo::new(move |_| view.with(|view| view.state().map_or("idle", AnswerState::name)));
    let asked = Memo::new(move |_| view.with(|view| view.head.is_some()));
    let sha256 = move || {
        view.with(|view| {
            view.sent.as_ref().and_then(|sent| sent.evidence_sha256).map(|hash| hash.to_string())
        })
    };
    view! {
        <article
            class="column"
            class:expanded=expanded
            class:earlier=is_earlier
            tabindex="-1"
            aria-label=sig(move || label.get())
            data-column=(!is_earlier).then(|| id.0.to_string())
            data-recipe=column.recipe.0.to_string()
            data-state=sig(move || data_state.get())
            data-evidence-sha256=sha256
            data-with-documents=with_documents.to_string()
        >
            <header class="column-head">
                <div class="column-title">
                    <h3>{name}</h3>
                    <p>
                        <span class="badge" class:plain=!with_documents>
                            {if with_documents { "with documents" } else { "no documents" }}
                        </span>
                        {live(move || status(data_state.get()))}
                        {is_earlier.then(|| view! { <span class="badge plain">"earlier"</span> })}
                        <span class="column-place">{place}</span>
                    </p>
                </div>
                <div class="column-actions">{live(move || (!is_earlier).then(|| actions(state, id, &label.get(), can_have_baseline, data_state.get(), expanded())))}</div>
            </header>
            {live(move || if asked.get() { deferred::part(Part::Answer(of, view)) } else { not_asked() })}
        </article>
    }
    .into_any()
}

fn actions(
    state: AppState,
    id: ColumnId,
    name: &str,
    can_have_baseline: bool,
    data_state: &str,
    expanded: bool,
) -> AnyView {
    let button = |label: String, icon: Name, press: Box<dyn Fn() + Send>| {
        view! {
            <button class="button quiet tiny" aria-label=label.clone() title=label on:click=listener(move |_| press())>
                <Icon name=icon/>
            </button>
        }
    };
    let under_way = matches!(data_state, "waiting" | "streaming");
    let run = match (under_way, data_state) {
        (true, _) => {
            Some(button(format!("Stop {name}"), Name::Stop, Box::new(move || state.act(Action::Stop(id)))))
        }
        (false, "idle") => None,
        _ => Some(button(
            format!("Run {name} again"),
            Name::Retry,
            Box::new(move || state.act(Action::RunAgain(id))),
        )),
    };
    let baseline = can_have_baseline.then(|| {
        button(
            format!("Add baseline of {name} without documents"),
            Name::Baseline,
            Box::new(move || state.act(Action::AddBaseline(id))),
        )
    });
    let copied = state.view.copied.get() == Some(id);
    let copy = (data_state != "idle").then(|| {
        let icon = if copied { Name::Done } else { Name::Copy };
        button(format!("Copy answer of {name}"), icon, Box::new(move || state.act(Action::CopyAnswer(id))))
    });
    let expand_label = if expanded { format!("Collapse {name}") } else { format!("Expand {name}") };
    let toggle = move || state.session.expanded.set((!expanded).then_some(id));
    view! {
        {run}
        {copy}
        {baseline}
        {button(format!("View request of {name}"), Name::Code, Box::new(move || state.view.dialog.set(Some(Dialog::Request(id)))))}
        {button(expand_label, Name::Expand, Box::new(toggle))}
        {button(format!("Remove column {name}"), Name::Close, Box::new(move || state.remove_column(id)))}
    }
    .into_any()
}

/// Where an answer stands, in a word and a drawing.
fn status(state: &'static str) -> AnyView {
    let (icon, word) = match state {
        "waiting" => (Name::Waiting, "Waiting"),
        "streaming" => (Name::Writing, "Streaming"),
        "done" => (Name::Done, "Done"),
        "stopped" => (Name::Stop, "Stopped"),
        "failed" => (Name::Warning, "Failed"),
        "interrupted" => (Name::Warning, "Interrupted"),
        _ => return ().into_any(),
    };
    view! { <span class=format!("column-status {state}")><Icon name=icon/>{word}</span> }.into_any()
}

fn not_asked() -> AnyView {
    view! { <div class="column-body" tabindex="0" role="group" aria-label="Answer"></div> }.into_any()
}
