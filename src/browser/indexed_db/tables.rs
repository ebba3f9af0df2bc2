use super::{begin, bytes_value, complete, failed, open_named, put, value_bytes};
use crate::courier::{Read, Write};
use crate::store::Error;
use idb::{Database, KeyRange, Query, TransactionMode};
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::JsValue;

/// Tables of bytes by text, in a database or, where the browser forbids storage, in memory.
pub struct Tables {
    names: &'static [&'static str],
    backend: Backend,
}

enum Backend {
    Database(Database),
    Memory { why: Error, rows: RefCell<BTreeMap<(String, String), Vec<u8>>> },
}

impl Tables {
    /// Opens the database with these tables, or begins in memory.
    pub async fn open(name: &str, version: u32, names: &'static [&'static str]) -> Self {
        let backend = match open_named(name, version, names).await {
            Ok(database) => Backend::Database(database),
            Err(why) => Backend::Memory { why, rows: RefCell::default() },
        };
        Self { names, backend }
    }

    /// In memory: for a moment in which no database has been opened.
    pub fn in_memory(names: &'static [&'static str]) -> Self {
        let why = Error::Failed { doing: "opening".into(), reason: "not opened".into() };
        Self { names, backend: Backend::Memory { why, rows: RefCell::default() } }
    }

    /// Why nothing outlasts the tab, where that is so.
    pub fn unavailable(&self) -> Option<&Error> {
        match &self.backend {
            Backend::Database(_) => None,
            Backend::Memory { why, .. } => Some(why),
        }
    }

    /// One value.
    pub async fn get(&self, table: &'static str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match &self.backend {
            Backend::Memory { rows, .. } => Ok(rows.borrow().get(&row_key(table, key)).cloned()),
            Backend::Database(database) => {
                let transaction = begin(database, &[table], TransactionMode::ReadOnly)?;
                row(&transaction, table, key).await
            }
        }
    }

    /// All values of a table from a key on, by key.
    pub async fn from(&self, table: &'static str, key: &str) -> Result<Vec<Vec<u8>>, Error> {
        match &self.backend {
            Backend::Memory { rows, .. } => {
                let rows = rows.borrow();
                let rows = rows.range(row_key(table, key)..).take_while(|((its, _), _)| its == table);
                Ok(rows.map(|(_, value)| value.clone()).collect())
            }
            Backend::Database(database) => {
                let doing = |error| failed("reading", &error);
                let transaction = begin(database, &[table], TransactionMode::ReadOnly)?;
                let range = KeyRange::lower_bound(&key.into(), None).map_err(doing)?;
                let store = transaction.object_store(table).map_err(doing)?;
                let values = store.get_all(Some(Query::KeyRange(range)), None).map_err(doing)?.await;
                Ok(values.map_err(doing)?.iter().map(value_bytes).collect())
            }
        }
    }

    /// Forgets what a table has below a key.
    pub async fn remove_below(&self, table: &'static str, key: &str) -> Result<(), Error> {
        match &self.backend {
            Backend::Memory { rows, .. } => {
                rows.borrow_mut().retain(|(its, at), _| its != table || at.as_str() >= key);
                Ok(())
            }
            Backend::Database(database) => {
                let doing = |error| failed("removing", &error);
                let transaction = begin(database, &[table], TransactionMode::ReadWrite)?;
                let range = KeyRange::upper_bound(&key.into(), Some(true)).map_err(doing)?;
                let store = transaction.object_store(table).map_err(doing)?;
                store.delete(Query::KeyRange(range)).map(drop).map_err(doing)?;
                complete(transaction, "the removal").await
            }
        }
    }

    /// Reads rows and writes what `decide` makes of them, in one transaction: no other tab comes in between.
    pub async fn change(
        &self,
        reads: &[Read<'_>],
        what: &str,
        decide: impl FnOnce(Vec<Vec<Vec<u8>>>) -> Result<Vec<Write>, Error>,
    ) -> Result<(), Error> {
        match &self.backend {
            Backend::Memory { rows, .. } => {
                let mut rows = rows.borrow_mut();
                let found = |read: &Read<'_>| match *read {
                    Read::One(table, key) => rows.get(&row_key(table, key)).cloned().into_iter().collect(),
                    Read::All(table) => {
                        let own = rows.iter().filter(|((its, _), _)| its == table);
                        own.map(|(_, value)| value.clone()).collect()
                    }
                };
                let found = reads.iter().map(found).collect();
                for Write { table, key, value } in decide(found)? {
                    match value {
                        Some(value) => rows.insert((table.to_owned(), key), value),
                        None => rows.remove(&(table.to_owned(), key)),
                    };
                }
                Ok(())
            }
            Backend::Database(database) => {
                let transaction = begin(database, self.names, TransactionMode::ReadWrite)?;
                let mut found = Vec::with_capacity(reads.len());
                for read in reads {
                    found.push(rows(&transaction, *read).await?);
                }
                let writes = decide(found)?;
                if writes.is_empty() {
                    return Ok(());
                }
                for Write { table, key, value } in &writes {
                    match value {
                        Some(value) => put(&transaction, table, key, &bytes_value(value))?,
                        None => transaction
                            .object_store(table)
                            .and_then(|store| store.delete(Query::Key(JsValue::from_str(key))).map(drop))
                            .map_err(|error| failed("removing", &error))?,
                    }
                }
                complete(transaction, what).await
            }
        }
    }
}

impl Drop for Tables {
    /// A connection that is only dropped stays until the browser collects it, and holds up every upgrade and deletion.
    fn drop(&mut self) {
        if let Backend::Database(database) = &self.backend {
            database.close();
        }
    }
}

fn row_key(table: &str, key: &str) -> (String, String) {
    (table.to_owned(), key.to_owned())
}

async fn rows(transaction: &idb::Transaction, read: Read<'_>) -> Result<Vec<Vec<u8>>, Error> {
    let doing = |error| failed("reading", &error);
    match read {
        Read::One(table, key) => Ok(row(transaction, table, key).await?.into_iter().collect()),
        Read::All(table) => {
            let store = transaction.object_store(table).map_err(doing)?;
            let values = store.get_all(None, None).map_err(doing)?.await.map_err(doing)?;
            Ok(values.iter().map(value_bytes).collect())
        }
    }
}

async fn row(
    transaction: &idb::Transaction,
    table: &'static str,
    key: &str,
) -> Result<Option<Vec<u8>>, Error> {
    let doing = |error| failed("reading", &error);
    let store = transaction.object_store(table).map_err(doing)?;
    let value = store.get(Query::Key(JsValue::from_str(key))).map_err(doing)?.await.map_err(doing)?;
    Ok(value.map(|value| value_bytes(&value)))
}
