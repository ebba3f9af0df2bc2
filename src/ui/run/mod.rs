//! The run on the screen, and the runs of history.

pub(in crate::ui) mod export;
pub(in crate::ui) mod follow_up;
pub(in crate::ui) mod head;
pub(in crate::ui) mod history;
