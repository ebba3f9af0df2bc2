//! Passages, and the document they come from.

pub(in crate::ui) mod comparison;
pub(in crate::ui) mod inspector;
pub(in crate::ui) mod pane;
pub(in crate::ui) mod passages;
mod searched_for;
pub(in crate::ui) mod viewer;
