//! A question and passages → a request for their scores; the answer → the scores, checked.

use serde::Deserialize;

/// A wire format for reranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Cohere's, spoken by most.
    Cohere,
    /// Voyage's.
    Voyage,
    /// Jina's.
    Jina,
    /// Text Embeddings Inference.
    Tei,
    /// The llama.cpp server's.
    LlamaCpp,
}
