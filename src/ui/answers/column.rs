use crate::format;
use crate::state::{AnswerOf, AppState, ColumnView, Dialog, Stage};
use crate::types::{AnswerState, CallFailure, ColumnId, ModelRef, UserError};
use crate::ui::answers::answer::AnswerBody;
use crate::ui::answers::feedback::Feedback;
use crate::ui::answers::metrics::Metrics;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::button;
use crate::ui::part::fixes;
use crate::ui::part::icon::{Icon, Name};
use crate::ui::part::problem;
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
    let (with_documents, model) = (column.with_documents, column.model);
    let is_earlier = matches!(of, AnswerOf::Earlier(_));
    let label = if is_earlier { format!("{name}, earlier answer") } else { name.clone() };
    let title = name.clone();
    let expanded = move || state.session.expanded.get() == Some(id);
    let data_state = Memo::new(move |_| view.with(|view| view.state().map_or("idle", AnswerState::name)));
    let failed =
        Memo::new(move |_| view.with(|view| view.head.as_ref().and_then(|head| head.failure.clone())));
    let waiting = Memo::new(move |_| view.with(waiting_text));
    let cut = Memo::new(move |_| {
        view.with(|view| {
            view.sent.as_ref().filter(|sent| !sent.fit.is_whole()).map(|sent| sent.fit.to_string())
        })
    });
    let is_small = matches!(model, ModelRef::SmolLm2);
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
            aria-label=label
            data-column=(!is_earlier).then(|| id.0.to_string())
            data-recipe=column.recipe.0.to_string()
            data-state=sig(move || data_state.get())
            data-evidence-sha256=sha256
            data-with-documents=with_documents.to_string()
        >
            <header class="column-head">
                <div class="column-title">
                    <h3>{title}</h3>
                    <p>
                        <span class="badge" class:plain=!with_documents>
                            {if with_documents { "with documents" } else { "no documents" }}
                        </span>
                        {is_earlier.then(|| view! { <span class="badge plain">"earlier"</span> })}
                        <span class="column-place">{place}</span>
                    </p>
                </div>
                <div class="column-actions">{live(move || (!is_earlier).then(|| actions(state, id, &name, with_documents, data_state.get(), expanded())))}</div>
            </header>
            <div class="column-body" tabindex="0" role="group" aria-label="Answer">
                <AnswerBody of view/>
                {live(move || waiting.get().map(|text| view! { <p class="column-waiting">{text}</p> }))}
                {live(move || failed.get().map(|failure| failed_view(state, id, &failure)))}
                {live(move || cut.get().map(|text| cut_view(state, text, is_small)))}
            </div>
            <Metrics view/>
            <Feedback of view/>
        </article>
    }
    .into_any()
}

fn actions(
    state: AppState,
    id: ColumnId,
    name: &str,
    with_documents: bool,
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
        (true, _) => Some(button(format!("Stop {name}"), Name::Stop, Box::new(move || state.stop(id)))),
        (false, "idle") => None,
        _ => Some(button(format!("Run {name} again"), Name::Retry, Box::new(move || state.run_again(id)))),
    };
    let baseline = with_documents.then(|| {
        button(
            format!("Add baseline of {name} without documents"),
            Name::Baseline,
            Box::new(move || {
                state.add_baseline(id);
            }),
        )
    });
    let expand_label = if expanded { format!("Collapse {name}") } else { format!("Expand {name}") };
    let toggle = move || state.session.expanded.set((!expanded).then_some(id));
    view! {
        {run}
        {baseline}
        {button(format!("View request of {name}"), Name::Code, Box::new(move || state.view.dialog.set(Some(Dialog::Request(id)))))}
        {button(expand_label, Name::Expand, Box::new(toggle))}
        {button(format!("Remove column {name}"), Name::Close, Box::new(move || state.remove_column(id)))}
    }
    .into_any()
}

/// What it is doing before the first token.
fn waiting_text(view: &ColumnView) -> Option<String> {
    if view.state() != Some(AnswerState::Waiting) {
        return None;
    }
    Some(match &view.stage {
        Stage::Retrieving => "Retrieving evidence".to_owned(),
        Stage::Queued => "Queued".to_owned(),
        Stage::Loading { done, total: 0 } => format!("Loading model, {}", format::bytes(*done)),
        Stage::Loading { done, total } => {
            format!("Loading model, {} of {}", format::bytes(*done), format::bytes(*total))
        }
        Stage::Reading { done, total } => format!("Reading the prompt, {done} of {total} tokens"),
        Stage::Downloading { percent } => format!("Downloading Chrome's model, {percent} %"),
        Stage::Waiting { before, millis, why } => waiting_for_host(*before, *millis, why.as_ref()),
        Stage::Sent => "Waiting for the first token".to_owned(),
    })
}

fn waiting_for_host(before: u32, millis: Option<f64>, why: Option<&UserError>) -> String {
    match (millis, why) {
        (_, Some(why)) => problem::message(why),
        (Some(millis), None) => format!("Rate limited, retrying in {}", format::duration(millis)),
        (None, None) => format!("Queued, {before} ahead"),
    }
}

/// Why it failed, what to do, and the way out where the host named what it does not take.
fn failed_view(state: AppState, id: ColumnId, failure: &CallFailure) -> AnyView {
    let without = failure.parameter.clone().map(|parameter| {
        let label = format!("Run again without `{parameter}`");
        button(label, move || state.run_without(id, &parameter))
    });
    view! { {fixes::failure(failure)} {without} }.into_any()
}

/// What the context limit cut, with the way to raise it where it is a setting.
fn cut_view(state: AppState, text: String, is_small: bool) -> AnyView {
    let increase = is_small
        .then(|| button("Increase limit".into(), move || state.view.dialog.set(Some(Dialog::Settings))));
    view! { <p class="notice">{text}" "{increase}</p> }.into_any()
}
