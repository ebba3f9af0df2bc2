//! What retrieval refuses.

use crate::index;
use crate::types::problem::retrieve;
use crate::types::{IndexEngine, PassageContext, RetrievalMode, RetrievalSettings, UserError};
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
    let RetrievalSettings {
        mode: _,
        top_k,
        candidates,
        rrf_k,
        k1,
        b,
        title_weight,
        dense_weight,
        engine,
        ..
    } = *settings;
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
    within("b", b, 0.0, 1.0)?;
    within("title_weight", title_weight, 0.0, 10.0)?;
    within("dense_weight", dense_weight.unwrap_or(0.0), 0.0, 1.0)?;
    within("λ", settings.mmr.unwrap_or(0.0), 0.0, 1.0)?;
    within("min_score", settings.min_score.unwrap_or(0.0), 0.0, 1_000.0)?;
    match settings.context {
        PassageContext::Chunk => {}
        PassageContext::Neighbours(chunks) => within("neighbours", chunks as f32, 1.0, 10.0)?,
        PassageContext::Parent(tokens) => within("parent_tokens", tokens as f32, 64.0, 4_000.0)?,
    }
    let ef = |construction: u32, search: u32| {
        within("ef_construction", construction as f32, 8.0, 1_000.0)?;
        within("ef_search", search as f32, 8.0, 2_000.0)
    };
    match engine {
        IndexEngine::Exact => Ok(()),
        IndexEngine::HnswRs { m, ef_construction, ef_search } => {
            within("M", m as f32, 4.0, 64.0)?;
            ef(ef_construction, ef_search)
        }
        IndexEngine::InstantDistance { ef_construction, ef_search } => ef(ef_construction, ef_search),
    }
}
