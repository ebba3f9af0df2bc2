//! The tagged unions that cross the boundary, one pair a worker.
//!
//! Variants differ in size; a message is made once, encoded and dropped, so boxing the large ones would gain nothing.
#![allow(clippy::large_enum_variant)]

mod courier;
mod renderer;

pub use courier::{Checked, FromCourier, KeyState, KeyStates, PriceSource, ToCourier, VaultState, VaultVerb};
pub use renderer::{Frame, Step, ToRenderer, TurnId, TurnPatch, Update};

use crate::provider::embeddings::Purpose;
use crate::store::Damaged;
use crate::types::{
    ChatEvent, Chunk, ChunkSettings, Document, DocumentId, EmbedderRef, Evidence, Format, Manifest,
    Parameters, RetrievalSettings, Sent, Span, UserError, Warning,
};
use serde::{Deserialize, Serialize};

/// Raised whenever a message changes: a page and a worker of different builds refuse each other.
pub const VERSION: u32 = 4;

/// Numbers a request and its replies.
pub type CallId = u32;

/// What travels in a message's head.
#[derive(Debug, Serialize, Deserialize)]
pub enum Wire<T> {
    /// The worker is up and speaks this version; nothing is sent to it before.
    Hello(u32),
    /// A request or a reply.
    Body(CallId, T),
}

/// Page → reader.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToReader {
    /// Parse the attached bytes.
    Read {
        /// The file's hash.
        id: DocumentId,
        /// Its name.
        name: String,
        /// For encrypted files.
        password: Option<String>,
    },
}

/// Reader → page.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromReader {
    /// The attached buffer is the document, as postcard; the page hands it on unread.
    Parsed {
        /// What the bytes are.
        format: Format,
        /// Pages, 0 for formats without.
        pages: u32,
        /// What went partly wrong.
        warnings: Vec<Warning>,
    },
    /// Not readable.
    Failed {
        /// Why.
        user_error: UserError,
        /// A password would help.
        password: bool,
    },
}

/// Page → engine.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToEngine {
    /// Load what is stored and warm the index.
    Open,
    /// Chunk, embed, store and index the attached document.
    Ingest {
        /// Its hash.
        id: DocumentId,
        /// Size of the original file.
        size_bytes: u64,
        /// When it was added.
        added_millis: u64,
        /// How to cut it.
        chunking: ChunkSettings,
        /// What makes its vectors.
        embedder: EmbedderRef,
        /// What went partly wrong while reading it.
        warnings: Vec<Warning>,
    },
    /// Give up the ingest of this call.
    Cancel(CallId),
    /// Cut and embed a stored document anew.
    Rechunk(DocumentId, ChunkSettings, EmbedderRef),
    /// Retrieve evidence.
    Search {
        /// The question as typed.
        question: String,
        /// How to find passages.
        retrieval: RetrievalSettings,
        /// What makes a vector of it.
        embedder: EmbedderRef,
        /// Whether a reranker has the last word.
        rerank: bool,
    },
    /// What the engine asked for with `Need` in that call.
    Supply(CallId, Supply),
    /// Cut a stored document, for a look.
    Preview(DocumentId, ChunkSettings),
    /// A stored document.
    Document(DocumentId),
    /// Remove a document: it is not found any more, and can be restored until it is collected.
    Remove(DocumentId),
    /// Bring a removed document back: `Ingested`, or `Removed` where it is gone.
    Restore(DocumentId),
    /// Another tab has stored the document: take it over. `Ingested`, or `Removed` where it is not stored.
    Refresh(DocumentId),
    /// Another tab has removed the document: do not find it any more.
    Forget(DocumentId),
    /// Delete what was removed before then (milliseconds since 1970), and what only that used.
    Collect(u64),
    /// How large the embedding cache is.
    CacheSize,
    /// Forget all cached embeddings.
    ClearCache,
}

/// Engine → page.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromEngine {
    /// The corpus is warm.
    Opened {
        /// Stored documents, in the order of adding.
        manifests: Vec<Manifest>,
        /// Stored documents that cannot be used.
        damaged: Vec<Damaged>,
        /// `false`: this browser forbids storage, everything lasts as long as the tab.
        persistent: bool,
    },
    /// What is stored is of a newer version: it is not opened.
    Newer,
    /// Chunks embedded so far.
    Progress {
        /// Done.
        done: u32,
        /// Of how many.
        total: u32,
    },
    /// Something only a host can make: the page lets the courier fetch it, if the person chose such a host.
    Need(Need),
    /// Wholly stored and indexed.
    Ingested(Manifest),
    /// Given up on request.
    Cancelled,
    /// Retrieved; for each passage the question's words in it, as spans of its document.
    Found(Evidence, Vec<Vec<Span>>),
    /// The chunks of a document, stored or previewed.
    Chunks(Vec<Chunk>),
    /// A document and its stored chunks.
    Document(Document, Vec<Chunk>),
    /// Forgotten.
    Removed,
    /// Bytes of cached embeddings.
    CacheSize(u64),
    /// The verb failed.
    Failed(UserError),
}

/// What the engine cannot make itself.
#[derive(Debug, Serialize, Deserialize)]
pub enum Need {
    /// Vectors of texts.
    Vectors {
        /// Questions or passages.
        purpose: Purpose,
        /// The texts.
        texts: Vec<String>,
    },
    /// Scores of passages.
    Scores {
        /// The question.
        query: String,
        /// The passages.
        passages: Vec<String>,
    },
}

/// What came of a need.
#[derive(Debug, Serialize, Deserialize)]
pub enum Supply {
    /// A finished batch; the attached buffer holds the numbers.
    Vectors {
        /// Place of the first text of the batch.
        first: u32,
        /// Texts of the batch.
        count: u32,
    },
    /// A score a passage.
    Scores(Vec<f32>),
    /// All vectors have come.
    Done,
    /// Nothing more comes.
    Failed(UserError),
}

/// Page → local_model.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToLocalModel {
    /// Quote the best sentences of the evidence.
    Extract {
        /// The question.
        question: String,
        /// Nothing for the baseline.
        evidence: Option<Evidence>,
    },
    /// Answer with the built-in chat model.
    Generate {
        /// The question.
        question: String,
        /// Nothing for the baseline.
        evidence: Option<Evidence>,
        /// Sampling and limits.
        parameters: Parameters,
        /// Context the prompt and the answer may fill together.
        budget_tokens: u32,
    },
    /// Give up the call.
    Stop(CallId),
}

/// Resident → page.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromLocalModel {
    /// Bytes of the model's weights fetched so far.
    Loading {
        /// Done.
        done: u64,
        /// Of how many, 0 if unknown.
        total: u64,
    },
    /// The turn has come; times count from here. What was really put to the model.
    Started(Sent),
    /// Prompt tokens read so far.
    Reading {
        /// Done.
        done: u32,
        /// Of how many.
        total: u32,
    },
    /// A step of the answer.
    Event(ChatEvent),
    /// Nothing more will come.
    Ended,
}
