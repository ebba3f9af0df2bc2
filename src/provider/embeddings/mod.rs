//! Texts → a request for their vectors; the answer → the vectors, checked and of unit length.
//!
//! Mechanism: `batches` cuts the texts by what the host takes at once; `encode` writes one batch in the host's [`EmbeddingApi`];
//! `decode` puts the vectors back into the texts' order and refuses what is not exactly that: a wrong count, an index
//! twice, mixed dimensions, numbers that are none. Nothing is cut silently: hosts are asked to refuse a text that is too long.
//!
//! Prefixes that some models want before a text (`query: `) are the caller's, unless the host has a field for the purpose.

mod decode;
mod encode;

pub use decode::{Vectors, decode};
pub use encode::{Purpose, encode};

use super::catalogue::Limits;
use crate::types::UserError;
use crate::types::problem::embeddings as problem;
use serde::Deserialize;
use std::ops::Range;

/// A wire format for embeddings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmbeddingApi {
    /// OpenAI's, spoken by nearly every host.
    Openai,
    /// OpenAI's with the purpose as NVIDIA names it.
    Nvidia,
    /// OpenAI's with the purpose as Jina names it.
    Jina,
    /// Mistral's.
    Mistral,
    /// Voyage's.
    Voyage,
    /// Gemini's `batchEmbedContents`.
    Gemini,
    /// Vertex AI's `predict`.
    Vertex,
    /// Cohere's, version 2.
    Cohere,
    /// Ollama's own.
    Ollama,
    /// Text Embeddings Inference.
    Tei,
    /// Amazon Titan on Bedrock.
    BedrockTitan,
    /// Cohere's models on Bedrock.
    BedrockCohere,
}

/// Why an answer is not the vectors that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// Not JSON, or JSON without vectors where they belong.
    NoVectors,
    /// Another number of vectors than of texts.
    Count {
        /// Texts sent.
        expected: usize,
        /// Vectors received.
        got: usize,
    },
    /// A number twice, or one that is no text's.
    Order,
    /// Another length than expected, or than the first vector's.
    Dimensions {
        /// Which, from 0.
        place: usize,
        /// Its length.
        got: usize,
        /// The others'.
        expected: usize,
    },
    /// A value that is no finite number, or nothing but zeros.
    NotAVector {
        /// Which, from 0.
        place: usize,
    },
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::NoVectors => problem::missing(),
            Error::Count { expected, got } => problem::count(expected, got),
            Error::Order => problem::order(),
            Error::Dimensions { place, got, expected } => problem::dimensions(place, got, expected),
            Error::NotAVector { place } => problem::invalid(place),
        }
    }
}

/// A token of ordinary text has at least this many bytes, so that a batch is rather too small than too large.
const BYTES_PER_TOKEN: usize = 3;

/// `texts` cut into runs that `limits` allow, in order, each of at least one text. Tokens are estimated from bytes.
pub fn batches<T: AsRef<str>>(texts: &[T], limits: Limits) -> Vec<Range<usize>> {
    let most_inputs = (limits.inputs as usize).max(1);
    let most_tokens = limits.tokens.map_or(usize::MAX, |tokens| tokens as usize);
    let mut runs = Vec::new();
    let (mut start, mut tokens) = (0, 0_usize);
    for (place, text) in texts.iter().enumerate() {
        let more = text.as_ref().len().div_ceil(BYTES_PER_TOKEN);
        if place > start && (place - start == most_inputs || tokens.saturating_add(more) > most_tokens) {
            runs.push(start..place);
            (start, tokens) = (place, 0);
        }
        tokens = tokens.saturating_add(more);
    }
    if start < texts.len() {
        runs.push(start..texts.len());
    }
    runs
}
