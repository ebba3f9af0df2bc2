//! Recipes: how evidence comes about.

/// The list.
pub mod dialog;
/// What finds the nearest vectors.
pub mod engine;
/// Which documents one searches.
mod filter;
/// The fields of one.
pub mod form;
mod preview;
mod retrieval;
/// Its query rewriting.
pub(in crate::ui) mod rewrite;
