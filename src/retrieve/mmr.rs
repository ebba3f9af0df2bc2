//! A ranking → a selection whose members differ.
//!
//! Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998): one after another the candidate with the greatest
//! `λ · relevance − (1 − λ) · similarity to what is selected already`. Relevance is the score that decided the order, brought to 0…1.

use super::ScoredKey;

/// Selects `many` of `ranked`, which is best first. `similarity` of two keys is from 0 to 1. The value that selected a candidate
/// becomes `Scores::mmr`.
pub fn diversify(
    ranked: &[ScoredKey],
    many: usize,
    lambda: f32,
    similarity: impl Fn(u32, u32) -> f32,
) -> Vec<ScoredKey> {
    let score = |scored: &ScoredKey| scored.scores.rerank.unwrap_or(scored.scores.fused);
    let (best, worst) = (ranked.first().map_or(0.0, score), ranked.last().map_or(0.0, score));
    let spread = best - worst;
    let relevance = |scored: &ScoredKey| if spread > 0.0 { (score(scored) - worst) / spread } else { 1.0 };
    // The similarity to the nearest that is selected, kept up as one is selected.
    let mut left: Vec<(ScoredKey, f32)> = ranked.iter().map(|scored| (*scored, 0.0)).collect();
    let mut selected: Vec<ScoredKey> = Vec::new();
    while selected.len() < many {
        let value =
            |(scored, nearest): &(ScoredKey, f32)| lambda * relevance(scored) - (1.0 - lambda) * nearest;
        // The first of equals: the order before stays.
        let next = left.iter().map(value).enumerate().reduce(|a, b| if b.1 > a.1 { b } else { a });
        let Some((at, value)) = next else { break };
        let (mut chosen, _) = left.remove(at);
        chosen.scores.mmr = Some(value);
        for (scored, nearest) in &mut left {
            *nearest = nearest.max(similarity(scored.key, chosen.key));
        }
        selected.push(chosen);
    }
    selected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Scores;

    fn ranked() -> [ScoredKey; 4] {
        [(1, 1.0), (2, 0.9), (3, 0.5), (4, 0.2)]
            .map(|(key, fused)| ScoredKey { key, scores: Scores { fused, ..Scores::default() } })
    }

    /// 1 and 2 say the same.
    fn similarity(a: u32, b: u32) -> f32 {
        if a.min(b) == 1 && a.max(b) == 2 { 1.0 } else { 0.1 }
    }

    fn order(lambda: f32, many: usize) -> Vec<u32> {
        diversify(&ranked(), many, lambda, similarity).iter().map(|scored| scored.key).collect()
    }

    #[test]
    fn relevance_alone_keeps_the_order() {
        assert_eq!(order(1.0, 9), [1, 2, 3, 4]);
    }

    #[test]
    fn what_repeats_comes_later() {
        assert_eq!(order(0.5, 3), [1, 3, 4]);
        assert_eq!(order(0.5, 0), [] as [u32; 0]);
        let chosen = diversify(&ranked(), 2, 0.5, similarity);
        assert_eq!(chosen[0].scores.mmr, Some(0.5));
        // (0.5 − 0.2) / 0.8 of relevance, 0.1 of similarity.
        assert!((chosen[1].scores.mmr.unwrap() - (0.5 * 0.375 - 0.05)).abs() < 1e-6);
    }

    #[test]
    fn a_reranker_says_what_is_relevant() {
        let mut ranked = ranked();
        ranked.iter_mut().for_each(|scored| scored.scores.rerank = Some(scored.scores.fused));
        ranked[0].scores.fused = -9.0;
        assert_eq!(diversify(&ranked, 1, 0.7, similarity)[0].key, 1);
    }
}
