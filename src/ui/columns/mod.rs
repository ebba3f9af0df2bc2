//! Adding, editing and keeping columns.

pub(in crate::ui) mod add_column;
pub(in crate::ui) mod compare;
pub(in crate::ui) mod edit_column;
mod form;
pub(in crate::ui) mod sets;
pub(in crate::ui) mod vary;
