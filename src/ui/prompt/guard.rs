use crate::state::{AppState, ContextGuard, LimitSource};
use crate::ui::part::erased::live;
use crate::ui::part::field::button;
use leptos::prelude::*;

/// Says, before anything is sent, which columns will not get all of the evidence, with the way to raise their limit.
#[component]
pub fn ContextGuards() -> impl IntoView {
    let state = AppState::get();
    let guards = Memo::new(move |_| state.context_guards());
    let lines = move || guards.get().into_iter().map(|guard| line(state, &guard)).collect_view();
    view! { <div role="status" aria-label=t!("Context limits")>{live(lines)}</div> }.into_any()
}

fn line(state: AppState, guard: &ContextGuard) -> AnyView {
    let name = state.session.columns.value(&guard.id).map(|view| view.name).unwrap_or_default();
    let limit = match guard.limit.source {
        LimitSource::Column => t!("its column's limit is {tokens} tokens", tokens = guard.limit.tokens),
        LimitSource::Host => t!("its provider lists {tokens} tokens", tokens = guard.limit.tokens),
        LimitSource::Tab => t!("its limit is {tokens} tokens", tokens = guard.limit.tokens),
    };
    let text = t!(
        "{name}: about {fit} of {all} passages will fit ({limit}, about {needed} are needed).",
        name = name,
        fit = guard.expected.passages_fit,
        all = guard.expected.passages,
        limit = limit,
        needed = guard.needed_tokens,
    );
    let raise = guard.raise_to.map(|raised| {
        let id = guard.id;
        let label = t!("Raise the limit of {name} to {tokens}", name = name, tokens = raised);
        button(label, move || state.raise_context(id, raised))
    });
    let hint = guard.raise_to.is_none().then_some(t!("Choose fewer passages in Settings, or another model."));
    view! { <p class="notice warn">{text}" "{raise}{hint}</p> }.into_any()
}
