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
    let pages = |pages: u32| (pages > 0).then(|| t!("{count} {count#page|pages}", count = pages));
    match &row.state {
        RowState::Adding | RowState::Queued => parts.push(t!("queued").into()),
        RowState::Reading { .. } => parts.push(t!("reading").into()),
        RowState::Embedding(embedding) => {
            parts.insert(0, embedding.format.label().into());
            parts.extend(pages(embedding.pages));
            parts.extend(
                (embedding.searchable && embedding.total == 0).then(|| t!("found by BM25").to_owned()),
            );
            parts.push(match (embedding.total, embedding.loading) {
                (0, Some(loading)) => embedder_progress(loading),
                (0, None) if embedding.searchable => t!("waiting for the embedder").into(),
                (0, None) => t!("chunking").into(),
                (total, _) => t!("chunk {done} of {total}", done = embedding.done, total = total),
            });
            parts.extend(match &embedding.waits {
                Some(why) => Some(problem::message(why)),
                None => row.state.time_left(now_millis()).map(|time| t!("about {time} left", time = time)),
            });
        }
        RowState::Ready(manifest) => {
            parts.insert(0, manifest.format.label().into());
            parts.extend(pages(manifest.pages));
            parts.push(t!("{count} {count#chunk|chunks}", count = manifest.chunks));
            if row.is_outdated() {
                parts.push(t!("read by an older reader").into());
            }
        }
        RowState::Failed { .. } | RowState::Damaged(_) => parts.push(t!("failed").into()),
        RowState::Cancelled => parts.push(t!("cancelled").into()),
    }
    parts.join(" · ")
}

/// How much of the built-in embedder has come.
fn embedder_progress((done, total): (u64, u64)) -> String {
    match total {
        0 => t!("loading the embedder: {done}", done = format::bytes(done)),
        _ => {
            t!(
                "loading the embedder: {done} of {total}",
                done = format::bytes(done),
                total = format::bytes(total)
            )
        }
    }
}

fn progress(row: &Row) -> AnyView {
    if !row.state.is_under_way() {
        return ().into_any();
    }
    let label = t!("Progress of {name}", name = row.name);
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
                aria-label=t!("Password of {name}", name = name)
                placeholder=t!("Password")
                prop:value=sig(move || typed.get())
                on:input=listener(move |event| typed.set(event_target_value(&event)))
            />
            <button class="button" type="submit">{t!("Open")}</button>
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
        let label = t!("Read again {name}", name = name);
        view! {
            <button class="button quiet tiny" aria-label=label on:click=listener(move |_| state.act(Action::Retry(id, None)))>
                {t!("Read again")}
            </button>
        }
        .into_any()
    });
    view! {
        {icon(can.cancel, t!("Cancel {name}", name = name), t!("Cancel"), Name::Stop, |state, id| state.act(Action::Cancel(id)))}
        {icon(can.retry, t!("Retry {name}", name = name), t!("Retry"), Name::Retry, |state, id| state.act(Action::Retry(id, None)))}
        {read_again}
        {icon(can.remove, t!("Remove {name}", name = name), t!("Remove"), Name::Close, AppState::remove)}
    }
    .into_any()
}
