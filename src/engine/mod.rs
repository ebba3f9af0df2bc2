//! The verbs of the corpus: open, ingest, rechunk, search, preview, remove, restore, collect; free of the browser.
//!
//! The corpus lives in memory (texts, chunks, two indexes) and in a `Store`. Verbs that wait (for the store, or to
//! let other work in between two batches) are async functions over `RefCell`s that are never borrowed across an await,
//! so a question can be answered while a document is being embedded.
//!
//! Every embedder has an index of its own: vectors of two are never compared, whatever their width. A host's vectors come
//! through the `Embedder` that the caller lends; nothing here knows the network.

mod corpus;
mod embedder;
mod ingest;
mod open;
mod search;
mod vectors;

pub use corpus::{Corpus, Entry};
pub use embedder::{BuiltIn, Embedder, content_key, embedded_text};
pub use ingest::{Incoming, Outcome, ingest, rechunk};
pub use open::{collect, open, refresh, remove, restore};
pub use search::{ChunkRef, Dropped, Found, Rerank, highlights, search};

use crate::types::{UserError, embedder_name};
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
    #[error("the document is not stored here")]
    UnknownDocument,
    /// Nothing was asked.
    #[error("the question is empty")]
    EmptyQuestion,
    /// Nothing to search.
    #[error("there are no documents to search yet")]
    EmptyCorpus,
    /// An embedder's vectors had another number of numbers before.
    #[error(
        "{} returned an embedding of {got} dimensions; it had {expected} before",
        embedder_name(embedder)
    )]
    Dimensions {
        /// Which embedder.
        embedder: String,
        /// As before.
        expected: usize,
        /// As it came now.
        got: usize,
    },
    /// Texts that no vector, or passages that no score came for.
    #[error("expected {expected} results, got {got}")]
    Missing {
        /// Asked for.
        expected: usize,
        /// What came.
        got: usize,
    },
    /// No document has vectors of this embedder.
    #[error("no document is embedded by {} yet", embedder_name(embedder))]
    NotEmbedded {
        /// Which embedder.
        embedder: String,
    },
    /// A host's refusal, in its words.
    #[error("{}", .0.message)]
    Host(UserError),
    /// The person stopped it.
    #[error("stopped")]
    Stopped,
}

impl Error {
    /// The stage that failed, for the row and the log.
    pub fn stage(&self) -> &str {
        match self {
            Self::Chunk(_) | Self::NoChunks { .. } => "chunk",
            Self::Embed(_) | Self::Dimensions { .. } | Self::Missing { .. } => "embed",
            Self::Index(_) => "index",
            Self::Host(user_error) => &user_error.stage,
            Self::Retrieve(_)
            | Self::EmptyQuestion
            | Self::EmptyCorpus
            | Self::NotEmbedded { .. }
            | Self::Stopped => "search",
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
            Self::NoChunks { .. } => "Add a file that contains text.".into(),
            Self::UnknownDocument => "Reload the page to see the stored documents.".into(),
            Self::EmptyQuestion => "Type a question first.".into(),
            Self::Dimensions { .. } => {
                "The model behind that name has changed. Set Embedding dimensions in Settings, or choose another model: \
                 documents are then embedded again."
                    .into()
            }
            Self::Missing { .. } => "Try again; finished work is kept.".into(),
            Self::NotEmbedded { .. } => {
                "Press \"Embed them now\" above the documents, or set Mode in Settings to Lexical.".into()
            }
            Self::Host(user_error) => user_error.hint.clone(),
            Self::Stopped => "Ask again.".into(),
            Self::EmptyCorpus => "Add documents, or press \"Try the sample\".".into(),
        }
    }
}
