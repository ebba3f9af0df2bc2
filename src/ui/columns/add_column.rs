use super::form::column_form;
use crate::state::AppState;
use crate::ui::part::dialog::Modal;
use leptos::prelude::*;

/// A new column, or several of one provider.
#[component]
pub fn AddColumn() -> impl IntoView {
    let state = AppState::get();
    view! { <Modal title=t!("Add column") wide=true>{column_form(state, None)}</Modal> }.into_any()
}
