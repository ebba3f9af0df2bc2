use super::connection::{
    Connection, bytes_value, complete, count, delete, get, keys, put, rows, store, value_bytes,
};
use super::{connection::doing, open_corpus};
use crate::store::{Error, Table, Tombstone, decode, encode};
use std::collections::BTreeSet;

const RUNS: &str = Table::Runs.name();
const SUMMARIES: &str = Table::RunSummaries.name();
const RECIPES: &str = Table::Recipes.name();
const TOMBSTONES: &str = Table::Tombstones.name();

/// Runs and recipes, for the page. Their bytes are the caller's: this only keeps them.
pub struct RunStore(Connection);

impl RunStore {
    /// Opens the database. `on_newer` is called when a newer page takes it over.
    ///
    /// # Errors
    /// Where the browser forbids storage, and where the database is newer than this page.
    pub async fn open(on_newer: impl FnOnce() + 'static) -> Result<Self, Error> {
        open_corpus(on_newer).await.map(Self)
    }

    /// Keeps a run and what the list shows of it, in one transaction.
    pub async fn put(&self, id: &str, summary: &[u8], run: &[u8]) -> Result<(), Error> {
        let transaction = self.0.write(&[RUNS, SUMMARIES])?;
        put(&transaction, RUNS, id, &bytes_value(run))?;
        put(&transaction, SUMMARIES, id, &bytes_value(summary))?;
        complete(transaction, "the run").await
    }

    /// Changes only what the list shows.
    pub async fn put_summary(&self, id: &str, summary: &[u8]) -> Result<(), Error> {
        let transaction = self.0.write(&[SUMMARIES])?;
        put(&transaction, SUMMARIES, id, &bytes_value(summary))?;
        complete(transaction, "the run").await
    }

    /// How many runs are kept, with the removed ones.
    pub async fn count(&self) -> Result<usize, Error> {
        let transaction = self.0.read(&[SUMMARIES])?;
        count(&transaction, SUMMARIES).await
    }

    /// What the list shows, by id, without the removed ones.
    pub async fn summaries(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let transaction = self.0.read(&[SUMMARIES, TOMBSTONES])?;
        let removed: BTreeSet<String> = keys(&transaction, TOMBSTONES).await?.into_iter().collect();
        let rows = rows(&transaction, SUMMARIES).await?.into_iter();
        let kept = rows.filter(|(id, _)| !removed.contains(&mark(id)));
        Ok(kept.map(|(id, value)| (id, value_bytes(&value))).collect())
    }

    /// A run.
    pub async fn get(&self, id: &str) -> Result<Option<Vec<u8>>, Error> {
        let transaction = self.0.read(&[RUNS])?;
        Ok(get(&transaction, RUNS, id).await?.map(|value| value_bytes(&value)))
    }

    /// Hides runs until `restore` or `collect`.
    pub async fn mark_removed(&self, ids: &[String], now_millis: u64) -> Result<(), Error> {
        let transaction = self.0.write(&[TOMBSTONES])?;
        let value = bytes_value(&encode(&Tombstone { at_millis: now_millis }, "the removal")?);
        for id in ids {
            put(&transaction, TOMBSTONES, &mark(id), &value)?;
        }
        complete(transaction, "the removal").await
    }

    /// Brings hidden runs back.
    pub async fn restore(&self, ids: &[String]) -> Result<(), Error> {
        let transaction = self.0.write(&[TOMBSTONES])?;
        for id in ids {
            delete(&transaction, TOMBSTONES, &mark(id))?;
        }
        complete(transaction, "the run").await
    }

    /// Deletes the runs hidden before then.
    pub async fn collect(&self, before_millis: u64) -> Result<(), Error> {
        let marks = rows(&self.0.read(&[TOMBSTONES])?, TOMBSTONES).await?;
        let is_before = |value: &Vec<u8>| {
            decode::<Tombstone>(value, "").map_or(true, |mark| mark.at_millis < before_millis)
        };
        let old = marks.iter().filter(|(_, value)| is_before(&value_bytes(value)));
        let ids: Vec<String> = old.filter_map(|(key, _)| key.strip_prefix(MARK).map(str::to_owned)).collect();
        self.delete(&ids).await
    }

    /// Deletes runs at once.
    pub async fn delete(&self, ids: &[String]) -> Result<(), Error> {
        let transaction = self.0.write(&[RUNS, SUMMARIES, TOMBSTONES])?;
        for id in ids {
            delete(&transaction, RUNS, id)?;
            delete(&transaction, SUMMARIES, id)?;
            delete(&transaction, TOMBSTONES, &mark(id))?;
        }
        complete(transaction, "the removal").await
    }

    /// Deletes all runs.
    pub async fn clear(&self) -> Result<(), Error> {
        let transaction = self.0.write(&[RUNS, SUMMARIES])?;
        for table in [RUNS, SUMMARIES] {
            store(&transaction, table)?.clear().map(drop).map_err(doing("removing"))?;
        }
        complete(transaction, "the removal").await
    }

    /// Keeps a recipe, or with no bytes deletes it.
    pub async fn put_recipe(&self, id: &str, recipe: Option<&[u8]>) -> Result<(), Error> {
        let transaction = self.0.write(&[RECIPES])?;
        match recipe {
            Some(recipe) => put(&transaction, RECIPES, id, &bytes_value(recipe))?,
            None => delete(&transaction, RECIPES, id)?,
        }
        complete(transaction, "the recipe").await
    }

    /// All recipes, by id.
    pub async fn recipes(&self) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let rows = rows(&self.0.read(&[RECIPES])?, RECIPES).await?;
        Ok(rows.into_iter().map(|(id, value)| (id, value_bytes(&value))).collect())
    }
}

/// Begins the mark of a removed run; those of documents begin with their hash.
const MARK: &str = "run/";

fn mark(id: &str) -> String {
    format!("{MARK}{id}")
}
