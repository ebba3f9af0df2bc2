//! IndexedDB behind `Store`, and the uploads of original files beside it.
//!
//! One database for documents, six tables, all keyed by hex hash. A document's four tables are written in one transaction,
//! and only its completion counts: quota failures arrive as an abort of the whole transaction, never of one table.
//! Another one for the courier (`Tables`), so that neither's upgrade waits for the other's worker.

mod uploads;
mod records;
mod tables;

pub use records::IndexedDb;
pub use tables::Tables;
pub use uploads::{Upload, UploadStore};

use crate::store::Error;
use idb::{
    Database, DatabaseEvent, Factory, ObjectStoreParams, Transaction, TransactionMode, TransactionResult,
};
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

const NAME: &str = "sidecite";
/// Raised with every change of the tables; `create` then brings older databases up to it.
const VERSION: u32 = 1;

const FILES: &str = "files";
const MANIFESTS: &str = "manifests";
const DOCUMENTS: &str = "documents";
const CHUNKS: &str = "chunks";
const VECTORS: &str = "vectors";
const CACHE: &str = "cache";
const TABLES: [&str; 6] = [FILES, MANIFESTS, DOCUMENTS, CHUNKS, VECTORS, CACHE];

/// Opens the documents' database.
async fn open() -> Result<Database, Error> {
    open_named(NAME, VERSION, &TABLES).await
}

/// Opens a database, creating what is missing.
async fn open_named(name: &str, version: u32, tables: &'static [&'static str]) -> Result<Database, Error> {
    let mut request = Factory::new()
        .and_then(|factory| factory.open(name, Some(version)))
        .map_err(|error| failed("opening", &error))?;
    request.on_upgrade_needed(move |event| {
        if let Ok(database) = event.database() {
            let present = database.store_names();
            for table in tables.iter().filter(|table| !present.iter().any(|name| name == *table)) {
                let _ = database.create_object_store(table, ObjectStoreParams::new());
            }
        }
    });
    let mut database = request.await.map_err(|error| failed("opening", &error))?;
    // A newer page in another tab may upgrade only when this one lets go.
    database.on_version_change(|event| {
        if let Ok(database) = event.database() {
            database.close();
        }
    });
    Ok(database)
}

fn begin(database: &Database, tables: &[&str], mode: TransactionMode) -> Result<Transaction, Error> {
    database.transaction(tables, mode).map_err(|error| failed("starting a transaction", &error))
}

/// Waits until everything issued in the transaction is kept.
async fn complete(transaction: Transaction, what: &str) -> Result<(), Error> {
    match transaction.await {
        Ok(TransactionResult::Committed) => Ok(()),
        // We never abort a transaction ourselves: the browser does when it has no room.
        Ok(TransactionResult::Aborted) => Err(Error::Full { what: what.to_owned() }),
        Err(error) => Err(failed(&format!("storing {what}"), &error)),
    }
}

fn put(transaction: &Transaction, table: &str, key: &str, value: &JsValue) -> Result<(), Error> {
    transaction
        .object_store(table)
        .and_then(|store| store.put(value, Some(&JsValue::from_str(key))).map(drop))
        .map_err(|error| failed("writing", &error))
}

fn bytes_value(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

fn value_bytes(value: &JsValue) -> Vec<u8> {
    Uint8Array::new(value).to_vec()
}

fn failed(doing: &str, error: &idb::Error) -> Error {
    let reason = error.to_string();
    if reason.contains("QuotaExceeded") {
        return Error::Full { what: doing.to_owned() };
    }
    Error::Failed { doing: doing.to_owned(), reason }
}
