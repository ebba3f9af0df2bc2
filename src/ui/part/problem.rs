use crate::messages::current;
use crate::types::UserError;
use leptos::prelude::*;

/// What happened.
pub fn message(error: &UserError) -> String {
    current().message(error)
}

/// What happened and what to do, as the content of a paragraph.
pub fn text(error: &UserError) -> AnyView {
    view! { {current().message(error)}" "<span class="hint">{current().hint(error)}</span> }.into_any()
}
