//! Pieces of markup that know nothing of the state: props in, elements out.

pub mod deferred;
pub mod dialog;
pub mod erased;
pub mod field;
pub mod fit;
pub mod fixes;
pub mod icon;
pub mod local_time;
pub mod number;
pub mod problem;
