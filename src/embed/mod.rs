//! Text → unit-length vector.
//!
//! A tokenizer of our own, equal to the Hugging Face one, and all-MiniLM-L6-v2 with int8 weights over
//! [`crate::kernel`]. [`quantize`] makes the model file from the f32 checkpoint. It refuses to fetch anything:
//! bytes come in, vectors go out.

mod classes;
mod error;
mod minilm;
mod quantize;
mod tokenizer;
mod vocabulary;
mod weights;

pub use error::Error;
pub use minilm::{Minilm, Scratch};
pub use quantize::quantize;
pub use tokenizer::Tokenizer;

use serde::{Deserialize, Serialize};

/// Values of an [`Embedding`].
pub const DIMENSIONS: usize = weights::HIDDEN;
/// Longest text that is embedded whole, in tokens with `[CLS]` and `[SEP]` (the model card's limit).
pub const MAX_TOKENS: usize = 256;

/// A text as a vector of unit length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Embedding(pub Vec<f32>);

impl Embedding {
    /// Cosine similarity: the dot product, because both are of unit length.
    pub fn cosine(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }
}
