//! Run → score.

pub mod histogram;
pub mod overlap;
pub mod ranking;
pub mod significance;
pub mod verdict;
