//! Prompt templates: edited, kept, checked, and shown as they will be sent.

pub mod editor;
pub mod guard;
mod library;
pub mod preview;
