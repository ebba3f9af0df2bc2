//! Adding columns.

pub(in crate::ui) mod add_column;
pub(in crate::ui) mod compare;
