use crate::store::Error;
use idb::{
    Database, DatabaseEvent, Factory, KeyRange, ObjectStore, ObjectStoreParams, Query, Transaction,
    TransactionMode, TransactionResult,
};
use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// An open database. Closes when dropped: a connection that is only dropped stays until the browser collects it, and holds
/// up every upgrade and deletion.
pub(super) struct Connection {
    database: Database,
    /// A newer page has taken the database over.
    lost: Rc<Cell<bool>>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.database.close();
    }
}

impl Connection {
    /// Opens a database, creating what is missing. `on_newer` is called when a newer page takes it over.
    pub(super) async fn open(
        name: &str,
        version: u32,
        tables: &[&'static str],
        on_newer: impl FnOnce() + 'static,
    ) -> Result<Self, Error> {
        let mut request =
            Factory::new().and_then(|factory| factory.open(name, Some(version))).map_err(unavailable)?;
        let tables = tables.to_vec();
        request.on_upgrade_needed(move |event| {
            if let Ok(database) = event.database() {
                let present = database.store_names();
                for table in tables.iter().filter(|table| !present.iter().any(|name| name == *table)) {
                    let _ = database.create_object_store(table, ObjectStoreParams::new());
                }
            }
        });
        let opened = request.await.map_err(|error| match error.to_string() {
            reason if reason.contains("VersionError") => Error::Newer { name: name.to_owned() },
            _ => unavailable(error),
        });
        Ok(Self::watch(opened?, on_newer))
    }

    /// Opens a database as it is; nothing where there is none.
    pub(super) async fn existing(name: &str) -> Result<Option<Self>, Error> {
        if !exists(name).await {
            return Ok(None);
        }
        let request =
            Factory::new().and_then(|factory| factory.open(name, None)).map_err(doing("opening"))?;
        let database = request.await.map_err(doing("opening"))?;
        Ok(Some(Self::watch(database, || {})))
    }

    fn watch(mut database: Database, on_newer: impl FnOnce() + 'static) -> Self {
        let lost = Rc::new(Cell::new(false));
        let flag = Rc::clone(&lost);
        // A newer page in another tab may upgrade only when this one lets go.
        database.on_version_change(move |event| {
            if let Ok(database) = event.database() {
                database.close();
            }
            flag.set(true);
            let version = Reflect::get(event.as_ref(), &JsValue::from_str("newVersion"));
            // Without a version it is being deleted.
            if version.is_ok_and(|version| version.as_f64().is_some()) {
                on_newer();
            }
        });
        Self { database, lost }
    }

    /// Its version.
    pub(super) fn version(&self) -> u32 {
        self.database.version().unwrap_or(0)
    }

    /// The tables it has.
    pub(super) fn tables(&self) -> Vec<String> {
        self.database.store_names()
    }

    pub(super) fn read(&self, tables: &[&str]) -> Result<Transaction, Error> {
        self.begin(tables, TransactionMode::ReadOnly)
    }

    pub(super) fn write(&self, tables: &[&str]) -> Result<Transaction, Error> {
        self.begin(tables, TransactionMode::ReadWrite)
    }

    fn begin(&self, tables: &[&str], mode: TransactionMode) -> Result<Transaction, Error> {
        if self.lost.get() {
            return Err(Error::Newer { name: self.database.name() });
        }
        self.database.transaction(tables, mode).map_err(doing("starting a transaction"))
    }
}

/// Deletes a database; one that is not there is none.
///
/// # Errors
/// The browser refuses.
pub async fn delete_database(name: &str) -> Result<(), Error> {
    let request = Factory::new().and_then(|factory| factory.delete(name)).map_err(doing("deleting"))?;
    request.await.map(drop).map_err(doing("deleting"))
}

/// Whether a database of that name is there. A browser that cannot list them has none of version 1: it was supported by
/// none that could not.
pub(super) async fn exists(name: &str) -> bool {
    let list = async || {
        let factory = Reflect::get(&js_sys::global(), &"indexedDB".into()).ok()?;
        let databases: js_sys::Function =
            Reflect::get(&factory, &"databases".into()).ok()?.dyn_into().ok()?;
        let promise: js_sys::Promise = databases.call0(&factory).ok()?.dyn_into().ok()?;
        JsFuture::from(promise).await.ok()
    };
    let list = list().await.map(|list| Array::from(&list)).unwrap_or_default();
    list.iter().any(|entry| {
        Reflect::get(&entry, &"name".into()).is_ok_and(|found| found.as_string().as_deref() == Some(name))
    })
}

/// Waits until everything issued in the transaction is kept.
pub(super) async fn complete(transaction: Transaction, what: &str) -> Result<(), Error> {
    match transaction.await {
        Ok(TransactionResult::Committed) => Ok(()),
        // We never abort a transaction ourselves: the browser does when it has no room.
        Ok(TransactionResult::Aborted) => Err(Error::Full { what: what.to_owned() }),
        Err(error) => Err(failed(&format!("storing {what}"), &error)),
    }
}

pub(super) fn store(transaction: &Transaction, table: &str) -> Result<ObjectStore, Error> {
    transaction.object_store(table).map_err(doing("finding a table"))
}

pub(super) fn put(transaction: &Transaction, table: &str, key: &str, value: &JsValue) -> Result<(), Error> {
    store(transaction, table)?.put(value, Some(&key.into())).map(drop).map_err(doing("writing"))
}

pub(super) async fn get(transaction: &Transaction, table: &str, key: &str) -> Result<Option<JsValue>, Error> {
    let value = store(transaction, table)?.get(Query::Key(key.into())).map_err(doing("reading"))?;
    value.await.map_err(doing("reading"))
}

/// Whether there is a row of that key.
pub(super) async fn has(transaction: &Transaction, table: &str, key: &str) -> Result<bool, Error> {
    let count = store(transaction, table)?.count(Some(Query::Key(key.into()))).map_err(doing("reading"))?;
    Ok(count.await.map_err(doing("reading"))? > 0)
}

pub(super) fn delete(transaction: &Transaction, table: &str, key: &str) -> Result<(), Error> {
    let query = Query::Key(JsValue::from_str(key));
    store(transaction, table)?.delete(query).map(drop).map_err(doing("removing"))
}

/// Deletes the rows between two keys.
pub(super) fn delete_range(
    transaction: &Transaction,
    table: &str,
    (from, to): &(String, String),
) -> Result<(), Error> {
    let range = KeyRange::bound(&from.into(), &to.into(), None, Some(true)).map_err(doing("removing"))?;
    store(transaction, table)?.delete(Query::KeyRange(range)).map(drop).map_err(doing("removing"))
}

/// The keys of a table, in order.
pub(super) async fn keys(transaction: &Transaction, table: &str) -> Result<Vec<String>, Error> {
    let keys = store(transaction, table)?.get_all_keys(None, None).map_err(doing("reading"))?;
    let keys = keys.await.map_err(doing("reading"))?;
    Ok(keys.iter().filter_map(JsValue::as_string).collect())
}

/// How many rows a table has.
pub(super) async fn count(transaction: &Transaction, table: &str) -> Result<usize, Error> {
    let count = store(transaction, table)?.count(None).map_err(doing("reading"))?;
    Ok(count.await.map_err(doing("reading"))? as usize)
}

/// The rows of a table, in the order of their keys.
pub(super) async fn rows(transaction: &Transaction, table: &str) -> Result<Vec<(String, JsValue)>, Error> {
    let reading = store(transaction, table)?;
    let keys = reading.get_all_keys(None, None).map_err(doing("reading"))?;
    let values = reading.get_all(None, None).map_err(doing("reading"))?;
    let keys = keys.await.map_err(doing("reading"))?;
    let values = values.await.map_err(doing("reading"))?;
    Ok(keys.into_iter().zip(values).filter_map(|(key, value)| Some((key.as_string()?, value))).collect())
}

pub(super) fn bytes_value(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// The bytes of a value; none where it is something else.
pub(super) fn value_bytes(value: &JsValue) -> Vec<u8> {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return bytes.to_vec();
    }
    value.dyn_ref::<ArrayBuffer>().map(|buffer| Uint8Array::new(buffer).to_vec()).unwrap_or_default()
}

/// Turns the database's error into ours, with the step that failed.
pub(super) fn doing(step: &'static str) -> impl Fn(idb::Error) -> Error {
    move |error| failed(step, &error)
}

fn unavailable(error: idb::Error) -> Error {
    Error::Unavailable { reason: error.to_string() }
}

fn failed(doing: &str, error: &idb::Error) -> Error {
    let reason = error.to_string();
    if reason.contains("QuotaExceeded") {
        return Error::Full { what: doing.to_owned() };
    }
    Error::Failed { doing: doing.to_owned(), reason }
}
