use crate::messages::text;
use crate::state::AppState;
use crate::types::{AnswerState, RunId, RunSummary};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use crate::ui::part::icon::{Icon, Name};
use crate::ui::part::local_time::local_time;
use leptos::prelude::*;

/// Rows drawn at once; more on request, so that a thousand runs open quickly.
const PAGE: usize = 50;

/// The stored runs: search, open, star, rename, delete.
#[component]
pub fn HistoryDialog() -> impl IntoView {
    let state = AppState::get();
    let query = RwSignal::new(String::new());
    let starred = RwSignal::new(false);
    let shown = RwSignal::new(PAGE);
    let renaming = RwSignal::new(None::<RunId>);
    let found = Memo::new(move |_| {
        let query = query.get();
        let only_starred = starred.get();
        state.history.runs.with(|runs| {
            let all = runs.iter().flatten();
            all.filter(|run| (!only_starred || run.star) && run.matches(&query)).cloned().collect::<Vec<_>>()
        })
    });
    let rows = move || {
        let renaming_now = renaming.get();
        found.with(|runs| {
            runs.iter()
                .take(shown.get())
                .map(|run| row(state, run, renaming, renaming_now == Some(run.id)))
                .collect_view()
        })
    };
    view! {
        <Modal title=t!("History") wide=true>
            <div class="history">
                <div class="history-bar">
                    <input
                        type="search"
                        aria-label=t!("Search runs")
                        placeholder=t!("Search questions and models")
                        prop:value=sig(move || query.get())
                        on:input=listener(move |event| query.set(event_target_value(&event)))
                    />
                    <label class="choice">
                        <input type="checkbox" on:change=listener(move |event| starred.set(event_target_checked(&event)))/>
                        {t!("Starred only")}
                    </label>
                </div>
                {live(move || field::user_error(state.history.user_error.get()))}
                {live(move || undo(state))}
                <ul class="history-list" role="list" aria-label=t!("Runs")>{rows}</ul>
                {live(move || empty(state, found.with(Vec::is_empty)))}
                {live(move || {
                    let left = found.with(Vec::len).saturating_sub(shown.get());
                    (left > 0).then(|| field::button(t!("Show {count} more", count = left.min(PAGE)), move || shown.update(|shown| *shown += PAGE)))
                })}
            </div>
        </Modal>
    }
    .into_any()
}

fn empty(state: AppState, none_found: bool) -> AnyView {
    let text = state.history.runs.with(|runs| match runs {
        None => Some(t!("Reading history")),
        Some(runs) if runs.is_empty() => {
            Some(t!("No runs yet. Every question you ask is stored here, in this browser only."))
        }
        Some(_) if none_found => Some(t!("No run matches.")),
        Some(_) => None,
    });
    text.map(|text| view! { <p class="hint">{text}</p> }).into_any()
}

fn undo(state: AppState) -> AnyView {
    let count = state.history.deleted.with(Vec::len);
    (count > 0)
        .then(|| {
            let text = t!("{count} {count#run|runs} deleted.", count = count);
            let undo = field::button(t!("Undo").into(), move || state.undo_delete_runs());
            view! { <p class="notice" role="status">{text}" "{undo}</p> }
        })
        .into_any()
}

fn row(state: AppState, run: &RunSummary, renaming: RwSignal<Option<RunId>>, is_renaming: bool) -> AnyView {
    let (id, star, title) = (run.id, run.star, run.title().to_owned());
    let columns: Vec<String> = run.columns.iter().map(|(name, state)| column(name, *state)).collect();
    let columns = if columns.is_empty() { t!("evidence only").to_owned() } else { columns.join(" · ") };
    let about = format!("{} · {columns}", local_time(run.started_millis as f64));
    let star_label =
        if star { t!("Remove star from {title}", title = title) } else { t!("Star {title}", title = title) };
    let name = if is_renaming {
        rename_form(state, id, title.clone(), renaming)
    } else {
        let title = title.clone();
        view! { <button class="history-open" on:click=listener(move |_| state.open_run(id))>{title}</button> }
            .into_any()
    };
    let icon = |label: String, icon: Name, press: Box<dyn Fn() + Send + Sync>| {
        view! {
            <button class="button quiet tiny" aria-label=label.clone() title=label on:click=listener(move |_| press())>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <li class="history-row" data-run=id.to_string()>
            <button
                class="button quiet tiny"
                class:active=star
                aria-label=star_label
                aria-pressed=star.to_string()
                on:click=listener(move |_| state.change_run(id, move |run| run.star = !star))
            >
                <Icon name=Name::Star/>
            </button>
            <div class="history-run">
                {name}
                <p class="hint">{about}</p>
            </div>
            {icon(t!("Rename {title}", title = title), Name::Rename, Box::new(move || renaming.set(Some(id))))}
            {icon(t!("Delete {title}", title = title), Name::Delete, Box::new(move || state.delete_runs(vec![id])))}
        </li>
    }
    .into_any()
}

/// A model, and how its answer ended where that is worth a word.
fn column(name: &str, state: AnswerState) -> String {
    match state {
        AnswerState::Done => name.to_owned(),
        AnswerState::Waiting | AnswerState::Streaming => {
            format!("{name} ({})", text(AnswerState::Interrupted.name()))
        }
        state => format!("{name} ({})", text(state.name())),
    }
}

fn rename_form(state: AppState, id: RunId, title: String, renaming: RwSignal<Option<RunId>>) -> AnyView {
    let name = RwSignal::new(title);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = Some(name.get_untracked().trim().to_owned()).filter(|name| !name.is_empty());
        state.change_run(id, move |run| run.name.clone_from(&name));
        renaming.set(None);
    };
    view! {
        <form class="history-rename" on:submit=listener(save)>
            <input
                aria-label=t!("Name of the run")
                autofocus
                prop:value=sig(move || name.get())
                on:input=listener(move |event| name.set(event_target_value(&event)))
            />
            <button class="button" type="submit">{t!("Save")}</button>
        </form>
    }
    .into_any()
}
