use crate::state::{AnswerOf, AppState, ColumnView, differences};
use crate::types::{AnswerState, Column};
use crate::ui::answers::toolbar;
use crate::ui::part::deferred::{self, Part};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::icon::{Icon, Name};
use leptos::ev::DragEvent;
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
    let (column, place) = view.with_untracked(|view| (view.column.clone(), view.place.clone()));
    // The person may rename it.
    let name = Memo::new(move |_| view.with(|view| view.name.clone()));
    let with_documents = column.with_documents;
    let recipe = column.recipe;
    let is_earlier = matches!(of, AnswerOf::Earlier(_));
    let label = Memo::new(move |_| state.session.label(of));
    let own = column.clone();
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
            on:dragover=listener(move |event: DragEvent| toolbar::allow_drop(&event))
            on:drop=listener(move |event: DragEvent| toolbar::drop_on(state, id, &event))
            class:expanded=expanded
            class:earlier=is_earlier
            tabindex="-1"
            aria-label=sig(move || label.get())
            data-column=(!is_earlier).then(|| id.0.to_string())
            data-recipe=sig(move || state.settings.with(|settings| settings.recipes.get(recipe).name().to_owned()))
            data-recipe-id=recipe.0.to_string()
            data-state=sig(move || data_state.get())
            data-evidence-sha256=sha256
            data-with-documents=with_documents.to_string()
        >
            <header class="column-head">
                <div class="column-title">
                    <h3 draggable=(!is_earlier).then_some("true") on:dragstart=listener(move |event: DragEvent| toolbar::drag(id, &event))>
                        {live(move || name.get())}
                    </h3>
                    <p>
                        <span class="badge" class:plain=!with_documents>
                            {if with_documents { t!("with documents") } else { t!("no documents") }}
                        </span>
                        {live(move || status(data_state.get()))}
                        {is_earlier.then(|| view! { <span class="badge plain">{t!("earlier")}</span> })}
                        {live(move || told_apart(state, &own))}
                        <span class="column-place">{place}</span>
                    </p>
                </div>
                {(!is_earlier).then(|| toolbar::toolbar(state, &column, label, data_state))}
            </header>
            {live(move || if asked.get() { deferred::part(Part::Answer(of, view)) } else { not_asked() })}
        </article>
    }
    .into_any()
}

/// What tells the column from others of its model.
fn told_apart(state: AppState, own: &Column) -> AnyView {
    let cells = state.session.columns.cells();
    let columns: Vec<Column> =
        cells.iter().map(|cell| cell.value.with_untracked(|view| view.column.clone())).collect();
    let badge = |line: String| view! { <span class="badge plain">{line}</span> };
    let recipe = state.settings.with(|settings| {
        let is_told = settings.recipes.count() > 1 && own.with_documents;
        is_told.then(|| settings.recipes.get(own.recipe).name().to_owned())
    });
    recipe.into_iter().chain(differences(own, &columns)).map(badge).collect_view().into_any()
}

/// Where an answer stands, in a word and a drawing.
fn status(state: &'static str) -> AnyView {
    let (icon, word) = match state {
        "waiting" => (Name::Waiting, t!("Waiting")),
        "streaming" => (Name::Writing, t!("Streaming")),
        "done" => (Name::Done, t!("Done")),
        "stopped" => (Name::Stop, t!("Stopped")),
        "failed" => (Name::Warning, t!("Failed")),
        "interrupted" => (Name::Warning, t!("Interrupted")),
        _ => return ().into_any(),
    };
    view! { <span class=format!("column-status {state}")><Icon name=icon/>{word}</span> }.into_any()
}

fn not_asked() -> AnyView {
    view! { <div class="column-body" tabindex="0" role="group" aria-label=t!("Answer")><p class="hint">{t!("Ask a question: the answer appears here.")}</p></div> }.into_any()
}
