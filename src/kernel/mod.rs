//! Integer and float kernels with SIMD and scalar twins.

pub mod dot;
