use crate::messages::ENGLISH;
use crate::types::UserError;
use leptos::prelude::*;

/// What happened.
pub fn message(error: &UserError) -> String {
    ENGLISH.message(error)
}

/// What happened and what to do, as the content of a paragraph.
pub fn text(error: &UserError) -> AnyView {
    view! { {ENGLISH.message(error)}" "<span class="hint">{ENGLISH.hint(error)}</span> }.into_any()
}
