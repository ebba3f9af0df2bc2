use crate::browser::hand_over;
use crate::types::{CallFailure, Fix};
use crate::ui::part::erased::live;
use crate::ui::part::field::button;
use crate::ui::part::problem;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A failure: what happened, what to do, and the commands that repair it.
pub fn failure(failure: &CallFailure) -> AnyView {
    view! {
        <p class="notice bad">{problem::text(&failure.error)}</p>
        {failure.fixes.iter().map(fix).collect_view()}
    }
    .into_any()
}

/// A command or file, ready to copy.
fn fix(fix: &Fix) -> AnyView {
    let text = fix.text.clone();
    let status = RwSignal::new("");
    let copy = move || {
        let text = text.clone();
        spawn_local(async move {
            let copied = hand_over::copy(&text).await.is_ok();
            status.set(if copied {
                t!("Copied.")
            } else {
                t!("Copying was blocked: select the text and copy it.")
            });
        });
    };
    view! {
        <figure class="fix">
            <figcaption>{fix.title.clone()}</figcaption>
            <pre tabindex="0">{fix.text.clone()}</pre>
            <div class="fix-foot">
                {button(t!("Copy {name}", name = fix.title), copy)}
                <span class="hint" aria-live="polite">{live(move || status.get())}</span>
            </div>
        </figure>
    }
    .into_any()
}
