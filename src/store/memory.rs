use super::{Error, Record, Store};
use crate::types::{DocumentId, Sha256};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A store that lasts as long as the tab: for tests, and for browsers that forbid storage.
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: RefCell<BTreeMap<DocumentId, Record>>,
    cache: RefCell<BTreeMap<Sha256, Vec<f32>>>,
}

impl Store for MemoryStore {
    async fn load(&self) -> Result<Vec<Record>, Error> {
        let mut records: Vec<Record> = self.records.borrow().values().cloned().collect();
        records.sort_by_key(|record| (record.manifest.added_millis, record.manifest.id));
        Ok(records)
    }

    async fn put(&self, record: &Record) -> Result<(), Error> {
        self.records.borrow_mut().insert(record.manifest.id, record.clone());
        Ok(())
    }

    async fn remove(&self, id: DocumentId) -> Result<(), Error> {
        self.records.borrow_mut().remove(&id);
        Ok(())
    }

    async fn cached(&self, keys: &[Sha256]) -> Result<Vec<Option<Vec<f32>>>, Error> {
        let cache = self.cache.borrow();
        Ok(keys.iter().map(|key| cache.get(key).cloned()).collect())
    }

    async fn cache(&self, entries: &[(Sha256, Vec<f32>)]) -> Result<(), Error> {
        self.cache.borrow_mut().extend(entries.iter().cloned());
        Ok(())
    }
}
