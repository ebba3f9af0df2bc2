use super::tables::vectors_key;
use super::{Error, Loaded, Record, Store, StoredIndex};
use crate::types::{ChunkSettings, DocumentId, Sha256};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A store that lasts as long as the tab: for tests, and for browsers that forbid storage.
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: RefCell<BTreeMap<DocumentId, Record>>,
    /// Chunks and vectors beside the documents' own, by their key in `Table::Vectors`.
    indexes: RefCell<BTreeMap<String, StoredIndex>>,
    removed: RefCell<BTreeMap<DocumentId, u64>>,
    cache: RefCell<BTreeMap<Sha256, Vec<f32>>>,
    owners: RefCell<BTreeMap<DocumentId, BTreeSet<Sha256>>>,
}

impl MemoryStore {
    fn forget_indexes(&self, id: DocumentId) {
        self.indexes.borrow_mut().retain(|_, row| row.document != id);
    }
}

impl Store for MemoryStore {
    async fn load(&self) -> Result<Vec<Loaded>, Error> {
        let removed = self.removed.borrow();
        let records = self.records.borrow();
        let kept = records.values().filter(|record| !removed.contains_key(&record.manifest.id));
        let mut kept: Vec<Record> = kept.cloned().collect();
        kept.sort_by_key(|record| (record.manifest.added_millis, record.manifest.id));
        Ok(kept.into_iter().map(Ok).collect())
    }

    async fn load_one(&self, id: DocumentId) -> Result<Option<Loaded>, Error> {
        Ok(self.records.borrow().get(&id).cloned().map(Ok))
    }

    async fn put(&self, record: &Record) -> Result<bool, Error> {
        if self.removed.borrow().contains_key(&record.manifest.id) {
            return Ok(false);
        }
        let before = self.records.borrow_mut().insert(record.manifest.id, record.clone());
        if before.is_some_and(|before| before.document != record.document) {
            self.forget_indexes(record.manifest.id);
        }
        Ok(true)
    }

    async fn load_index(&self, chunking: ChunkSettings, embedder: &str) -> Result<Vec<StoredIndex>, Error> {
        let is_of =
            |(key, row): &(&String, &StoredIndex)| **key == vectors_key(row.document, chunking, embedder);
        Ok(self.indexes.borrow().iter().filter(is_of).map(|(_, row)| row.clone()).collect())
    }

    async fn put_index(&self, record: &Record) -> Result<bool, Error> {
        let Record { manifest, chunks, vectors, .. } = record;
        let id = manifest.id;
        if !self.records.borrow().contains_key(&id) || self.removed.borrow().contains_key(&id) {
            return Ok(false);
        }
        let row = StoredIndex { document: id, chunks: chunks.clone(), vectors: vectors.clone() };
        self.indexes.borrow_mut().insert(vectors_key(id, manifest.chunking, &manifest.embedder), row);
        Ok(true)
    }

    async fn keep_indexes(&self, kept: &[(ChunkSettings, String)]) -> Result<(), Error> {
        let is_kept = |key: &String, row: &StoredIndex| {
            kept.iter().any(|(chunking, embedder)| *key == vectors_key(row.document, *chunking, embedder))
        };
        self.indexes.borrow_mut().retain(|key, row| is_kept(key, row));
        Ok(())
    }

    async fn mark_removed(&self, id: DocumentId, now_millis: u64) -> Result<(), Error> {
        self.removed.borrow_mut().insert(id, now_millis);
        Ok(())
    }

    async fn unmark_removed(&self, id: DocumentId) -> Result<(), Error> {
        self.removed.borrow_mut().remove(&id);
        Ok(())
    }

    async fn removed_ids(&self, before_millis: u64) -> Result<Vec<DocumentId>, Error> {
        let removed = self.removed.borrow();
        Ok(removed.iter().filter(|(_, at)| **at < before_millis).map(|(id, _)| *id).collect())
    }

    async fn erase(&self, id: DocumentId, contents: &[Sha256]) -> Result<(), Error> {
        if self.removed.borrow_mut().remove(&id).is_none() {
            return Ok(());
        }
        self.records.borrow_mut().remove(&id);
        self.forget_indexes(id);
        let owned = self.owners.borrow_mut().remove(&id).unwrap_or_default();
        let mut cache = self.cache.borrow_mut();
        owned.iter().chain(contents).for_each(|key| drop(cache.remove(key)));
        Ok(())
    }

    async fn cached(&self, keys: &[Sha256]) -> Result<Vec<Option<Vec<f32>>>, Error> {
        let cache = self.cache.borrow();
        Ok(keys.iter().map(|key| cache.get(key).cloned()).collect())
    }

    async fn cache(&self, owner: DocumentId, entries: &[(Sha256, Vec<f32>)]) -> Result<(), Error> {
        self.owners.borrow_mut().entry(owner).or_default().extend(entries.iter().map(|(key, _)| *key));
        self.cache.borrow_mut().extend(entries.iter().cloned());
        Ok(())
    }

    async fn cache_bytes(&self) -> Result<u64, Error> {
        Ok(self.cache.borrow().values().map(|vector| vector.len() as u64 * 4).sum())
    }

    async fn clear_cache(&self) -> Result<(), Error> {
        self.cache.borrow_mut().clear();
        self.owners.borrow_mut().clear();
        Ok(())
    }
}
