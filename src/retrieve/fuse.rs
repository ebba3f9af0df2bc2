//! Two rankings → one.
//!
//! *Hybrid* adds weighted scores, each ranking's brought to 0…1 (convex combination; Bruch, Gai & Ingber, TOIS 2023): how far
//! the best match is ahead of the others counts, so that an identifier that one text alone has is not voted down by texts
//! that are a little like the question in both rankings. *RRF* (Cormack, Clarke & Büttcher, SIGIR 2009) gives a chunk
//! `1 / (k + rank)` for each ranking.

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

/// How two rankings are joined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// The constant of reciprocal rank fusion.
    pub rrf_k: f32,
    /// Share of the dense ranking in a weighted sum, 0 to 1; the lexical one has the rest.
    pub dense: f32,
}

/// Joins two rankings, each best first. In dense and lexical mode `fused` is that ranking's own score and the other
/// ranking is only noted. Ties: higher cosine first, then the smaller key.
pub fn fuse(dense: &[Neighbour], lexical: &[Match], mode: RetrievalMode, weights: Weights) -> Vec<ScoredKey> {
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
    let by_rank = |rank: Option<u32>| rank.map_or(0.0, |rank| 1.0 / (weights.rrf_k + rank as f32));
    // A cosine has no zero of its own: the last candidate is it. BM25 has one.
    let (nearest, farthest) = (similarity(dense.first()), similarity(dense.last()));
    let spread = nearest - farthest;
    let near = |similarity: f32| if spread > 0.0 { (similarity - farthest) / spread } else { 1.0 };
    let most = lexical.first().map_or(0.0, |hit| hit.score).max(f32::MIN_POSITIVE);
    let by_score = |scores: &Scores| {
        weights.dense * scores.dense.map_or(0.0, near)
            + (1.0 - weights.dense) * scores.lexical.map_or(0.0, |score| score / most)
    };
    let mut ranked: Vec<ScoredKey> = found
        .into_iter()
        .filter_map(|(key, mut scores)| {
            scores.fused = match mode {
                RetrievalMode::Dense => scores.dense?,
                RetrievalMode::Lexical => scores.lexical?,
                RetrievalMode::Rrf => by_rank(scores.dense_rank) + by_rank(scores.lexical_rank),
                RetrievalMode::Hybrid => by_score(&scores),
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

/// Several rankings of one kind, as of several queries → one: a chunk has the best of its scores (CombMAX; Fox & Shaw, TREC-2 1994).
pub fn best_of_queries(rankings: Vec<Vec<ScoredKey>>) -> Vec<ScoredKey> {
    let mut rankings = rankings.into_iter();
    let mut joined = rankings.next().unwrap_or_default();
    let mut places: HashMap<u32, usize> =
        joined.iter().enumerate().map(|(at, scored)| (scored.key, at)).collect();
    let mut is_one = true;
    for scored in rankings.flatten() {
        is_one = false;
        match places.get(&scored.key).and_then(|at| joined.get_mut(*at)) {
            Some(known) if known.scores.fused < scored.scores.fused => *known = scored,
            Some(_) => {}
            None => {
                places.insert(scored.key, joined.len());
                joined.push(scored);
            }
        }
    }
    if !is_one {
        joined.sort_by(|a, b| b.scores.fused.total_cmp(&a.scores.fused).then(a.key.cmp(&b.key)));
    }
    joined
}

/// Notes each one's 1-based place.
pub fn rank(ranked: &mut [ScoredKey], note: impl Fn(&mut Scores, u32)) {
    (1u32..).zip(ranked).for_each(|(rank, scored)| note(&mut scored.scores, rank));
}

fn similarity(neighbour: Option<&Neighbour>) -> f32 {
    neighbour.map_or(0.0, |neighbour| neighbour.similarity)
}
