use super::connection::{Connection, bytes_value, complete, delete, doing, get, put, store, value_bytes};
use crate::store::Error;
use idb::{KeyRange, Query};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Tables of bytes by text, in a database or, where the browser forbids storage, in memory.
pub struct Tables {
    names: &'static [&'static str],
    backend: Backend,
}

enum Backend {
    Database(Connection),
    Memory { why: Error, rows: RefCell<BTreeMap<(String, String), Vec<u8>>> },
}

/// Table and key of a value.
pub type Row<'a> = (&'static str, &'a str);

/// A row to write, or with no value to delete.
pub struct Write {
    /// Its table.
    pub table: &'static str,
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Option<Vec<u8>>,
}

impl Tables {
    /// Opens the database with these tables and lets `prepare` bring it up to date, or begins in memory.
    pub async fn open(
        name: &str,
        version: u32,
        names: &'static [&'static str],
        prepare: impl AsyncFnOnce(&Connection) -> Result<(), Error>,
    ) -> Self {
        let opened = async {
            let connection = Connection::open(name, version, names, || {}).await?;
            prepare(&connection).await?;
            Ok(connection)
        };
        let backend = match opened.await {
            Ok(connection) => Backend::Database(connection),
            Err(why) => Backend::Memory { why, rows: RefCell::default() },
        };
        Self { names, backend }
    }

    /// Why nothing outlasts the tab, where that is so.
    pub fn user_error(&self) -> Option<&Error> {
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
                let value = get(&database.read(&[table])?, table, key).await?;
                Ok(value.map(|value| value_bytes(&value)))
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
                let transaction = database.read(&[table])?;
                let range = KeyRange::lower_bound(&key.into(), None).map_err(doing("reading"))?;
                let values = store(&transaction, table)?.get_all(Some(Query::KeyRange(range)), None);
                let values = values.map_err(doing("reading"))?.await.map_err(doing("reading"))?;
                Ok(values.iter().map(value_bytes).collect())
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
                let transaction = database.write(&[table])?;
                let range = KeyRange::upper_bound(&key.into(), Some(true)).map_err(doing("removing"))?;
                let deleted = store(&transaction, table)?.delete(Query::KeyRange(range));
                deleted.map(drop).map_err(doing("removing"))?;
                complete(transaction, "the removal").await
            }
        }
    }

    /// Reads one value and writes what `decide` makes of it, in one transaction: no other tab comes in between.
    pub async fn change(
        &self,
        (table, key): Row<'_>,
        what: &str,
        decide: impl FnOnce(Option<Vec<u8>>) -> Result<Vec<Write>, Error>,
    ) -> Result<(), Error> {
        match &self.backend {
            Backend::Memory { rows, .. } => {
                let now = rows.borrow().get(&row_key(table, key)).cloned();
                let mut rows = rows.borrow_mut();
                for Write { table, key, value } in decide(now)? {
                    match value {
                        Some(value) => rows.insert((table.to_owned(), key), value),
                        None => rows.remove(&(table.to_owned(), key)),
                    };
                }
                Ok(())
            }
            Backend::Database(database) => {
                let transaction = database.write(self.names)?;
                let now = get(&transaction, table, key).await?.map(|value| value_bytes(&value));
                let writes = decide(now)?;
                if writes.is_empty() {
                    return Ok(());
                }
                for Write { table, key, value } in &writes {
                    match value {
                        Some(value) => put(&transaction, table, key, &bytes_value(value))?,
                        None => delete(&transaction, table, key)?,
                    }
                }
                complete(transaction, what).await
            }
        }
    }
}

fn row_key(table: &str, key: &str) -> (String, String) {
    (table.to_owned(), key.to_owned())
}
