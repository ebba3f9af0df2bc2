//! The question and the columns.

pub(in crate::ui) mod answer;
mod block;
pub(in crate::ui) mod body;
pub(in crate::ui) mod column;
pub(in crate::ui) mod composer;
mod direction;
pub(in crate::ui) mod feedback;
mod formula;
mod inline;
pub(in crate::ui) mod metrics;
mod notes;
pub(in crate::ui) mod request;
pub(in crate::ui) mod toolbar;
pub(in crate::ui) mod grid;
