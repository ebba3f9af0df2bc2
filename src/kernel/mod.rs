//! Numeric kernels: integer and float loops, each with SIMD twins and a scalar twin that agree.

pub mod dot;
pub mod q4;
