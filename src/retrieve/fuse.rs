//! Two rankings → one.
//!
//! Reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009): each ranking gives a chunk `1 / (k + rank)`.
//! Ranks need no calibration between cosines and BM25 scores, whose scales differ from corpus to corpus.

use crate::index::Neighbour;
use crate::lexical::Match;
use crate::types::{RetrievalMode, Scores};
use std::collections::HashMap;

/// A chunk's key and what each stage thought of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredKey {
    /// The key in both indexes.
    pub key: u32,
    /// Score and rank of each stage.
    pub scores: Scores,
}

/// Joins two rankings, each best first. In dense and lexical mode `fused` is that ranking's own score and the other
/// ranking is only noted. Ties: higher cosine first, then the smaller key.
pub fn fuse(dense: &[Neighbour], lexical: &[Match], mode: RetrievalMode, rrf_k: f32) -> Vec<ScoredKey> {
    let mut found: HashMap<u32, Scores> = HashMap::with_capacity(dense.len() + lexical.len());
    for (rank, neighbour) in (1u32..).zip(dense) {
        let scores = found.entry(neighbour.key).or_default();
        scores.dense.get_or_insert(neighbour.similarity);
        scores.dense_rank.get_or_insert(rank);
    }
    for (rank, hit) in (1u32..).zip(lexical) {
        let scores = found.entry(hit.key).or_default();
        scores.lexical.get_or_insert(hit.score);
        scores.lexical_rank.get_or_insert(rank);
    }
    let share = |rank: Option<u32>| rank.map_or(0.0, |rank| 1.0 / (rrf_k + rank as f32));
    let mut ranked: Vec<ScoredKey> = found
        .into_iter()
        .filter_map(|(key, mut scores)| {
            scores.fused = match mode {
                RetrievalMode::Dense => scores.dense?,
                RetrievalMode::Lexical => scores.lexical?,
                RetrievalMode::Hybrid => share(scores.dense_rank) + share(scores.lexical_rank),
            };
            Some(ScoredKey { key, scores })
        })
        .collect();
    let cosine = |scored: &ScoredKey| scored.scores.dense.unwrap_or(f32::NEG_INFINITY);
    ranked.sort_unstable_by(|a, b| {
        let by_fused = b.scores.fused.total_cmp(&a.scores.fused);
        by_fused.then(cosine(b).total_cmp(&cosine(a))).then(a.key.cmp(&b.key))
    });
    ranked
}
