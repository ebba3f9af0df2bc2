use crate::state::AppState;
use crate::types::ColumnId;
use crate::ui::part::dialog::Modal;
use leptos::prelude::*;

/// The exact request of a column, key left out.
#[component]
pub fn Request(
    /// The column.
    id: ColumnId,
) -> impl IntoView {
    let state = AppState::get();
    let request = state.session.columns.find(&id).map(|cell| RwSignal::from(cell.value));
    let text = move || {
        request
            .and_then(|request| request.with(|view| view.sent.as_ref().map(|sent| sent.request.clone())))
            .unwrap_or_else(|| "No request: this column only quotes the evidence, or has not run yet.".into())
    };
    view! {
        <Modal title="Request">
            <p class="hint">"Exactly what was sent. A key is never shown."</p>
            <pre class="request" tabindex="0">{text}</pre>
        </Modal>
    }
    .into_any()
}
