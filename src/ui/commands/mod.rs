//! Commands by name and by key.

pub(in crate::ui) mod palette;
pub(in crate::ui) mod shortcuts;
