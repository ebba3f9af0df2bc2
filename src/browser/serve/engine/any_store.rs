use crate::browser::indexed_db::IndexedDb;
use crate::store::{Error, MemoryStore, Record, Store};
use crate::types::{DocumentId, Sha256};

/// On disk where the browser allows it, else in the tab.
pub enum AnyStore {
    /// In the browser's database.
    Disk(IndexedDb),
    /// As long as the tab.
    Tab(MemoryStore),
}

impl Store for AnyStore {
    async fn load(&self) -> Result<Vec<Record>, Error> {
        match self {
            Self::Disk(store) => store.load().await,
            Self::Tab(store) => store.load().await,
        }
    }

    async fn put(&self, record: &Record) -> Result<(), Error> {
        match self {
            Self::Disk(store) => store.put(record).await,
            Self::Tab(store) => store.put(record).await,
        }
    }

    async fn remove(&self, id: DocumentId) -> Result<(), Error> {
        match self {
            Self::Disk(store) => store.remove(id).await,
            Self::Tab(store) => store.remove(id).await,
        }
    }

    async fn cached(&self, keys: &[Sha256]) -> Result<Vec<Option<Vec<f32>>>, Error> {
        match self {
            Self::Disk(store) => store.cached(keys).await,
            Self::Tab(store) => store.cached(keys).await,
        }
    }

    async fn cache(&self, entries: &[(Sha256, Vec<f32>)]) -> Result<(), Error> {
        match self {
            Self::Disk(store) => store.cache(entries).await,
            Self::Tab(store) => store.cache(entries).await,
        }
    }
}
