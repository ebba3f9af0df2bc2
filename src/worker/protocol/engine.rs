//! Page → engine. Owns the corpus.

use super::{GraphSize, Outcome};
use crate::engine::Recall;
use crate::store::Damaged;
use crate::types::{
    Candidate, Chunk, ChunkSettings, Document, DocumentId, EmbedderRef, Evidence, Explanation, GraphSpec,
    IndexSpec, Manifest, Recipe, Span, UserError, Warning,
};
use serde::{Deserialize, Serialize};

calls! {
    /// Page → engine.
    ToEngine {
        /// Load what is stored and warm the index. A second reply tells only of a failure after that.
        Open => Outcome<Opened>,
        /// Take the attached port: the courier listens at its other end.
        Connect => (),
        /// The courier at the other end of a port is gone.
        Disconnect => (),
        /// Chunk, embed, store and index the attached document.
        Ingest => IngestUpdate,
        /// Chunk and embed a stored document again.
        Rechunk => IngestUpdate,
        /// Bring an index that is not the documents' own up to them.
        BuildIndex => IndexUpdate,
        /// Forget every index but the documents' own and these.
        KeepIndexes => Outcome<()>,
        /// Make a graph over the vectors of an index, unless it is there, and measure it.
        BuildGraph => GraphUpdate,
        /// End every graph but these.
        KeepGraphs => (),
        /// Retrieve evidence.
        Search => Outcome<Found>,
        /// Say where a chunk stands in a search.
        Explain => Outcome<Explanation>,
        /// Chunk a stored document, for a look.
        Preview => Outcome<Vec<Chunk>>,
        /// Read a stored document.
        ReadDocument => Outcome<StoredDocument>,
        /// Remove a document: it is not found any more, and can be restored until it is collected.
        Remove => Outcome<()>,
        /// Bring a removed document back; nothing where it is gone.
        Restore => Outcome<Option<Manifest>>,
        /// Another tab has stored the document: take it over. Nothing where it is not stored.
        Refresh => Outcome<Option<Manifest>>,
        /// Another tab has removed the document: do not find it any more.
        Forget => (),
        /// Delete what was removed before then, and what only that used.
        Collect => Outcome<()>,
        /// How large the embedding cache is, in bytes.
        CacheSize => Outcome<u64>,
        /// Forget all cached embeddings.
        ClearCache => Outcome<()>,
    }
}

/// Load what is stored and warm the index.
#[derive(Debug, Serialize, Deserialize)]
pub struct Open;

/// What was found stored.
#[derive(Debug, Serialize, Deserialize)]
pub enum Opened {
    /// The corpus is warm.
    Corpus {
        /// Stored documents, in the order of adding.
        manifests: Vec<Manifest>,
        /// Stored documents that cannot be used.
        damaged: Vec<Damaged>,
        /// `false`: this browser forbids storage, everything lasts as long as the tab.
        persistent: bool,
    },
    /// What is stored is of a newer version: it is not opened.
    Newer,
}

/// Take the attached port.
#[derive(Debug, Serialize, Deserialize)]
pub struct Connect {
    /// Tells this port from those before it.
    pub link: u32,
}

/// The courier at the other end of that port is gone.
#[derive(Debug, Serialize, Deserialize)]
pub struct Disconnect {
    /// Which port.
    pub link: u32,
}

/// Chunk, embed, store and index the attached document.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ingest {
    /// Its hash.
    pub id: DocumentId,
    /// Size of the original file.
    pub size_bytes: u64,
    /// When it was added.
    pub added_millis: u64,
    /// How to chunk it.
    pub chunking: ChunkSettings,
    /// What makes its vectors.
    pub embedder: EmbedderRef,
    /// What went partly wrong while reading it.
    pub warnings: Vec<Warning>,
    /// More documents follow at once: embedding waits for them.
    pub more_follow: bool,
}

/// Chunk and embed a stored document again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Rechunk {
    /// Which.
    pub id: DocumentId,
    /// How to chunk it.
    pub chunking: ChunkSettings,
    /// What makes its vectors.
    pub embedder: EmbedderRef,
}

/// What happens to a document; the last three end it.
#[derive(Debug, Serialize, Deserialize)]
pub enum IngestUpdate {
    /// It is chunked, and waits to be embedded.
    Chunked {
        /// It is found by its words already; not where an earlier version of it is still found.
        is_searchable: bool,
    },
    /// The built-in embedder is being loaded.
    Loading {
        /// Bytes that have come.
        done_bytes: u64,
        /// Of how many; 0 where the server does not say.
        total_bytes: u64,
    },
    /// Chunks embedded so far.
    Progress {
        /// Done.
        done: u32,
        /// Of how many.
        total: u32,
    },
    /// The embedder's host lets it wait: why.
    Waiting(Option<UserError>),
    /// Wholly stored and indexed.
    Stored(Manifest),
    /// Given up on request.
    Cancelled,
    /// It failed.
    Failed(UserError),
}

