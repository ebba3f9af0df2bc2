//! The tables and the keys that join them: a document's rows begin with its hash, never share a position.

use crate::types::{ChunkSettings, DocumentId, sha256};

/// A table of the corpus's database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// What is known of a document without opening it; a document with a row here is wholly stored.
    Manifests,
    /// Text and structure, by document.
    Documents,
    /// Chunks, by document and chunking.
    ChunkSets,
    /// Embeddings, by chunk set and embedder.
    Vectors,
    /// Embeddings made before, by content.
    Embeddings,
    /// Which cached embeddings a document had made.
    EmbeddingOwners,
    /// Files that were added, by document.
    Uploads,
    /// Their bytes, by document.
    Originals,
    /// Runs.
    Runs,
    /// What the list of runs shows.
    RunSummaries,
    /// Recipes.
    Recipes,
    /// What was removed and is collected later.
    Tombstones,
    /// Facts about the database itself.
    Meta,
}

impl Table {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Manifests,
        Self::Documents,
        Self::ChunkSets,
        Self::Vectors,
        Self::Embeddings,
        Self::EmbeddingOwners,
        Self::Uploads,
        Self::Originals,
        Self::Runs,
        Self::RunSummaries,
        Self::Recipes,
        Self::Tombstones,
        Self::Meta,
    ];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manifests => "manifests",
            Self::Documents => "documents",
            Self::ChunkSets => "chunk_sets",
            Self::Vectors => "vectors",
            Self::Embeddings => "embeddings",
            Self::EmbeddingOwners => "embedding_owners",
            Self::Uploads => "uploads",
            Self::Originals => "originals",
            Self::Runs => "runs",
            Self::RunSummaries => "run_summaries",
            Self::Recipes => "recipes",
            Self::Tombstones => "tombstones",
            Self::Meta => "meta",
        }
    }
}

/// Second byte of a row's value: a value in the wrong place is not taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// `Table::Manifests`.
    Manifest = 1,
    /// `Table::Documents`.
    Document = 2,
    /// `Table::ChunkSets`.
    ChunkSet = 3,
    /// `Table::Vectors`.
    Vectors = 4,
    /// `Table::Embeddings`.
    Embedding = 5,
    /// `Table::Uploads`.
    Upload = 6,
    /// `Table::Tombstones`.
    Tombstone = 7,
    /// A call of the courier.
    Call = 8,
    /// A day's spending.
    Spending = 9,
    /// `Table::Runs`.
    Run = 10,
    /// `Table::RunSummaries`.
    RunSummary = 11,
}

/// The key of a document's chunks under a chunking.
pub fn chunk_set_key(id: DocumentId, chunking: ChunkSettings) -> String {
    let ChunkSettings { strategy, size_tokens, overlap_tokens, heading_prefix } = chunking;
    let prefix = if heading_prefix { "" } else { "-bare" };
    format!("{id}/{}-{size_tokens}-{overlap_tokens}{prefix}", strategy.name())
}

/// The key of a chunk set's embeddings by an embedder.
pub fn vectors_key(id: DocumentId, chunking: ChunkSettings, embedder: &str) -> String {
    format!("{}/{}", chunk_set_key(id, chunking), sha256(embedder.as_bytes()))
}

/// First and last key that a document can have in a table of several rows a document.
pub fn range_of(id: DocumentId) -> (String, String) {
    // `0` follows `/`.
    (format!("{id}/"), format!("{id}0"))
}
