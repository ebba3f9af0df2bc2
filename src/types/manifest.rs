use super::{ChunkSettings, DocumentId, Format, Warning};
use serde::{Deserialize, Serialize};

/// What the corpus knows of one stored document without opening it. Its presence means: wholly stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Hash of the original bytes.
    pub id: DocumentId,
    /// File name.
    pub name: String,
    /// What the bytes are.
    pub format: Format,
    /// The document's own title.
    pub title: Option<String>,
    /// Size of the original file.
    pub size_bytes: u64,
    /// Pages, 0 for formats without.
    pub pages: u32,
    /// Characters of text.
    pub characters: u64,
    /// Chunks in the index.
    pub chunks: u32,
    /// Tokens over all chunks.
    pub tokens: u64,
    /// How it was cut.
    pub chunking: ChunkSettings,
    /// What embedded it; vectors of another embedder are made again.
    pub embedder: String,
    /// Place among the documents, by time of adding.
    pub added_millis: u64,
    /// What went partly wrong while reading it.
    pub warnings: Vec<Warning>,
    /// `Format::reader_version` of the reader that read it.
    pub reader: u32,
}
