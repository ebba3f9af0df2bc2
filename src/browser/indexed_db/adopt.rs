//! Databases of version 1 → those of this one. Copied, checked, emptied, deleted, in that order: a crash in between leaves
//! the old rows in place, and the next start copies what is not there yet. Nothing is embedded again.

use super::connection::{
    Connection, bytes_value, complete, delete_database, doing, exists, get, has, keys, put, rows, store,
    value_bytes,
};
use crate::browser::{lock, site};
use crate::store::migrations::v1;
use crate::store::{Error, Table, encode};
use crate::types::{DocumentId, Sha256};
use js_sys::Reflect;
use std::collections::{BTreeSet, HashMap};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

const FILES: &str = "files";
const CACHE: &str = "cache";
/// The tables that held one row a document.
const OF_DOCUMENT: [&str; 4] = ["manifests", "documents", "chunks", "vectors"];
/// Cached embeddings copied in one transaction.
const BATCH: usize = 256;

/// Whether there is a corpus of version 1 to adopt.
pub(super) async fn has_corpus() -> bool {
    exists(v1::CORPUS).await
}

/// Takes the corpus over.
pub(super) async fn corpus(new: &Connection) -> Result<(), Error> {
    adopt(v1::CORPUS, async |old: &Connection| {
        let present = old.tables();
        let has_table = |table: &&str| present.iter().any(|name| name == table);
        if OF_DOCUMENT.iter().all(&has_table) {
            documents(old, new).await?;
        }
        if has_table(&FILES) {
            files(old, new).await?;
        }
        if has_table(&CACHE) {
            cache(old, new).await?;
        }
        Ok(())
    })
    .await
}

/// Takes the courier's tables over as they are: their values say themselves which version they are of.
pub(super) async fn courier(new: &Connection) -> Result<(), Error> {
    adopt(v1::COURIER, async |old: &Connection| {
        for table in old.tables() {
            let reading = old.read(&[&table])?;
            let values = rows(&reading, &table).await?;
            let writing = new.write(&[&table])?;
            for (key, value) in &values {
                if !has(&writing, &table, key).await? {
                    put(&writing, &table, key, value)?;
                }
            }
            complete(writing, "the courier's data").await?;
            let check = new.read(&[&table])?;
            let kept: BTreeSet<String> = keys(&check, &table).await?.into_iter().collect();
            if values.iter().any(|(key, _)| !kept.contains(key)) {
                return Err(incomplete());
            }
        }
        Ok(())
    })
    .await
}

async fn adopt(name: &str, copy: impl AsyncFnOnce(&Connection) -> Result<(), Error>) -> Result<(), Error> {
    if !exists(name).await {
        return Ok(());
    }
    let _one = lock::acquire(&site::name(&format!("adopt/{name}"))).await;
    let Some(old) = Connection::existing(name).await? else { return Ok(()) };
    if old.version() > v1::DATABASE_VERSION {
        return Err(Error::Newer { name: name.to_owned() });
    }
    copy(&old).await?;
    let tables = old.tables();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    if !tables.is_empty() {
        let clearing = old.write(&tables)?;
        for table in &tables {
            store(&clearing, table)?.clear().map(drop).map_err(doing("removing"))?;
        }
        complete(clearing, "the removal of the earlier version").await?;
    }
    drop(old);
    // A tab with the earlier version may hold it up; it is empty.
    let name = name.to_owned();
    spawn_local(async move { drop(delete_database(&name).await) });
    Ok(())
}

async fn documents(old: &Connection, new: &Connection) -> Result<(), Error> {
    let listing = old.read(&OF_DOCUMENT)?;
    let mut ids: BTreeSet<String> = keys(&listing, "manifests").await?.into_iter().collect();
    ids.extend(keys(&listing, "documents").await?);
    for (key, id) in ids.iter().filter_map(|key| Some((key, Sha256::parse(key)?))) {
        let reading = old.read(&OF_DOCUMENT)?;
        let mut values: HashMap<&str, Vec<u8>> = HashMap::new();
        for table in OF_DOCUMENT {
            if let Some(value) = get(&reading, table, key).await? {
                values.insert(table, value_bytes(&value));
            }
        }
        document(new, id, &values).await?;
    }
    Ok(())
}

async fn document(new: &Connection, id: DocumentId, old: &HashMap<&str, Vec<u8>>) -> Result<(), Error> {
    let rows = v1::document(id, &|table| old.get(table).cloned());
    let tables = [Table::Manifests, Table::Documents, Table::ChunkSets, Table::Vectors].map(Table::name);
    let writing = new.write(&tables)?;
    // Copied before a crash.
    if has(&writing, Table::Manifests.name(), &id.to_string()).await? {
        return Ok(());
    }
    for (table, key, value) in &rows {
        put(&writing, table.name(), key, &bytes_value(value))?;
    }
    complete(writing, "a document of the earlier version").await?;
    let check = new.read(&tables)?;
    for (table, key, value) in &rows {
        let kept = get(&check, table.name(), key).await?;
        if kept.map(|kept| value_bytes(&kept)).as_ref() != Some(value) {
            return Err(incomplete());
        }
    }
    Ok(())
}

async fn files(old: &Connection, new: &Connection) -> Result<(), Error> {
    let tables = [Table::Uploads, Table::Originals].map(Table::name);
    let keys = keys(&old.read(&[FILES])?, FILES).await?;
    for key in keys {
        let Some(row) = get(&old.read(&[FILES])?, FILES, &key).await? else { continue };
        let part = |at| Reflect::get_u32(&row, at).unwrap_or(JsValue::UNDEFINED);
        let Ok(blob) = part(3).dyn_into::<web_sys::Blob>() else { continue };
        let name = part(0).as_string().unwrap_or_else(|| key.chars().take(8).collect());
        let added_millis = part(1).as_f64().unwrap_or(0.0) as u64;
        let info = v1::upload(name, blob.size() as u64, added_millis, part(2).as_string().as_deref());
        let info = encode(&info, "a file")?;
        let writing = new.write(&tables)?;
        if !has(&writing, Table::Uploads.name(), &key).await? {
            put(&writing, Table::Uploads.name(), &key, &bytes_value(&info))?;
            put(&writing, Table::Originals.name(), &key, &blob)?;
        }
        complete(writing, "a file of the earlier version").await?;
        if !has(&new.read(&tables)?, Table::Originals.name(), &key).await? {
            return Err(incomplete());
        }
    }
    Ok(())
}

async fn cache(old: &Connection, new: &Connection) -> Result<(), Error> {
    let table = Table::Embeddings.name();
    let all = keys(&old.read(&[CACHE])?, CACHE).await?;
    for batch in all.chunks(BATCH) {
        let reading = old.read(&[CACHE])?;
        let mut values = Vec::with_capacity(batch.len());
        for key in batch {
            values.extend(
                get(&reading, CACHE, key).await?.map(|value| (key, v1::embedding(&value_bytes(&value)))),
            );
        }
        let writing = new.write(&[table])?;
        for (key, value) in &values {
            put(&writing, table, key, &bytes_value(value))?;
        }
        complete(writing, "embeddings of the earlier version").await?;
    }
    let kept: BTreeSet<String> = keys(&new.read(&[table])?, table).await?.into_iter().collect();
    if all.iter().all(|key| kept.contains(key)) { Ok(()) } else { Err(incomplete()) }
}

fn incomplete() -> Error {
    Error::Failed {
        doing: "taking over the data of an earlier version".into(),
        reason: "what was copied differs; the original was left as it is".into(),
    }
}
