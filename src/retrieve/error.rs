//! What retrieval refuses.

use crate::index;
use crate::types::{RetrievalMode, RetrievalSettings};
use serde::{Deserialize, Serialize};

/// Why there is no ranking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// A setting is out of range.
    #[error("{name} is {value}; it must be between {least} and {most}")]
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
    #[error("{} retrieval needs an embedder", mode.name())]
    NoQueryVector {
        /// The mode asked for.
        mode: RetrievalMode,
    },
    /// The index refused the question's embedding.
    #[error(transparent)]
    Index(#[from] index::Error),
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Setting { name, least, most, .. } => {
                format!("Set {name} to a value from {least} to {most}.")
            }
            Self::NoQueryVector { .. } => {
                "Wait until the embedder is loaded, or set Mode in Settings to Lexical.".to_owned()
            }
            Self::Index(error) => error.hint(),
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
