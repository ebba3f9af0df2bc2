//! The verbs of the corpus: open, ingest, rechunk, search, preview, remove; free of the browser.
//!
//! The corpus lives in memory (texts, chunks, two indexes) and in a `Store`. Verbs that wait (for the store, or to
//! let other work in between two batches) are async functions over `RefCell`s that are never borrowed across an await,
//! so a question can be answered while a document is being embedded.

mod corpus;
mod embedder;
mod ingest;
mod search;

pub use corpus::{Corpus, Entry};
pub use embedder::{BuiltIn, Embedder, content_key, embedded_text};
pub use ingest::{Incoming, Outcome, ingest, open, rechunk};
pub use search::{marks, search};

use crate::{chunk, embed, index, retrieve, store};
use serde::{Deserialize, Serialize};

/// Why a verb failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// Cutting.
    #[error(transparent)]
    Chunk(#[from] chunk::Error),
    /// Embedding.
    #[error(transparent)]
    Embed(#[from] embed::Error),
    /// Indexing.
    #[error(transparent)]
    Index(#[from] index::Error),
    /// Retrieving.
    #[error(transparent)]
    Retrieve(#[from] retrieve::Error),
    /// Keeping.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// Nothing to index.
    #[error("\"{name}\" has no text to index")]
    NoChunks {
        /// The document.
        name: String,
    },
    /// No such document.
    #[error("the document is not in the corpus")]
    UnknownDocument,
    /// Nothing was asked.
    #[error("the question is empty")]
    EmptyQuestion,
    /// Nothing to search.
    #[error("there are no documents to search yet")]
    EmptyCorpus,
}

impl Error {
    /// The stage that failed, for the row and the log.
    pub fn stage(&self) -> &'static str {
        match self {
            Self::Chunk(_) | Self::NoChunks { .. } => "chunk",
            Self::Embed(_) => "embed",
            Self::Index(_) => "index",
            Self::Retrieve(_) | Self::EmptyQuestion | Self::EmptyCorpus => "search",
            Self::Store(_) | Self::UnknownDocument => "store",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Chunk(error) => error.hint(),
            Self::Embed(error) => error.hint(),
            Self::Index(error) => error.hint(),
            Self::Retrieve(error) => error.hint(),
            Self::Store(error) => error.hint(),
            Self::NoChunks { .. } => "Add a file that holds text.".into(),
            Self::UnknownDocument => "Reload the page to see what is stored.".into(),
            Self::EmptyQuestion => "Type a question first.".into(),
            Self::EmptyCorpus => "Add documents, or press \"Try the sample\".".into(),
        }
    }
}
