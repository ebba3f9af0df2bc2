//! Run → score.

pub mod ranking;
pub mod significance;
