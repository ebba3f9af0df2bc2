//! The question and the columns.

pub(in crate::ui) mod answer;
pub(in crate::ui) mod body;
pub(in crate::ui) mod column;
pub(in crate::ui) mod composer;
pub(in crate::ui) mod feedback;
pub(in crate::ui) mod metrics;
pub(in crate::ui) mod request;
pub(in crate::ui) mod toolbar;
