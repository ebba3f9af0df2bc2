use super::connection::{
    Connection, bytes_value, complete, delete, delete_range, doing, get, has, keys, put, rows, store,
    value_bytes,
};
use super::{adopt, open_corpus};
use crate::store::tables::{chunk_set_key, range_of, vectors_key};
use crate::store::{
    Error, Loaded, Record, Store, StoredIndex, Table, Tombstone, decode, decode_embedding, encode,
    encode_embedding,
};
use crate::types::{ChunkSettings, DocumentId, Manifest, Sha256};
use futures_util::future::join_all;
use idb::Query;
use js_sys::Uint8Array;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wasm_bindgen::{JsCast, JsValue};

const MANIFESTS: &str = Table::Manifests.name();
const DOCUMENTS: &str = Table::Documents.name();
const CHUNK_SETS: &str = Table::ChunkSets.name();
const VECTORS: &str = Table::Vectors.name();
const EMBEDDINGS: &str = Table::Embeddings.name();
const OWNERS: &str = Table::EmbeddingOwners.name();
const UPLOADS: &str = Table::Uploads.name();
const ORIGINALS: &str = Table::Originals.name();
const TOMBSTONES: &str = Table::Tombstones.name();
/// The tables that a document is joined from.
const JOINED: [(Table, &str); 4] = [
    (Table::Manifests, MANIFESTS),
    (Table::Documents, DOCUMENTS),
    (Table::ChunkSets, CHUNK_SETS),
    (Table::Vectors, VECTORS),
];

/// Documents, chunks, vectors and the embedding cache in IndexedDB.
pub struct IndexedDb {
    connection: Connection,
    /// Tells apart the rows of one document that say what it had embedded.
    writes: Cell<u32>,
}

impl IndexedDb {
    /// Opens the database, adopting one of version 1.
    ///
    /// # Errors
    /// Where the browser forbids storage, and where the database is newer than this page.
    pub async fn open() -> Result<Self, Error> {
        let connection = open_corpus(|| {}).await?;
        adopt::corpus(&connection).await?;
        Ok(Self { connection, writes: Cell::new(0) })
    }
}

impl Store for IndexedDb {
    async fn load(&self) -> Result<Vec<Loaded>, Error> {
        let transaction = self.connection.read(&[MANIFESTS, DOCUMENTS, CHUNK_SETS, VECTORS, TOMBSTONES])?;
        let removed: BTreeSet<String> = keys(&transaction, TOMBSTONES).await?.into_iter().collect();
        let mut ids = BTreeSet::new();
        let mut tables: BTreeMap<Table, HashMap<String, JsValue>> = BTreeMap::new();
        for (table, name) in JOINED {
            let rows: HashMap<String, JsValue> = rows(&transaction, name).await?.into_iter().collect();
            if matches!(table, Table::Manifests | Table::Documents) {
                ids.extend(rows.keys().filter(|key| !removed.contains(*key)).cloned());
            }
            tables.insert(table, rows);
        }
        // Each value is copied out of the browser's memory when its document's turn comes, and dropped after it.
        let get = |table: Table, key: &str| tables.get(&table)?.get(key).map(value_bytes);
        let ids = ids.iter().filter_map(|id| Sha256::parse(id));
        let mut loaded: Vec<Loaded> = ids.map(|id| Record::join(id, &get)).collect();
        loaded.sort_by_key(|loaded| match loaded {
            Ok(record) => (record.manifest.added_millis, record.manifest.id),
            Err(damaged) => (damaged.added_millis, damaged.id),
        });
        Ok(loaded)
    }

    async fn load_one(&self, id: DocumentId) -> Result<Option<Loaded>, Error> {
        let transaction = self.connection.read(&[MANIFESTS, DOCUMENTS, CHUNK_SETS, VECTORS])?;
        let key = id.to_string();
        if !has(&transaction, MANIFESTS, &key).await? {
            return Ok(None);
        }
        let (from, to) = range_of(id);
        let range =
            idb::KeyRange::bound(&from.into(), &to.into(), None, Some(true)).map_err(doing("reading"))?;
        let mut found: HashMap<(Table, String), JsValue> = HashMap::new();
        for (table, name) in JOINED {
            let reading = store(&transaction, name)?;
            let query = match table {
                Table::ChunkSets | Table::Vectors => Query::KeyRange(range.clone()),
                _ => Query::Key(key.as_str().into()),
            };
            let keys = reading.get_all_keys(Some(query.clone()), None).map_err(doing("reading"))?;
            let values = reading.get_all(Some(query), None).map_err(doing("reading"))?;
            let keys = keys.await.map_err(doing("reading"))?;
            for (key, value) in keys.into_iter().zip(values.await.map_err(doing("reading"))?) {
                found.extend(key.as_string().map(|key| ((table, key), value)));
            }
        }
        let get = |table: Table, key: &str| found.get(&(table, key.to_owned())).map(value_bytes);
        Ok(Some(Record::join(id, &get)))
    }

