use crate::format;
use crate::state::{Action, AnswerOf, AppState, ColumnView, Stage};
use crate::types::{AnswerState, CallFailure, ColumnId, UserError};
use crate::ui::answers::answer::AnswerBody;
use crate::ui::answers::feedback::Feedback;
use crate::ui::answers::metrics::Metrics;
use crate::ui::part::erased::live;
use crate::ui::part::field::button;
use crate::ui::part::fit;
use crate::ui::part::fixes;
use crate::ui::part::problem;
use leptos::prelude::*;

/// What a column that was asked says: its answer or why there is none, what that took, and the person's verdict.
#[component]
pub fn ColumnBody(
    /// Whose answer it shows.
    of: AnswerOf,
    /// Its value.
    view: RwSignal<ColumnView>,
) -> impl IntoView {
    let state = AppState::get();
    let id = of.column();
    let failed =
        Memo::new(move |_| view.with(|view| view.head.as_ref().and_then(|head| head.failure.clone())));
    let empty = Memo::new(move |_| view.with(|view| view.head.as_ref().and_then(|head| head.empty.clone())));
    let waiting = Memo::new(move |_| view.with(waiting_text));
    let cut = Memo::new(move |_| view.with(|view| view.sent.as_ref().and_then(|sent| fit::cut(&sent.fit))));
    view! {
        <div class="column-body" tabindex="0" role="group" aria-label=t!("Answer")>
            <AnswerBody of view/>
            {live(move || waiting.get().map(|text| view! { <p class="column-waiting">{text}</p> }))}
            {live(move || failed.get().map(|failure| failed_view(state, id, &failure)))}
            {live(move || empty.get().map(|why| view! { <p class="notice warn">{problem::text(&why)}</p> }))}
            {live(move || cut.get().map(|text| cut_view(state, of, text)))}
        </div>
        <Metrics view/>
        <Feedback of view/>
    }
    .into_any()
}

/// What it is doing before the first token.
fn waiting_text(view: &ColumnView) -> Option<String> {
    if view.state() != Some(AnswerState::Waiting) {
        return None;
    }
    Some(match &view.stage {
        Stage::Retrieving => t!("Retrieving evidence").into(),
        Stage::Queued => t!("Queued").into(),
        Stage::Loading { done, total: 0 } => t!("Loading model, {done}", done = format::bytes(*done)),
        Stage::Loading { done, total } => {
            t!("Loading model, {done} of {total}", done = format::bytes(*done), total = format::bytes(*total))
        }
        Stage::Reading { done, total } => {
            t!("Reading the prompt, {done} of {total} tokens", done = done, total = total)
        }
        Stage::Downloading { percent } => t!("Downloading Chrome's model, {percent} %", percent = percent),
        Stage::Waiting { before, millis, why } => waiting_for_host(*before, *millis, why.as_ref()),
        Stage::Sent => t!("Waiting for the first token").into(),
    })
}

fn waiting_for_host(before: u32, millis: Option<f64>, why: Option<&UserError>) -> String {
    match (millis, why) {
        (_, Some(why)) => problem::message(why),
        (Some(millis), None) => t!("Rate limited, retrying in {time}", time = format::duration(millis)),
        (None, None) => t!("Queued, {before} ahead", before = before),
    }
}

/// Why it failed, what to do, and the way out where the host named what it does not take.
fn failed_view(state: AppState, id: ColumnId, failure: &CallFailure) -> AnyView {
    let without = failure.parameter.clone().map(|parameter| {
        let label = t!("Run again without `{parameter}`", parameter = parameter);
        button(label, move || state.act(Action::RunWithout(id, parameter.clone())))
    });
    view! { {fixes::failure(failure)} {without} }.into_any()
}

/// What the context limit cut, with the way to raise it where that is possible.
fn cut_view(state: AppState, of: AnswerOf, text: String) -> AnyView {
    let AnswerOf::Run(id) = of else { return view! { <p class="notice">{text}</p> }.into_any() };
    let raise = state.raised_context(id).map(|tokens| {
        let label = t!("Raise the limit to {tokens} and run again", tokens = tokens);
        button(label, move || state.raise_context(id, tokens))
    });
    view! { <p class="notice">{text}" "{raise}</p> }.into_any()
}
