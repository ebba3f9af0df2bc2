use crate::browser::clock::now_millis;
use crate::format;
use crate::state::{Action, AppState, Row, RowActions, RowState};
use crate::types::DocumentId;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::icon::{Icon, Name};
use crate::ui::part::problem;
use leptos::prelude::*;

/// One document: name, state, size, pages, chunks, progress, and what can be done.
#[component]
pub fn DocumentRow(
    /// The row.
    row: ArcRwSignal<Row>,
) -> impl IntoView {
    let state = AppState::get();
    let row = RwSignal::from(row);
    let (id, name) = row.with_untracked(|row| (row.id, row.name.clone()));
    let word = Memo::new(move |_| row.with(|row| row.state.name()));
    let can = Memo::new(move |_| row.with(Row::actions));
    let can_open = Memo::new(move |_| row.with(|row| row.state.is_searchable()));
    let active = Memo::new(move |_| {
        state.view.opened.with(|opened| opened.as_ref().is_some_and(|opened| opened.document.id == id))
    });
    view! {
        <li class="document-row" data-state=sig(move || word.get()) class:active=sig(move || active.get())>
            <button
                class="document-row-name"
                disabled=sig(move || !can_open.get())
                title=name.clone()
                on:click=listener(move |_| state.act(Action::OpenDocument(id, None)))
            >
                <bdi>{name.clone()}</bdi>
            </button>
            <span class="document-row-actions">{live(move || actions(state, id, &name, can.get()))}</span>
            <span class="document-row-about">{live(move || row.with(about))}</span>
            {live(move || row.with(progress))}
            {live(move || row.with(reason))}
        </li>
    }
    .into_any()
}

/// The line below the name.
fn about(row: &Row) -> String {
    let mut parts = vec![format::bytes(row.size_bytes)];
    let pages =
        |pages: u32| (pages > 0).then(|| format!("{} {}", pages, if pages == 1 { "page" } else { "pages" }));
    match &row.state {
        RowState::Adding | RowState::Queued => parts.push("queued".into()),
        RowState::Reading { .. } => parts.push("reading".into()),
        RowState::Embedding(embedding) => {
            parts.insert(0, embedding.format.label().into());
            parts.extend(pages(embedding.pages));
            parts.extend((embedding.searchable && embedding.total == 0).then(|| "found by BM25".to_owned()));
            parts.push(match (embedding.total, embedding.loading) {
                (0, Some(loading)) => embedder_progress(loading),
                (0, None) if embedding.searchable => "waiting for the embedder".into(),
                (0, None) => "chunking".into(),
                (total, _) => format!("chunk {} of {total}", embedding.done),
            });
            parts.extend(match &embedding.waits {
                Some(why) => Some(problem::message(why)),
                None => row.state.time_left(now_millis()),
            });
        }
        RowState::Ready(manifest) => {
            parts.insert(0, manifest.format.label().into());
            parts.extend(pages(manifest.pages));
            let word = if manifest.chunks == 1 { "chunk" } else { "chunks" };
            parts.push(format!("{} {word}", format::count(u64::from(manifest.chunks))));
            if row.is_outdated() {
                parts.push("read by an older reader".into());
            }
        }
        RowState::Failed { .. } | RowState::Damaged(_) => parts.push("failed".into()),
        RowState::Cancelled => parts.push("cancelled".into()),
    }
    parts.join(" · ")
}

/// How much of the built-in embedder has come.
fn embedder_progress((done, total): (u64, u64)) -> String {
    match total {
        0 => format!("loading the embedder: {}", format::bytes(done)),
        _ => format!("loading the embedder: {} of {}", format::bytes(done), format::bytes(total)),
    }
}

fn progress(row: &Row) -> AnyView {
    if !row.state.is_under_way() {
        return ().into_any();
    }
    let label = format!("Progress of {}", row.name);
    match row.state.fraction() {
        Some(fraction) => {
            view! { <progress class="document-row-progress" aria-label=label max="1" value=fraction.to_string()></progress> }.into_any()
        }
        None => view! { <progress class="document-row-progress" aria-label=label></progress> }.into_any(),
    }
}

/// Why it failed and what to do, or what went partly wrong.
fn reason(row: &Row) -> AnyView {
    let id = row.id;
    match &row.state {
        RowState::Failed { user_error, password } => {
            let password = *password;
            view! {
                <span class="document-row-reason bad">{problem::text(user_error)}</span>
                {password.then(|| view! { <Password id name=row.name.clone()/> })}
            }
            .into_any()
        }
        RowState::Damaged(user_error) => {
            view! { <span class="document-row-reason bad">{problem::text(user_error)}</span> }.into_any()
        }
        RowState::Ready(manifest) if !manifest.warnings.is_empty() => {
            let warnings: Vec<String> =
                manifest.warnings.iter().map(|warning| problem::message(&warning.what)).collect();
            view! { <span class="document-row-reason"><Icon name=Name::Warning/>{warnings.join(" ")}</span> }
                .into_any()
        }
        _ => ().into_any(),
    }
}

/// Asks for a password and tries again with it.
#[component]
fn Password(id: DocumentId, name: String) -> impl IntoView {
    let state = AppState::get();
    let typed = RwSignal::new(String::new());
    view! {
        <form
            class="document-row-password"
            on:submit=listener(move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                state.act(Action::Retry(id, Some(typed.get_untracked())));
            })
        >
            <input
                type="password"
                autocomplete="off"
                aria-label=format!("Password of {name}")
                placeholder="Password"
                prop:value=sig(move || typed.get())
                on:input=listener(move |event| typed.set(event_target_value(&event)))
            />
            <button class="button" type="submit">"Open"</button>
        </form>
    }
    .into_any()
}

fn actions(state: AppState, id: DocumentId, name: &str, can: RowActions) -> AnyView {
    let icon = move |shown: bool,
                     label: String,
                     title: &'static str,
                     icon: Name,
                     act: fn(AppState, DocumentId)| {
        shown.then(|| {
            view! {
                <button class="button quiet tiny" aria-label=label title=title on:click=listener(move |_| act(state, id))>
                    <Icon name=icon/>
                </button>
            }
            .into_any()
        })
    };
    let read_again = can.read_again.then(|| {
        let label = format!("Read again {name}");
        view! {
            <button class="button quiet tiny" aria-label=label on:click=listener(move |_| state.act(Action::Retry(id, None)))>
                "Read again"
            </button>
        }
        .into_any()
    });
    view! {
        {icon(can.cancel, format!("Cancel {name}"), "Cancel", Name::Stop, |state, id| state.act(Action::Cancel(id)))}
        {icon(can.retry, format!("Retry {name}"), "Retry", Name::Retry, |state, id| state.act(Action::Retry(id, None)))}
        {read_again}
        {icon(can.remove, format!("Remove {name}"), "Remove", Name::Close, AppState::remove)}
    }
    .into_any()
}
