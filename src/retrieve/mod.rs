//! Query → ranked chunks.
//!
//! The dense and the lexical index each name their candidates; [`fuse`] makes one order of them and keeps what each
//! stage thought; [`dedup`] leaves out what would say the same thing twice. Knows keys, not texts: whoever holds
//! the corpus lends the texts to `dedup` and to `evidence::freeze`. Embedding the question is the caller's.

mod dedup;
mod error;
mod fuse;

pub use dedup::{ChunkText, Duplicate, Selected, dedup};
pub use error::{Error, validate};
pub use fuse::{ScoredKey, fuse};

use crate::index::{Filter, Neighbour, VectorIndex};
use crate::lexical::{LexicalIndex, Match, Weighting};
use crate::types::{RetrievalMode, RetrievalSettings, SearchTiming};

/// What retrieval found.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrieved {
    /// Every candidate, best first: up to `candidates` of each ranking. Not cut to `top_k`, so that [`dedup`] can
    /// fill the places of what it leaves out.
    pub ranked: Vec<ScoredKey>,
    /// Where the time went; `embed_millis` is left to the caller.
    pub timing: SearchTiming,
}

/// Ranks the chunks for a question.
///
/// `query_vector` is needed in dense and hybrid mode. `filter` says which chunks may be found. `clock` gives
/// milliseconds from any fixed point.
pub fn retrieve(
    query_text: &str,
    query_vector: Option<&[f32]>,
    vectors: &dyn VectorIndex,
    words: &dyn LexicalIndex,
    settings: &RetrievalSettings,
    filter: Option<Filter<'_>>,
    clock: &dyn Fn() -> f64,
) -> Result<Retrieved, Error> {
    validate(settings)?;
    let candidates = settings.candidates as usize;
    let start = clock();
    let dense: Vec<Neighbour> = match (settings.mode, query_vector) {
        (RetrievalMode::Lexical, _) => Vec::new(),
        (mode, None) => return Err(Error::NoQueryVector { mode }),
        (_, Some(vector)) => vectors.search(vector, candidates, filter)?,
    };
    let middle = clock();
    let lexical: Vec<Match> = match settings.mode {
        RetrievalMode::Dense => Vec::new(),
        RetrievalMode::Lexical | RetrievalMode::Hybrid => {
            words.search(query_text, candidates, Weighting { k1: settings.k1, b: settings.b }, filter)
        }
    };
    let end = clock();
    let ranked = fuse(&dense, &lexical, settings.mode, settings.rrf_k);
    let timing = SearchTiming {
        embed_millis: 0.0,
        dense_millis: middle - start,
        lexical_millis: end - middle,
        rerank_millis: 0.0,
        total_millis: clock() - start,
        chunks: u32::try_from(vectors.len().max(words.len())).unwrap_or(u32::MAX),
        unembedded: 0,
    };
    Ok(Retrieved { ranked, timing })
}
