use crate::format;
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
    view! { <div role="status" aria-label="Context limits">{live(lines)}</div> }.into_any()
}

fn line(state: AppState, guard: &ContextGuard) -> AnyView {
    let name = state.session.columns.value(&guard.id).map(|view| view.name).unwrap_or_default();
    let tokens = |tokens: u32| format::count(u64::from(tokens));
    let limit = match guard.limit.source {
        LimitSource::Column => "its column's limit is",
        LimitSource::Host => "its provider lists",
        LimitSource::Tab => "its limit is",
    };
    let expected = &guard.expected;
    let text = format!(
        "{name}: about {} of {} passages will fit ({limit} {} tokens, about {} are needed). ",
        expected.passages_fit,
        expected.passages,
        tokens(guard.limit.tokens),
        tokens(guard.needed_tokens),
    );
    let raise = guard.raise_to.map(|raised| {
        let id = guard.id;
        let label = format!("Raise the limit of {name} to {}", tokens(raised));
        button(label, move || state.raise_context(id, raised))
    });
    let hint = guard.raise_to.is_none().then_some("Choose fewer passages in Settings, or another model.");
    view! { <p class="notice warn">{text}{raise}{hint}</p> }.into_any()
}
