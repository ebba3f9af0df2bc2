//! What became of a chunk in a search, and the stage that lost it.

use crate::types::{Candidate, ChunkRef, Explanation, Fate, RetrievalSettings, Scores};

/// Where a chunk ended, with its rank there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It is the passage of that number.
    Passage(u32),
    /// Its text is in the passage of that number.
    Within(u32),
    /// It repeats a better candidate.
    Folded(ChunkRef),
    /// The recipe's filter leaves its document out.
    Filter,
    /// No ranking found it: it has no word of the question, and no vector to compare.
    NoMatch,
    /// It ranked too low to become a candidate: dense and BM25 rank.
    Candidates(Option<u32>, Option<u32>),
    /// Its score is under the least one asked for.
    MinScore(f32),
    /// Its rank after fusion is too low.
    Fusion(u32),
    /// The reranker gave it too low a rank.
    Rerank(u32),
    /// It is too much like passages that were chosen before it.
    Mmr,
}

impl Verdict {
    /// Of a candidate.
    pub fn of(candidate: &Candidate) -> Self {
        let Scores { fused, fused_rank, rerank_rank, .. } = candidate.scores;
        match candidate.fate {
            Fate::Passage(number) => Self::Passage(number),
            Fate::Within(number) => Self::Within(number),
            Fate::Folded(kept) => Self::Folded(kept),
            Fate::BelowMinScore => Self::MinScore(fused),
            Fate::Fusion => Self::Fusion(fused_rank.unwrap_or(0)),
            Fate::Rerank => Self::Rerank(rerank_rank.unwrap_or(0)),
            Fate::Mmr => Self::Mmr,
        }
    }

    /// Of any chunk: as a candidate where it is one, else by where it stands in each ranking.
    pub fn of_any(explanation: &Explanation, candidates: &[Candidate], settings: &RetrievalSettings) -> Self {
        if let Some(candidate) = candidates.iter().find(|known| known.chunk == explanation.chunk) {
            return Self::of(candidate);
        }
        let (dense, lexical) =
            (explanation.dense.map(|(_, rank)| rank), explanation.lexical.map(|(_, rank)| rank));
        let is_candidate = |rank: Option<u32>| rank.is_some_and(|rank| rank <= settings.candidates);
        match (explanation.is_searched, dense.or(lexical)) {
            (false, _) => Self::Filter,
            (true, None) => Self::NoMatch,
            // A candidate that was not stored with the run: too many were better.
            (true, Some(rank)) if is_candidate(dense) || is_candidate(lexical) => Self::Fusion(rank),
            (true, Some(_)) => Self::Candidates(dense, lexical),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Span, sha256};

    fn explanation(dense: Option<u32>, lexical: Option<u32>) -> Explanation {
        Explanation {
            chunk: ChunkRef { document: sha256(b"d"), ordinal: 7 },
            span: Span::new(0, 3),
            text: "abc".into(),
            is_searched: true,
            dense: dense.map(|rank| (0.5, rank)),
            lexical: lexical.map(|rank| (2.0, rank)),
            words: Vec::new(),
            meanings: Vec::new(),
            chunks: 1_000,
        }
    }

    #[test]
    fn the_stage_that_lost_a_chunk_is_named() {
        let settings = RetrievalSettings::default();
        let of = |explanation: &Explanation| Verdict::of_any(explanation, &[], &settings);
        assert_eq!(of(&explanation(None, None)), Verdict::NoMatch);
        assert_eq!(of(&explanation(Some(345), Some(210))), Verdict::Candidates(Some(345), Some(210)));
        assert_eq!(of(&explanation(Some(90), None)), Verdict::Fusion(90));
        let filtered = Explanation { is_searched: false, ..explanation(Some(1), Some(1)) };
        assert_eq!(of(&filtered), Verdict::Filter);
    }

    #[test]
    fn a_candidate_has_the_fate_of_its_run() {
        let chunk = explanation(None, None).chunk;
        let scores = Scores { fused: 0.25, fused_rank: Some(9), rerank_rank: Some(12), ..Scores::default() };
        let of = |fate| {
            let candidates = [Candidate { chunk, scores, fate }];
            Verdict::of_any(&explanation(Some(500), None), &candidates, &RetrievalSettings::default())
        };
        assert_eq!(of(Fate::Passage(2)), Verdict::Passage(2));
        assert_eq!(of(Fate::BelowMinScore), Verdict::MinScore(0.25));
        assert_eq!((of(Fate::Fusion), of(Fate::Rerank)), (Verdict::Fusion(9), Verdict::Rerank(12)));
        assert_eq!((of(Fate::Mmr), of(Fate::Folded(chunk))), (Verdict::Mmr, Verdict::Folded(chunk)));
    }
}
