use crate::state::{AppState, Side};
use crate::ui::panes::hide_button;
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
                <h2>{t!("Evidence")}</h2>
            </div>
            {nothing_yet()}
        }
        .into_any(),
    };
    // Wherever the focus is, unless a dialog or a suggestion takes the key.
    let escape = window_event_listener(leptos::ev::keydown, move |event| {
        let is_free = !event.default_prevented() && state.view.dialog.with_untracked(Option::is_none);
        if event.key() == "Escape" && is_free && open.get_untracked() {
            state.view.close_viewer();
        }
    });
    on_cleanup(move || escape.remove());
    view! {
        <section class="evidence" aria-label=t!("Evidence")>{live(content)} {hide_button(state, Side::Evidence)}</section>
    }
    .into_any()
}

/// What stands where there are no passages.
pub(in crate::ui) fn nothing_yet() -> AnyView {
    view! {
        <p class="evidence-empty">
            {t!("Passages retrieved for a question appear here, with their scores. Every column with documents gets exactly the same text.")}
        </p>
    }
    .into_any()
}
