//! What retrieval refuses.

use crate::index;
use crate::types::problem::retrieve;
use crate::types::{RetrievalMode, RetrievalSettings, UserError};
use serde::{Deserialize, Serialize};

/// Why there is no ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// A setting is out of range.
    Setting {
        /// Its name.
        name: String,
        /// What it is.
        value: f32,
        /// The least it may be.
        least: f32,
        /// The most it may be.
        most: f32,
    },
    /// Searching by meaning needs the question's embedding.
    NoQueryVector {
        /// The mode asked for.
        mode: RetrievalMode,
    },
    /// The index refused the question's embedding.
    Index(#[from] index::Error),
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::Setting { name, value, least, most } => retrieve::setting(name, value, least, most),
            Error::NoQueryVector { mode } => retrieve::no_query_vector(mode.name()),
            Error::Index(error) => error.into(),
        }
    }
}

/// Says what is wrong with `settings`, if anything.
pub fn validate(settings: &RetrievalSettings) -> Result<(), Error> {
    let RetrievalSettings { mode: _, top_k, candidates, rrf_k, k1, b } = *settings;
    let within = |name: &str, value: f32, least: f32, most: f32| {
        if (least..=most).contains(&value) {
            Ok(())
        } else {
            Err(Error::Setting { name: name.to_owned(), value, least, most })
        }
    };
    within("top_k", top_k as f32, 1.0, 50.0)?;
    within("candidates", candidates as f32, top_k as f32, 1000.0)?;
    within("rrf_k", rrf_k, 0.0, 1000.0)?;
    within("k1", k1, 0.0, 10.0)?;
    within("b", b, 0.0, 1.0)
}
