//! Integer and float kernels with SIMD and scalar twins.

/// 4-bit weights × 8-bit activations.
pub mod q4;
