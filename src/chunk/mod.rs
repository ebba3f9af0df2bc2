//! `Document` → `Vec<Chunk>`.

use crate::types::Span;

/// Where the tokens of a text are.
pub trait Tokens {
    /// The byte span of every token, in order.
    fn token_spans(&self, text: &str) -> Vec<Span>;
}
