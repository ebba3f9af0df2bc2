use crate::browser::indexed_db::IndexedDb;
use crate::store::{Error, Loaded, MemoryStore, Record, Store, StoredIndex};
use crate::types::{ChunkSettings, DocumentId, Sha256};

/// On disk where the browser allows it, else in the tab.
pub enum AnyStore {
    /// In the browser's database.
    Disk(IndexedDb),
    /// As long as the tab.
    Tab(MemoryStore),
}

/// Asks whichever store there is.
macro_rules! either {
    ($self:ident, $store:ident => $asked:expr) => {
        match $self {
            Self::Disk($store) => $asked.await,
            Self::Tab($store) => $asked.await,
        }
    };
}

impl Store for AnyStore {
    async fn load(&self) -> Result<Vec<Loaded>, Error> {
        either!(self, store => store.load())
    }

    async fn load_one(&self, id: DocumentId) -> Result<Option<Loaded>, Error> {
        either!(self, store => store.load_one(id))
    }

    async fn put(&self, record: &Record) -> Result<bool, Error> {
        either!(self, store => store.put(record))
    }

    async fn load_index(&self, chunking: ChunkSettings, embedder: &str) -> Result<Vec<StoredIndex>, Error> {
        either!(self, store => store.load_index(chunking, embedder))
    }

    async fn put_index(&self, record: &Record) -> Result<bool, Error> {
        either!(self, store => store.put_index(record))
    }

    async fn keep_indexes(&self, kept: &[(ChunkSettings, String)]) -> Result<(), Error> {
        either!(self, store => store.keep_indexes(kept))
    }

    async fn mark_removed(&self, id: DocumentId, now_millis: u64) -> Result<(), Error> {
        either!(self, store => store.mark_removed(id, now_millis))
    }

    async fn unmark_removed(&self, id: DocumentId) -> Result<(), Error> {
        either!(self, store => store.unmark_removed(id))
    }

    async fn removed_ids(&self, before_millis: u64) -> Result<Vec<DocumentId>, Error> {
        either!(self, store => store.removed_ids(before_millis))
    }

    async fn erase(&self, id: DocumentId, contents: &[Sha256]) -> Result<(), Error> {
        either!(self, store => store.erase(id, contents))
    }

    async fn cached(&self, keys: &[Sha256]) -> Result<Vec<Option<Vec<f32>>>, Error> {
        either!(self, store => store.cached(keys))
    }

    async fn cache(&self, owner: DocumentId, entries: &[(Sha256, Vec<f32>)]) -> Result<(), Error> {
        either!(self, store => store.cache(owner, entries))
    }

    async fn cache_bytes(&self) -> Result<u64, Error> {
        either!(self, store => store.cache_bytes())
    }

    async fn clear_cache(&self) -> Result<(), Error> {
        either!(self, store => store.clear_cache())
    }
}
