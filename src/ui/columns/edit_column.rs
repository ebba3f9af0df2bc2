use super::form::column_form;
use crate::state::AppState;
use crate::types::ColumnId;
use crate::ui::part::dialog::Modal;
use leptos::prelude::*;

/// Another name, model or other parameters for a column.
#[component]
pub fn EditColumn(
    /// Which.
    id: ColumnId,
) -> impl IntoView {
    let state = AppState::get();
    let column = state.session.columns.value(&id).map(|view| view.column);
    let form = column.map(|column| column_form(state, Some(column)));
    view! { <Modal title=t!("Edit column") wide=true>{form}</Modal> }.into_any()
}
