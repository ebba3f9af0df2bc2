//! Recipes: how evidence comes about.

/// The list.
pub mod dialog;
/// The fields of one.
pub mod form;
/// Its query rewriting.
pub(in crate::ui) mod rewrite;
