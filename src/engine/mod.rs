//! The verbs of the corpus: open, ingest, rechunk, search, preview, remove, restore, collect; free of the browser.
//!
//! The corpus lives in memory (texts, chunks, two indexes) and in a `Store`. Verbs that wait (for the store, or to
//! let other work in between two batches) are async functions over `RefCell`s that are never borrowed across an await,
//! so a question can be answered while a document is being embedded.
//!
//! Every embedder has an index of its own: vectors of two are never compared, whatever their width. A host's vectors come
//! through the `Embedder` that the caller lends; nothing here knows the network.

mod corpus;
mod additional;
mod embedder;
mod explain;
mod filter;
mod graph;
mod ingest;
mod late;
mod open;
mod search;
mod select;
mod vectors;

pub use additional::{embed_index, open_index};
pub use corpus::{Corpus, Entry};
pub use embedder::{BuiltIn, Embedder, content_key, embedded_text, searched_title};
pub use explain::{chunk_with, explain};
pub use graph::{LastQuestions, Noting, Recall, Stamp, measure};
pub use ingest::{Chunked, Incoming, Outcome, chunk_document, embed_chunks, ingest, rechunk};
pub use late::{Late, TokenCache};
pub use open::{collect, open, refresh, remove, restore};
pub use search::{Found, Models, Question, Rerank, highlights, search};

use crate::types::problem::engine as problem;
use crate::types::{UserError, embedder_name};
use crate::{chunk, embed, index, retrieve, store};
use serde::{Deserialize, Serialize};

/// Why a verb failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// Cutting.
    Chunk(#[from] chunk::Error),
    /// Embedding.
    Embed(#[from] embed::Error),
    /// Indexing.
    Index(#[from] index::Error),
    /// Retrieving.
    Retrieve(#[from] retrieve::Error),
    /// Keeping.
    Store(#[from] store::Error),
    /// Nothing to index.
    NoChunks {
        /// The document.
        name: String,
    },
    /// No such document.
    UnknownDocument,
    /// Nothing was asked.
    EmptyQuestion,
    /// Nothing to search.
    EmptyCorpus,
    /// An embedder's vectors had another number of numbers before.
    Dimensions {
        /// Which embedder.
        embedder: String,
        /// As before.
        expected: usize,
        /// As it came now.
        got: usize,
    },
    /// Texts that no vector, or passages that no score came for.
    Missing {
        /// Asked for.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// No document has vectors of this embedder.
    NotEmbedded {
        /// Which embedder.
        embedder: String,
    },
    /// A host's refusal, with its message.
    Host(UserError),
    /// The person stopped it.
    Stopped,
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::Chunk(error) => error.into(),
            Error::Embed(error) => error.into(),
            Error::Index(error) => error.into(),
            Error::Retrieve(error) => error.into(),
            Error::Store(error) => error.into(),
            Error::NoChunks { name } => problem::no_chunks(name),
            Error::UnknownDocument => problem::unknown_document(),
            Error::EmptyQuestion => problem::empty_question(),
            Error::EmptyCorpus => problem::empty_corpus(),
            Error::Dimensions { embedder, expected, got } => {
                problem::dimensions(embedder_name(&embedder), got, expected)
            }
            Error::Missing { expected, got } => problem::missing(expected, got),
            Error::NotEmbedded { embedder } => problem::not_embedded(embedder_name(&embedder)),
            Error::Host(error) => error,
            Error::Stopped => problem::stopped(),
        }
    }
}
