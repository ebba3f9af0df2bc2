//! The documents pane.

pub(in crate::ui) mod list;
pub(in crate::ui) mod paste;
pub(in crate::ui) mod row;
