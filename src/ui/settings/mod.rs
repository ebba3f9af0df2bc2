//! The settings dialog.

pub(in crate::ui) mod dialog;
pub(in crate::ui) mod vector_host;