    async fn put(&self, record: &Record) -> Result<bool, Error> {
        let id = record.manifest.id;
        let rows = record.rows()?;
        let tables = [MANIFESTS, DOCUMENTS, CHUNK_SETS, VECTORS, UPLOADS, TOMBSTONES];
        let transaction = self.connection.write(&tables)?;
        let key = id.to_string();
        let removed = has(&transaction, TOMBSTONES, &key).await?;
        let known = has(&transaction, UPLOADS, &key).await? || has(&transaction, MANIFESTS, &key).await?;
        if removed || !known {
            return Ok(false);
        }
        let [_, (_, _, document), ..] = &rows;
        let before = get(&transaction, DOCUMENTS, &key).await?;
        if before.is_some_and(|before| value_bytes(&before) != *document) {
            // What was made of another text nothing can use.
            delete_range(&transaction, CHUNK_SETS, &range_of(id))?;
            delete_range(&transaction, VECTORS, &range_of(id))?;
        } else if let Some(before) = get(&transaction, MANIFESTS, &key).await?
            && let Ok(before) = decode::<Manifest>(&value_bytes(&before), "")
        {
            // What it was cut into before, and embedded by; an index of a recipe that used it is made again from the cache.
            delete(&transaction, CHUNK_SETS, &chunk_set_key(id, before.chunking))?;
            delete(&transaction, VECTORS, &vectors_key(id, before.chunking, &before.embedder))?;
        }
        for (table, key, value) in &rows {
            put(&transaction, table.name(), key, &bytes_value(value))?;
        }
        complete(transaction, &record.manifest.name).await?;
        Ok(true)
    }

    async fn load_index(&self, chunking: ChunkSettings, embedder: &str) -> Result<Vec<StoredIndex>, Error> {
        let transaction = self.connection.read(&[MANIFESTS, CHUNK_SETS, VECTORS])?;
        let ids = keys(&transaction, MANIFESTS).await?.into_iter().filter_map(|key| Sha256::parse(&key));
        let mut found = Vec::new();
        for id in ids {
            let vectors = get(&transaction, VECTORS, &vectors_key(id, chunking, embedder)).await?;
            let Some(vectors) = vectors else { continue };
            let chunks = get(&transaction, CHUNK_SETS, &chunk_set_key(id, chunking)).await?;
            let chunks = chunks.map(|chunks| value_bytes(&chunks)).unwrap_or_default();
            found.extend(StoredIndex::decode(id, &chunks, &value_bytes(&vectors)));
        }
        Ok(found)
    }

    async fn put_index(&self, record: &Record) -> Result<bool, Error> {
        let key = record.manifest.id.to_string();
        let rows = record.index_rows()?;
        let transaction = self.connection.write(&[MANIFESTS, CHUNK_SETS, VECTORS, TOMBSTONES])?;
        if has(&transaction, TOMBSTONES, &key).await? || !has(&transaction, MANIFESTS, &key).await? {
            return Ok(false);
        }
        for (table, key, value) in &rows {
            put(&transaction, table.name(), key, &bytes_value(value))?;
        }
        complete(transaction, &record.manifest.name).await?;
        Ok(true)
    }

    async fn keep_indexes(&self, kept: &[(ChunkSettings, String)]) -> Result<(), Error> {
        let transaction = self.connection.write(&[MANIFESTS, CHUNK_SETS, VECTORS])?;
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        for (key, value) in rows(&transaction, MANIFESTS).await? {
            let Some(id) = Sha256::parse(&key) else { continue };
            // Of a document whose manifest cannot be read nothing is deleted.
            let Ok(manifest) = decode::<Manifest>(&value_bytes(&value), "") else { return Ok(()) };
            let own = (manifest.chunking, manifest.embedder);
            for (chunking, embedder) in kept.iter().chain([&own]) {
                wanted.extend([chunk_set_key(id, *chunking), vectors_key(id, *chunking, embedder)]);
            }
        }
        for table in [CHUNK_SETS, VECTORS] {
            for key in keys(&transaction, table).await?.iter().filter(|key| !wanted.contains(*key)) {
                delete(&transaction, table, key)?;
            }
        }
        complete(transaction, "the indexes").await
    }

    async fn mark_removed(&self, id: DocumentId, now_millis: u64) -> Result<(), Error> {
        let transaction = self.connection.write(&[TOMBSTONES])?;
        let value = encode(&Tombstone { at_millis: now_millis }, "the removal")?;
        put(&transaction, TOMBSTONES, &id.to_string(), &bytes_value(&value))?;
        complete(transaction, "the removal").await
    }

