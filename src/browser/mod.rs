//! The browser side of the edges: what the pure modules ask for (a store, bytes, time) made of web APIs.

pub mod chrome_model;
pub mod clock;
pub mod crypto;
pub mod fetch;
pub mod files;
pub mod indexed_db;
pub mod permission;
pub mod serve;
pub mod simd;
pub mod vault;
