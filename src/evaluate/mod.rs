//! Run → score.

pub mod ranking;
