use crate::state::AppState;
use crate::ui::part::deferred::{self, Part};
use crate::ui::part::erased::live;
use leptos::prelude::*;

/// The right pane: the evidence of the run, or a document.
#[component]
pub fn EvidencePane() -> impl IntoView {
    let state = AppState::get();
    let open = Memo::new(move |_| state.view.opened.with(Option::is_some));
    let has_more = Memo::new(move |_| {
        state.session.head.with(Option::is_some) || state.view.user_error.with(Option::is_some)
    });
    let content = move || match (open.get(), has_more.get()) {
        (true, _) => deferred::part(Part::Viewer),
        (false, true) => deferred::part(Part::Passages),
        (false, false) => view! {
            <div class="pane-head">
                <h2>"Evidence"</h2>
            </div>
            {nothing_yet()}
        }
        .into_any(),
    };
    view! {
        <section class="evidence" aria-label="Evidence">{live(content)}</section>
    }
    .into_any()
}

/// What stands where there are no passages.
pub(in crate::ui) fn nothing_yet() -> AnyView {
    view! {
        <p class="evidence-empty">
            "Passages retrieved for a question appear here, with their scores. Every column with documents gets exactly the same text."
        </p>
    }
    .into_any()
}
