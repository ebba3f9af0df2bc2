//! Recipes: how evidence comes about.

/// The list.
pub mod dialog;
/// What finds the nearest vectors.
pub mod engine;
/// The fields of one.
pub mod form;
