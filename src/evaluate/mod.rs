//! Run → score.

pub mod overlap;
pub mod ranking;
pub mod significance;
pub mod verdict;
