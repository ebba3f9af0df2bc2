//! The settings dialog.

mod cache;
pub(in crate::ui) mod dialog;
pub(in crate::ui) mod vector_host;
