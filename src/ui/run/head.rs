use crate::run::changes;
use crate::state::{Action, AppState, Dialog, RunHead};
use crate::types::UserError;
use crate::ui::part::erased::{listener, live};
use crate::ui::part::field;
use crate::ui::part::icon::{Icon, Name};
use crate::ui::part::local_time::local_time;
use crate::ui::recipes::dialog::line;
use leptos::prelude::*;

/// The run on the screen: the question that was asked, when, over which evidence, and what can be done with it.
#[component]
pub fn RunHeader() -> impl IntoView {
    let state = AppState::get();
    let head = state.session.head;
    view! {
        {live(move || head.get().map(|head| header(state, &head)))}
    }
    .into_any()
}

fn header(state: AppState, head: &RunHead) -> AnyView {
    let title = head.name.clone().filter(|name| *name != head.question);
    let error = head.retrievals.iter().find_map(|retrieval| retrieval.error().cloned());
    view! {
        <section class="run" aria-label=t!("Run")>
            <div class="run-head">
                <div class="run-title">
                    {title.map(|name| view! { <p class="run-name">{name}</p> })}
                    <h2 class="run-question">{head.question.clone()}</h2>
                    <p class="run-about">{about(head)}{hash(head)}</p>
                </div>
                <div class="run-actions">{actions(state, head)}</div>
            </div>
            {history_notice(state, head)}
            {live(move || changed(state))}
            {error.map(|error: UserError| field::user_error(Some(error)))}
        </section>
    }
    .into_any()
}

/// When it was asked, and how much evidence it has.
fn about(head: &RunHead) -> String {
    let mut parts = vec![local_time(head.started_millis as f64)];
    if head.retrievals.len() > 1 {
        parts.push(t!("{count} recipes", count = head.retrievals.len()));
    } else if let Some(evidence) = head.evidence() {
        parts.push(t!("{count} {count#passage|passages}", count = evidence.passages.len()));
    } else if head.is_searching() {
        parts.push(t!("searching").into());
    }
    if head.follow_up_of.is_some() {
        parts.push(t!("follow-up").into());
    }
    if head.again_of.is_some() {
        parts.push(t!("asked again").into());
    }
    parts.join(" · ")
}

fn hash(head: &RunHead) -> AnyView {
    // With several recipes there is no one evidence; the pane has each with its hash.
    let hash = head.evidence().filter(|_| head.retrievals.len() == 1).map(|evidence| evidence.sha256);
    hash.map(
        |hash| view! { " · " <code title=t!("SHA-256 of the evidence: {hash}", hash = hash)>{hash.short()}</code> },
    )
    .into_any()
}

fn actions(state: AppState, head: &RunHead) -> AnyView {
    let star = head.star;
    let star_label = if star { t!("Remove star") } else { t!("Star this run") };
    view! {
        <button
            class="button quiet tiny"
            class:active=star
            aria-label=star_label
            title=star_label
            aria-pressed=star.to_string()
            on:click=listener(move |_| state.act(Action::StarRun(!star)))
        >
            <Icon name=Name::Star/>
        </button>
        <button class="button" title=t!("Search again with the settings of today, and answer beside the old answers") on:click=listener(move |_| state.act(Action::AskAgain))>
            <Icon name=Name::Retry/>
            {t!("Ask again")}
        </button>
        <button class="button" on:click=listener(move |_| state.view.dialog.set(Some(Dialog::FollowUp)))>
            <Icon name=Name::Reply/>
            {t!("Follow up")}
        </button>
        <button class="button" on:click=listener(move |_| state.view.dialog.set(Some(Dialog::Export)))>
            <Icon name=Name::Download/>
            {t!("Export run")}
        </button>
    }
    .into_any()
}

/// Says that an old run is on the screen, with the way back.
fn history_notice(state: AppState, head: &RunHead) -> AnyView {
    head.from_history
        .then(|| {
            view! {
                <p class="notice run-notice">
                    {t!("From history.")}" "
                    <button class="button" on:click=listener(move |_| state.act(Action::CloseRun))>{t!("Back to current columns")}</button>
                </p>
            }
        })
        .into_any()
}

/// Says what differs between the run's recipe and today's: Run again keeps the evidence, Ask again does not.
fn changed(state: AppState) -> AnyView {
    let recipes = state.settings.with(|settings| settings.recipes.clone());
    let lines = state.session.head.with(|head| {
        let retrievals = head.iter().flat_map(|head| &head.retrievals);
        retrievals
            .flat_map(|retrieval| changes(&retrieval.recipe, &recipes.get(retrieval.id).recipe))
            .map(|change| line(&change))
            .collect::<Vec<_>>()
    });
    (!lines.is_empty())
        .then(|| {
            let text = t!(
                "Settings changed since: {changes}. Run again keeps this evidence; Ask again searches again.",
                changes = lines.join(", "),
            );
            view! { <p class="notice run-notice">{text}</p> }
        })
        .into_any()
}
