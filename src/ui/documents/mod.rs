//! The documents pane.

pub(in crate::ui) mod list;
mod notices;
pub(in crate::ui) mod paste;
pub(in crate::ui) mod questions;
pub(in crate::ui) mod row;
