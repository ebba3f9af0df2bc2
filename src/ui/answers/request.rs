use crate::browser::hand_over::copy;
use crate::state::AppState;
use crate::types::ColumnId;
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::live;
use crate::ui::part::field;
use crate::ui::prompt::preview;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The exact request of a column, key left out.
#[component]
pub fn Request(
    /// The column.
    id: ColumnId,
) -> impl IntoView {
    let state = AppState::get();
    let request = state.session.columns.find(&id).map(|cell| RwSignal::from(cell.value));
    let status = RwSignal::new("");
    let text = move || {
        request
            .and_then(|request| request.with(|view| view.sent.as_ref().map(|sent| sent.request.clone())))
            .unwrap_or_else(|| {
                t!("No request: this column only quotes the evidence, or has not run yet.").into()
            })
    };
    let prompt = preview::of_run(state, id).map(|shown| view! { <h3>{t!("Prompt")}</h3> {shown} });
    let to_clipboard = move || {
        let text = untrack(text);
        spawn_local(async move {
            let copied = copy(&text).await.is_ok();
            status.set(if copied { t!("Copied.") } else { t!("This browser blocks the clipboard here.") });
        });
    };
    view! {
        <Modal title=t!("Request")>
            <div class="form-actions">
                <span class="hint" role="status">{live(move || status.get())}</span>
                {field::button(t!("Copy request").into(), to_clipboard)}
            </div>
            {prompt}
            <h3>{t!("Request")}</h3>
            <p class="hint">{t!("Exactly what was sent. A key is never shown.")}</p>
            <pre class="request" tabindex="0">{text}</pre>
        </Modal>
    }
    .into_any()
}
