//! The part of the kernels that the index uses.

#[path = "../../../../src/kernel/dot/mod.rs"]
pub mod dot;
