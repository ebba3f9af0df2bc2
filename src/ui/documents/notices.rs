//! What is to be said about the documents as a whole, above and below their list.

use crate::state::{Action, AppState};
use crate::types::{DocumentId, RunId};
use crate::ui::part::erased::{listener, live};
use leptos::prelude::*;

/// Documents that the chosen embedder has not embedded, and the button that has it done.
pub fn outdated(state: AppState) -> AnyView {
    let embedder = state.settings.with(|settings| settings.recipe().embedder.clone());
    let count = state.corpus.outdated(&embedder);
    if count == 0 {
        return ().into_any();
    }
    let text = t!(
        "{count} {count#document is|documents are} not embedded by {embedder} yet. Until then, only BM25 finds them.",
        count = count,
        embedder = embedder.name(),
    );
    view! {
        <p class="notice">{text}" "<button class="button" on:click=move |_| state.act(Action::Renew)>{t!("Embed them now")}</button></p>
    }
    .into_any()
}

/// What is stored is of a newer version: nothing is opened or changed until the page is that version.
pub fn newer(state: AppState) -> AnyView {
    if !state.corpus.newer.get() {
        return ().into_any();
    }
    let reload = |_| drop(window().location().reload());
    view! {
        <p class="notice bad" role="alert">
            {t!("This browser holds data of a newer version of Sidecite. It was left as it is.")}" "
            <button class="button" on:click=listener(reload)>{t!("Reload")}</button>
        </p>
    }
    .into_any()
}

/// Documents that the reader of today would read better, and the button that has it done.
pub fn read_before(state: AppState) -> AnyView {
    let ids = state.corpus.read_before();
    if ids.is_empty() {
        return ().into_any();
    }
    let text = t!("{count} {count#document was|documents were} read by an older reader.", count = ids.len());
    let again = move |_| ids.iter().for_each(|id| state.act(Action::Retry(*id, None)));
    view! { <p class="notice">{text}" "<button class="button" on:click=again>{t!("Read all again")}</button></p> }
        .into_any()
}

/// Files that were not added, because a document has the same content.
pub fn same(state: AppState) -> AnyView {
    let line = |(name, known): (String, String)| {
        let text = if name == known {
            t!("{name} was added before.", name = name)
        } else {
            t!("{name} has the same content as {known}.", name = name, known = known)
        };
        view! { <li dir="auto">{text}</li> }
    };
    let list = live(move || {
        let same = state.corpus.same.get();
        (!same.is_empty()).then(|| {
            view! {
                <div class="notice">
                    <ul class="notice-list">{same.into_iter().map(line).collect_view()}</ul>
                    <button class="button" on:click=listener(move |_| state.corpus.same.set(Vec::new()))>{t!("Dismiss")}</button>
                </div>
            }
        })
    });
    view! { <div role="status" aria-label=t!("Same content")>{list}</div> }.into_any()
}

/// What was removed a moment ago, and the runs that still quote it.
pub fn removed(state: AppState) -> AnyView {
    let line = move |id: DocumentId, name: String| {
        let label = t!("Undo removing {name}", name = name);
        view! {
            <p class="notice">
                {t!("Removed")}" "<bdi>{name}</bdi>" "
                <button class="button" aria-label=label on:click=listener(move |_| state.act(Action::UndoRemove(id)))>{t!("Undo")}</button>
                {quoting(state, id)}
            </p>
        }
        .into_any()
    };
    let removed = state.corpus.removed.get();
    let lines = removed.into_iter().map(|row| line(row.id, row.name)).collect_view();
    view! { <div role="status" aria-label=t!("Removed documents")>{lines}{deleted(state)}</div> }.into_any()
}

/// The button that deletes the runs which quote a removed document.
fn quoting(state: AppState, id: DocumentId) -> AnyView {
    let count = move || {
        let of = |quoting: &Vec<(DocumentId, Vec<RunId>)>| {
            quoting.iter().find(|(document, _)| *document == id).map(|(_, runs)| runs.len() as u64)
        };
        state.history.quoting.with(of)
    };
    live(move || {
        count().map(|count| {
            let text = t!("Delete {count} {count#run that quotes|runs that quote} it", count = count);
            view! { " "<button class="button" on:click=listener(move |_| state.act(Action::DeleteQuoting(id)))>{text}</button> }
        })
    })
}

/// Runs that were deleted a moment ago, while the dialog that also says so is closed.
fn deleted(state: AppState) -> AnyView {
    live(move || {
        let count = state.history.deleted.with(Vec::len) as u64;
        (count > 0 && state.view.dialog.with(Option::is_none)).then(|| {
            let text = t!("{count} {count#run|runs} deleted.", count = count);
            let undo = listener(move |_| state.act(Action::UndoDeleteRuns));
            view! { <p class="notice">{text}" "<button class="button" aria-label=t!("Undo deleting runs") on:click=undo>{t!("Undo")}</button></p> }
        })
    })
}