/// Bring an index that is not the documents' own up to them.
#[derive(Debug, Serialize, Deserialize)]
pub struct BuildIndex(pub IndexSpec);

/// Forget every index but the documents' own and these.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeepIndexes(pub Vec<IndexSpec>);

/// What happens to an index; the last three end it.
#[derive(Debug, Serialize, Deserialize)]
pub enum IndexUpdate {
    /// The built-in embedder is being loaded: bytes that have come, of how many (0 where the server does not say).
    Loading(u64, u64),
    /// Chunks embedded so far, of how many.
    Progress(u32, u32),
    /// The embedder's host lets it wait: why.
    Waiting(Option<UserError>),
    /// All documents are in it.
    Ready(IndexSize),
    /// Given up on request.
    Cancelled,
    /// It failed.
    Failed(UserError),
}

impl IndexUpdate {
    /// Whether it ends the call.
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Ready(_) | Self::Cancelled | Self::Failed(_))
    }
}

/// How large an index is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexSize {
    /// Documents in it.
    pub documents: u32,
    /// Chunks in it.
    pub chunks: u32,
    /// Bytes that its chunks and vectors take in storage; 0 where nothing of it is stored.
    pub stored_bytes: u64,
}

/// Make a graph over the vectors of an index, unless it is there, and measure it.
#[derive(Debug, Serialize, Deserialize)]
pub struct BuildGraph(pub GraphSpec);

/// End every graph but these.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeepGraphs(pub Vec<GraphSpec>);

/// What happens to a graph; the last three end it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum GraphUpdate {
    /// It is being made; the exact index answers meanwhile.
    Building,
    /// It answers.
    Ready(GraphReport),
    /// Given up on request; the exact index answers.
    Cancelled,
    /// It failed; the exact index answers.
    Failed(UserError),
}

impl GraphUpdate {
    /// Whether it ends the call.
    pub fn is_last(&self) -> bool {
        !matches!(self, Self::Building)
    }
}

/// A finished graph, and how much of the exact answer it finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GraphReport {
    /// How large it is, and what it took.
    pub size: GraphSize,
    /// Measured against the exact index when it was made.
    pub recall: Recall,
}

/// Retrieve evidence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Search {
    /// The question as typed.
    pub question: String,
    /// What a model made of it, where the recipe has one asked.
    pub queries: Vec<String>,
    /// Where to look; the documents' own index where there is none.
    pub index: Option<IndexSpec>,
    /// How to find passages; its prompt does not matter.
    pub recipe: Recipe,
}

/// Say where a chunk stands in a search.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Explain {
    /// The search.
    pub search: Search,
    /// Its document.
    pub document: DocumentId,
    /// Which of its chunks.
    pub which: WhichChunk,
}

/// A chunk of a document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum WhichChunk {
    /// By its number, from 0.
    Ordinal(u32),
    /// The first that has this text, in any case.
    Text(String),
}

/// What was retrieved.
#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    /// The passages, frozen.
    pub evidence: Evidence,
    /// For each passage the question's words in it, as spans of its document.
    pub highlights: Vec<Vec<Span>>,
    /// Every chunk that a ranking named, and what became of it.
    pub candidates: Vec<Candidate>,
}

/// Chunk a stored document, for a look.
#[derive(Debug, Serialize, Deserialize)]
pub struct Preview {
    /// Which.
    pub id: DocumentId,
    /// How.
    pub chunking: ChunkSettings,
}

/// Read a stored document.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadDocument(pub DocumentId);

/// A document and its stored chunks.
#[derive(Debug, Serialize, Deserialize)]
pub struct StoredDocument {
    /// The document.
    pub document: Document,
    /// Its chunks.
    pub chunks: Vec<Chunk>,
}

/// Remove a document.
#[derive(Debug, Serialize, Deserialize)]
pub struct Remove(pub DocumentId);

/// Bring a removed document back.
#[derive(Debug, Serialize, Deserialize)]
pub struct Restore(pub DocumentId);

/// Take over what another tab has stored.
#[derive(Debug, Serialize, Deserialize)]
pub struct Refresh(pub DocumentId);

/// Do not find the document any more.
#[derive(Debug, Serialize, Deserialize)]
pub struct Forget(pub DocumentId);

/// Delete what was removed before then.
#[derive(Debug, Serialize, Deserialize)]
pub struct Collect {
    /// Milliseconds since 1970.
    pub before_millis: u64,
}

/// How large the embedding cache is.
#[derive(Debug, Serialize, Deserialize)]
pub struct CacheSize;

/// Forget all cached embeddings.
#[derive(Debug, Serialize, Deserialize)]
pub struct ClearCache;
