//! What is kept, behind one trait: the engine's verbs write documents, chunks and vectors through it, and
//! never learn where they lie. `MemoryStore` serves tests and browsers without storage; IndexedDB is in `browser`.
//!
//! A document is wholly stored or not at all: `put` is one transaction, and only its completion counts.

mod memory;
mod record;

pub use memory::MemoryStore;
pub use record::{Record, decode, encode};

use crate::types::{DocumentId, Sha256};
use serde::{Deserialize, Serialize};

/// Why something could not be kept or read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// The browser's quota or the disk is full.
    #[error("not enough browser storage to save \"{what}\"")]
    Full {
        /// What was being written.
        what: String,
    },
    /// A stored record cannot be read.
    #[error("the stored record of {what} is damaged: {reason}")]
    Damaged {
        /// Which record.
        what: String,
        /// The decoder's word.
        reason: String,
    },
    /// The database refused.
    #[error("the browser's database failed while {doing}: {reason}")]
    Failed {
        /// The step.
        doing: String,
        /// The database's word.
        reason: String,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Full { .. } => "Free disk space or remove documents, then press Retry.".into(),
            Self::Damaged { .. } => "Remove the document and add it again.".into(),
            Self::Failed { .. } => "Reload the page. If it persists, close other tabs with this page.".into(),
        }
    }
}

/// Where documents, chunks and vectors are kept.
#[allow(async_fn_in_trait)]
pub trait Store {
    /// Every stored document with its chunks and vectors, in the order of adding.
    async fn load(&self) -> Result<Vec<Record>, Error>;
    /// Stores one document in a single transaction, replacing an older version of it.
    async fn put(&self, record: &Record) -> Result<(), Error>;
    /// Forgets a document and everything made from it.
    async fn remove(&self, id: DocumentId) -> Result<(), Error>;
    /// Vectors made before, by content key; `None` where there is none.
    async fn cached(&self, keys: &[Sha256]) -> Result<Vec<Option<Vec<f32>>>, Error>;
    /// Keeps vectors by content key.
    async fn cache(&self, entries: &[(Sha256, Vec<f32>)]) -> Result<(), Error>;
}
