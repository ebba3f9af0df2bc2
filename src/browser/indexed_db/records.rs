use super::{
    CACHE, CHUNKS, DOCUMENTS, FILES, MANIFESTS, VECTORS, begin, bytes_value, complete, failed, open, put,
    value_bytes,
};
use crate::kernel::{f32s_from_le_bytes, f32s_to_le_bytes};
use crate::store::{Error, Record, Store, decode, encode};
use crate::types::{DocumentId, Manifest, Sha256};
use futures_util::future::join_all;
use idb::{Database, Query, Transaction, TransactionMode};
use wasm_bindgen::JsValue;

/// Documents, chunks, vectors and the embedding cache in IndexedDB.
pub struct IndexedDb(Database);

impl IndexedDb {
    /// Opens the database; fails where the browser forbids storage.
    pub async fn open() -> Result<Self, Error> {
        open().await.map(Self)
    }
}

impl Store for IndexedDb {
    async fn load(&self) -> Result<Vec<Record>, Error> {
        let transaction =
            begin(&self.0, &[MANIFESTS, DOCUMENTS, CHUNKS, VECTORS], TransactionMode::ReadOnly)?;
        // Tables of one transaction hold the same keys in the same order, so rows are matched by place.
        let manifests = all(&transaction, MANIFESTS).await?;
        let documents = all(&transaction, DOCUMENTS).await?;
        let chunks = all(&transaction, CHUNKS).await?;
        let vectors = all(&transaction, VECTORS).await?;
        let mut records = Vec::with_capacity(manifests.len());
        for (((manifest, document), chunks), vectors) in
            manifests.iter().zip(&documents).zip(&chunks).zip(&vectors)
        {
            let manifest: Manifest = decode(&value_bytes(manifest), "a document")?;
            let name = manifest.name.clone();
            records.push(Record {
                document: decode(&value_bytes(document), &name)?,
                chunks: decode(&value_bytes(chunks), &name)?,
                vectors: f32s_from_le_bytes(&value_bytes(vectors)),
                manifest,
            });
        }
        records.sort_by_key(|record| (record.manifest.added_millis, record.manifest.id));
        Ok(records)
    }

    async fn put(&self, record: &Record) -> Result<(), Error> {
        let name = &record.manifest.name;
        let key = record.manifest.id.to_string();
        let transaction =
            begin(&self.0, &[MANIFESTS, DOCUMENTS, CHUNKS, VECTORS], TransactionMode::ReadWrite)?;
        put(&transaction, MANIFESTS, &key, &bytes_value(&encode(&record.manifest, name)?))?;
        put(&transaction, DOCUMENTS, &key, &bytes_value(&encode(&record.document, name)?))?;
        put(&transaction, CHUNKS, &key, &bytes_value(&encode(&record.chunks, name)?))?;
        put(&transaction, VECTORS, &key, &bytes_value(&f32s_to_le_bytes(&record.vectors)))?;
        complete(transaction, name).await
    }

    async fn remove(&self, id: DocumentId) -> Result<(), Error> {
        let tables = [MANIFESTS, DOCUMENTS, CHUNKS, VECTORS, FILES];
        let transaction = begin(&self.0, &tables, TransactionMode::ReadWrite)?;
        for table in tables {
            transaction
                .object_store(table)
                .and_then(|store| store.delete(Query::Key(JsValue::from_str(&id.to_string()))).map(drop))
                .map_err(|error| failed("removing", &error))?;
        }
        complete(transaction, "the removal").await
    }

    async fn cached(&self, keys: &[Sha256]) -> Result<Vec<Option<Vec<f32>>>, Error> {
        let transaction = begin(&self.0, &[CACHE], TransactionMode::ReadOnly)?;
        let store = transaction.object_store(CACHE).map_err(|error| failed("reading", &error))?;
        let reads = keys.iter().map(|key| store.get(Query::Key(JsValue::from_str(&key.to_string()))));
        let reads: Vec<_> =
            reads.collect::<Result<_, _>>().map_err(|error| failed("reading the cache", &error))?;
        let values = join_all(reads.into_iter().map(IntoFuture::into_future)).await;
        values
            .into_iter()
            .map(|value| {
                let value = value.map_err(|error| failed("reading the cache", &error))?;
                Ok(value.map(|value| f32s_from_le_bytes(&value_bytes(&value))))
            })
            .collect()
    }

    async fn cache(&self, entries: &[(Sha256, Vec<f32>)]) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let transaction = begin(&self.0, &[CACHE], TransactionMode::ReadWrite)?;
        for (key, vector) in entries {
            put(&transaction, CACHE, &key.to_string(), &bytes_value(&f32s_to_le_bytes(vector)))?;
        }
        complete(transaction, "embeddings").await
    }
}

async fn all(transaction: &Transaction, table: &str) -> Result<Vec<JsValue>, Error> {
    let doing = |error| failed("reading", &error);
    transaction
        .object_store(table)
        .and_then(|store| store.get_all(None, None))
        .map_err(doing)?
        .await
        .map_err(doing)
}