    async fn unmark_removed(&self, id: DocumentId) -> Result<(), Error> {
        let transaction = self.connection.write(&[TOMBSTONES])?;
        delete(&transaction, TOMBSTONES, &id.to_string())?;
        complete(transaction, "the document").await
    }

    async fn removed_ids(&self, before_millis: u64) -> Result<Vec<DocumentId>, Error> {
        let transaction = self.connection.read(&[TOMBSTONES])?;
        let rows = rows(&transaction, TOMBSTONES).await?;
        // A mark that cannot be read is an old one.
        let is_before = |value: &JsValue| {
            decode::<Tombstone>(&value_bytes(value), "").map_or(true, |mark| mark.at_millis < before_millis)
        };
        Ok(rows
            .iter()
            .filter(|(_, value)| is_before(value))
            .filter_map(|(key, _)| Sha256::parse(key))
            .collect())
    }

    async fn erase(&self, id: DocumentId, contents: &[Sha256]) -> Result<(), Error> {
        let single = [MANIFESTS, DOCUMENTS, UPLOADS, ORIGINALS, TOMBSTONES];
        let ranges = [CHUNK_SETS, VECTORS, OWNERS];
        let tables: Vec<&str> = single.into_iter().chain(ranges).chain([EMBEDDINGS]).collect();
        let transaction = self.connection.write(&tables)?;
        let key = id.to_string();
        if !has(&transaction, TOMBSTONES, &key).await? {
            return Ok(());
        }
        let (from, to) = range_of(id);
        let range =
            idb::KeyRange::bound(&from.into(), &to.into(), None, Some(true)).map_err(doing("reading"))?;
        let owned = store(&transaction, OWNERS)?.get_all(Some(Query::KeyRange(range)), None);
        let owned = owned.map_err(doing("reading"))?.await.map_err(doing("reading"))?;
        let owned =
            owned.iter().flat_map(|value| value_bytes(value).as_chunks::<32>().0.to_vec()).map(Sha256);
        for content in owned.chain(contents.iter().copied()) {
            delete(&transaction, EMBEDDINGS, &content.to_string())?;
        }
        for table in single {
            delete(&transaction, table, &key)?;
        }
        for table in ranges {
            delete_range(&transaction, table, &range_of(id))?;
        }
        complete(transaction, "the removal").await
    }

    async fn cached(&self, keys: &[Sha256]) -> Result<Vec<Option<Vec<f32>>>, Error> {
        let transaction = self.connection.read(&[EMBEDDINGS])?;
        let reading = store(&transaction, EMBEDDINGS)?;
        let reads = keys.iter().map(|key| reading.get(Query::Key(key.to_string().as_str().into())));
        let reads: Vec<_> = reads.collect::<Result<_, _>>().map_err(doing("reading the cache"))?;
        let values = join_all(reads.into_iter().map(IntoFuture::into_future)).await;
        values
            .into_iter()
            .map(|value| {
                let value = value.map_err(doing("reading the cache"))?;
                Ok(value.and_then(|value| decode_embedding(&value_bytes(&value))))
            })
            .collect()
    }

    async fn cache(&self, owner: DocumentId, entries: &[(Sha256, Vec<f32>)]) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.write(&[EMBEDDINGS, OWNERS])?;
        for (key, vector) in entries {
            put(&transaction, EMBEDDINGS, &key.to_string(), &bytes_value(&encode_embedding(vector)))?;
        }
        let owned: Vec<u8> = entries.iter().flat_map(|(key, _)| key.0).collect();
        self.writes.set(self.writes.get().wrapping_add(1));
        let row = format!("{owner}/{}-{}", js_sys::Date::now(), self.writes.get());
        put(&transaction, OWNERS, &row, &bytes_value(&owned))?;
        complete(transaction, "embeddings").await
    }

    async fn cache_bytes(&self) -> Result<u64, Error> {
        let transaction = self.connection.read(&[EMBEDDINGS])?;
        let values = store(&transaction, EMBEDDINGS)?.get_all(None, None).map_err(doing("reading"))?;
        let values = values.await.map_err(doing("reading"))?;
        let size =
            |value: &JsValue| value.dyn_ref::<Uint8Array>().map_or(0, |bytes| u64::from(bytes.length()));
        Ok(values.iter().map(size).sum())
    }

    async fn clear_cache(&self) -> Result<(), Error> {
        let transaction = self.connection.write(&[EMBEDDINGS, OWNERS])?;
        for table in [EMBEDDINGS, OWNERS] {
            store(&transaction, table)?.clear().map(drop).map_err(doing("removing"))?;
        }
        complete(transaction, "the cache").await
    }
}
