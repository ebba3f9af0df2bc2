//! Query → ranked chunks.
//!
//! The dense and the lexical index each name their candidates; [`fuse`] makes one order of them and keeps what each
//! stage thought; [`dedup`] leaves out what would say the same thing twice. Knows keys, not texts: the caller that holds
//! the corpus lends the texts to `dedup` and to `evidence::freeze`. Embedding the question is the caller's.

mod context;
mod dedup;
mod error;
mod fuse;
mod late;
mod mmr;
mod weight;

pub use context::surroundings;
pub use dedup::{ChunkText, Duplicate, Selected, dedup};
pub use error::{Error, validate};
pub use fuse::{ScoredKey, Weights, best_of_queries, fuse, rank};
pub use late::{TokenVectors, late_scores, nearest_pieces, piece_weights, rerank_late};
pub use mmr::diversify;
pub use weight::{dense_weight, late_weight};

use crate::index::{Filter, Later, Neighbour, VectorIndex};
use crate::lexical::{LexicalIndex, Match, Weighting};
use crate::types::{RetrievalMode, RetrievalSettings, SearchTiming};

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The question.
    pub text: &'a str,
    /// Its embedding; needed by every mode but the lexical one.
    pub vector: Option<&'a [f32]>,
    /// What [`dense_weight`] says of it.
    pub dense_weight: f32,
}

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
/// Without `vectors` nothing is near the query. `filter` says which chunks may be found. `clock` gives milliseconds from any fixed point. Both indexes are asked during the call; the future waits for
/// the dense one's answer and borrows neither.
pub fn retrieve<'clock>(
    query: Query<'_>,
    vectors: Option<&dyn VectorIndex>,
    words: &dyn LexicalIndex,
    settings: &RetrievalSettings,
    filter: Option<Filter<'_>>,
    clock: &'clock dyn Fn() -> f64,
) -> impl Future<Output = Result<Retrieved, Error>> + use<'clock> {
    let weights =
        Weights { rrf_k: settings.rrf_k, dense: settings.dense_weight.unwrap_or(query.dense_weight) };
    let asked = ask(query, vectors, words, settings, filter, clock);
    async move {
        let Asked { settings, start, dense, lexical, mut timing } = asked?;
        let waiting = clock();
        let dense = match dense {
            Some(dense) => dense.await?,
            None => Vec::new(),
        };
        timing.dense_millis += clock() - waiting;
        let ranked = fuse(&dense, &lexical, settings.mode, weights);
        timing.total_millis = clock() - start;
        Ok(Retrieved { ranked, timing })
    }
}

/// The constants of BM25 in the settings.
pub fn weighting(settings: &RetrievalSettings) -> Weighting {
    Weighting { k1: settings.k1, b: settings.b, title: settings.title_weight }
}

/// What was asked of both indexes.
struct Asked {
    settings: RetrievalSettings,
    start: f64,
    dense: Option<Later<Vec<Neighbour>>>,
    lexical: Vec<Match>,
    timing: SearchTiming,
}

fn ask(
    query: Query<'_>,
    vectors: Option<&dyn VectorIndex>,
    words: &dyn LexicalIndex,
    settings: &RetrievalSettings,
    filter: Option<Filter<'_>>,
    clock: &dyn Fn() -> f64,
) -> Result<Asked, Error> {
    validate(settings)?;
    let candidates = settings.candidates as usize;
    let start = clock();
    let dense = match (settings.mode, query.vector) {
        (RetrievalMode::Lexical, _) => None,
        (mode, None) => return Err(Error::NoQueryVector { mode }),
        (_, Some(vector)) => vectors.map(|vectors| vectors.search(vector, candidates, filter)),
    };
    let middle = clock();
    let lexical = match settings.mode {
        RetrievalMode::Dense => Vec::new(),
        RetrievalMode::Lexical | RetrievalMode::Rrf | RetrievalMode::Hybrid => {
            words.search(query.text, candidates, weighting(settings), filter)
        }
    };
    let timing = SearchTiming {
        dense_millis: middle - start,
        lexical_millis: clock() - middle,
        chunks: u32::try_from(words.len().max(vectors.map_or(0, |vectors| vectors.len())))
            .unwrap_or(u32::MAX),
        ..SearchTiming::default()
    };
    Ok(Asked { settings: *settings, start, dense, lexical, timing })
}
