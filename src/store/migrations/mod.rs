//! Readers of earlier versions of the store, one module a version. What they cannot read they hand on as it is, so that it
//! becomes one failed row and is not lost.

pub mod v1;
pub mod v2;
pub mod v3;
pub mod v4;
