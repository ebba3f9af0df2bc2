//! IndexedDB behind `Store`, and what the page keeps beside it: uploads and runs.
//!
//! One database for the corpus (`store::Table`), keyed as `store::tables` says. A document's rows are written in one
//! transaction, and only its completion counts: quota failures arrive as an abort of the whole transaction, never of one
//! table. Another one for the courier (`Tables`), so that neither's upgrade waits for the other's worker. Databases of
//! version 1 are adopted (`adopt`) by the first that opens.

mod adopt;
mod connection;
mod records;
mod runs;
mod tables;
mod uploads;

pub use connection::delete_database;
pub use records::IndexedDb;
pub use runs::RunStore;
pub use tables::Tables;
pub use uploads::{Upload, UploadStore};

use crate::browser::site;
use crate::store::{Error, Table};
use connection::Connection;

/// Raised with every change of the tables; `Connection::open` then creates what is missing.
const VERSION: u32 = 2;

/// The name of the corpus's database.
pub fn corpus_name() -> String {
    site::name("corpus")
}

/// The name of the courier's database.
pub fn courier_name() -> String {
    site::name("courier")
}

/// Opens the courier's database with its tables, or begins in memory.
pub async fn open_courier(names: &'static [&'static str]) -> Tables {
    Tables::open(&courier_name(), VERSION, names, adopt::courier).await
}

/// Opens the corpus's database. `on_newer` is called when a newer page takes it over.
async fn open_corpus(on_newer: impl FnOnce() + 'static) -> Result<Connection, Error> {
    Connection::open(&corpus_name(), VERSION, &Table::ALL.map(Table::name), on_newer).await
}
