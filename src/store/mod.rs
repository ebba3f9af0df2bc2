//! What is kept, behind one trait: the engine's verbs write documents, chunks and vectors through it, and
//! never learn where they lie. `MemoryStore` serves tests and browsers without storage; IndexedDB is in `browser`.
//!
//! A document is wholly stored or not at all: `put` is one transaction, and only its completion counts. Rows are joined by
//! key, and each carries its version and kind: a row that cannot be read costs one document, never the corpus.

mod encoding;
mod memory;
pub mod migrations;
mod record;
mod run;
pub mod tables;
mod upload;

pub use encoding::{
    Stored, decode, decode_embedding, decode_vectors, encode, encode_embedding, encode_vectors,
};
pub use memory::MemoryStore;
pub use record::{Damaged, Loaded, Record, Row, StoredIndex};
pub use tables::{Kind, Table};
pub use upload::{Tombstone, UploadInfo, UploadState};

use crate::types::problem::store;
use crate::types::{ChunkSettings, DocumentId, Sha256, Spending, UserError};
use serde::{Deserialize, Serialize};

/// Why something could not be kept or read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// The browser's quota or the disk is full.
    Full {
        /// What was being written.
        what: String,
    },
    /// A stored record cannot be read.
    Damaged {
        /// Which record.
        what: String,
        /// The decoder's word.
        reason: String,
    },
    /// The database refused.
    Failed {
        /// The step.
        doing: String,
        /// The database's word.
        reason: String,
    },
    /// The browser forbids storage.
    Unavailable {
        /// The database's word.
        reason: String,
    },
    /// The database was written by a later version of this program; it is left as it is.
    Newer {
        /// The database.
        name: String,
    },
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::Full { what } => store::full(what),
            Error::Damaged { what, reason } => store::damaged(what, reason),
            Error::Failed { doing, reason } => store::failed(doing, reason),
            Error::Unavailable { reason } => store::unavailable(reason),
            Error::Newer { name } => store::newer(name),
        }
    }
}

/// How long something removed can be brought back, in milliseconds.
pub const UNDO_MILLIS: u64 = 10_000;

impl Stored for Spending {
    const KIND: Kind = Kind::Spending;
}

/// Where documents, chunks and vectors are kept.
#[allow(async_fn_in_trait)]
pub trait Store {
    /// Every stored document with its chunks and vectors, in the order of adding, but for the removed ones.
    async fn load(&self) -> Result<Vec<Loaded>, Error>;
    /// One stored document, removed or not.
    async fn load_one(&self, id: DocumentId) -> Result<Option<Loaded>, Error>;
    /// Stores one document in a single transaction, replacing an older version of it. `false`: it was removed in the
    /// meantime, by this tab or another, and is not stored.
    async fn put(&self, record: &Record) -> Result<bool, Error>;
    /// What is stored of all documents for an index that is not their own, cut and embedded like that. What cannot be read is
    /// left out.
    async fn load_index(&self, chunking: ChunkSettings, embedder: &str) -> Result<Vec<StoredIndex>, Error>;
    /// Stores the chunks and vectors of a document that is stored already, beside its own. `false`: it is not stored, or was
    /// removed.
    async fn put_index(&self, record: &Record) -> Result<bool, Error>;
    /// Deletes chunks and vectors that neither a document's own index nor one of `kept` has: chunking and embedder.
    async fn keep_indexes(&self, kept: &[(ChunkSettings, String)]) -> Result<(), Error>;
    /// Marks a document as removed.
    async fn mark_removed(&self, id: DocumentId, now_millis: u64) -> Result<(), Error>;
    /// Takes the mark away.
    async fn unmark_removed(&self, id: DocumentId) -> Result<(), Error>;
    /// Documents that were removed before then.
    async fn removed_ids(&self, before_millis: u64) -> Result<Vec<DocumentId>, Error>;
    /// Deletes a removed document, everything made from it and what of the cache only it used: the embeddings it had made,
    /// and those of `contents`. One whose mark was taken away stays.
    async fn erase(&self, id: DocumentId, contents: &[Sha256]) -> Result<(), Error>;
    /// Vectors made before, by content key; `None` where there is none.
    async fn cached(&self, keys: &[Sha256]) -> Result<Vec<Option<Vec<f32>>>, Error>;
    /// Keeps vectors by content key; `owner` had them made.
    async fn cache(&self, owner: DocumentId, entries: &[(Sha256, Vec<f32>)]) -> Result<(), Error>;
    /// How many bytes the cached vectors take.
    async fn cache_bytes(&self) -> Result<u64, Error>;
    /// Forgets all cached vectors.
    async fn clear_cache(&self) -> Result<(), Error>;
}
