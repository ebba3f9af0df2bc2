//! Token vectors of a question and of its candidates → a better order of the candidates.
//!
//! Late interaction (ColBERT, Khattab & Zaharia, SIGIR 2020) over the embedder's own token vectors: each piece of the question
//! finds its nearest piece in the passage, `Σ weight · max cos / Σ weight`; rare pieces weigh more. The model was not trained for this:
//! the score is added to the one that fusion gave, and counts as far as meaning counts there.

use super::ScoredKey;
use crate::kernel::dot::dot_f32;
use crate::lexical::terms;
use crate::types::Span;

/// The word pieces of a text and one vector of unit length for each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenVectors {
    pieces: Vec<u32>,
    rows: Vec<f32>,
}

impl TokenVectors {
    /// `ids` and one row for each, as `Minilm::token_vectors` gives them: with `[CLS]` in front and `[SEP]` behind, which are left
    /// out. Rows become unit length.
    pub fn new(ids: &[u32], rows: &[f32]) -> Self {
        let width = rows.len() / ids.len().max(1);
        let inner = 1..ids.len().saturating_sub(1).max(1);
        let pieces = ids.get(inner.clone()).unwrap_or_default().to_vec();
        let mut rows = rows.get(inner.start * width..inner.end * width).unwrap_or_default().to_vec();
        for row in rows.chunks_exact_mut(width.max(1)) {
            let length = dot_f32(row, row).sqrt().max(f32::MIN_POSITIVE);
            row.iter_mut().for_each(|value| *value /= length);
        }
        Self { pieces, rows }
    }

    /// How many numbers its vectors have together.
    pub fn numbers(&self) -> usize {
        self.rows.len()
    }

    /// Ids of the pieces.
    pub fn pieces(&self) -> &[u32] {
        &self.pieces
    }

    fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.rows.chunks_exact((self.rows.len() / self.pieces.len().max(1)).max(1))
    }
}

/// The weight of each piece of a question: the rarity of the word that it is a piece of, by `idf` of the word's term, shared by the
/// pieces of the word. Pieces of no word, as punctuation, weigh nothing. `pieces` are their spans.
pub fn piece_weights(question: &str, pieces: &[Span], idf: impl Fn(&str) -> f32) -> Vec<f32> {
    let is_over = |word: Span, piece: Span| word.start < piece.end && piece.start < word.end;
    let share = |word: Span| pieces.iter().filter(|piece| is_over(word, **piece)).count().max(1) as f32;
    let words = terms(question);
    let words: Vec<(Span, f32)> =
        words.iter().map(|term| (term.span, idf(&term.text) / share(term.span))).collect();
    let weight = |piece: &Span| {
        let over = words.iter().filter(|(word, _)| is_over(*word, *piece));
        over.map(|(_, idf)| *idf).fold(0.0, f32::max)
    };
    pieces.iter().map(weight).collect()
}

/// For each passage the mean over the question's pieces of the cosine with the nearest piece of the passage, each with its weight (`weights`
/// are in the order of [`TokenVectors::pieces`]). From 0 to 1; 0 where either text has no pieces.
pub fn late_scores(question: &TokenVectors, weights: &[f32], passages: &[&TokenVectors]) -> Vec<f32> {
    let total: f32 = weights.iter().sum();
    let score = |passage: &&TokenVectors| -> f32 {
        let nearest = |row: &[f32]| passage.rows().map(|other| dot_f32(row, other)).fold(0.0, f32::max);
        question.rows().zip(weights).map(|(row, weight)| weight * nearest(row)).sum::<f32>()
    };
    passages.iter().map(|passage| score(passage) / total.max(f32::MIN_POSITIVE)).collect()
}

/// For each piece of the question its nearest piece of the passage, both by their place, with the cosine; nearest first.
pub fn nearest_pieces(question: &TokenVectors, passage: &TokenVectors) -> Vec<(usize, usize, f32)> {
    let nearest = |(at, row): (usize, &[f32])| {
        let others = passage.rows().map(|other| dot_f32(row, other)).enumerate();
        let (place, cosine) = others.reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        Some((at, place, cosine))
    };
    let mut pairs: Vec<_> = question.rows().enumerate().filter_map(nearest).collect();
    pairs.sort_by(|(_, _, a), (_, _, b)| b.total_cmp(a));
    pairs
}

/// Puts `ranked` into the order of its fused scores plus `weight` times `scores`, which are [`late_scores`] of the same passages. The sum
/// becomes `Scores::rerank`.
pub fn rerank_late(ranked: &mut [ScoredKey], scores: &[f32], weight: f32) {
    for (scored, late) in ranked.iter_mut().zip(scores) {
        scored.scores.rerank = Some(scored.scores.fused + weight * late);
    }
    let score = |scored: &ScoredKey| scored.scores.rerank.unwrap_or(f32::NEG_INFINITY);
    ranked.sort_by(|a, b| score(b).total_cmp(&score(a)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Scores;

    fn text(pieces: &[(u32, [f32; 2])]) -> TokenVectors {
        let special = [(101, [1.0, 1.0])];
        let all: Vec<_> = special.iter().chain(pieces).chain(&special).collect();
        let ids: Vec<u32> = all.iter().map(|(id, _)| *id).collect();
        let rows: Vec<f32> = all.iter().flat_map(|(_, row)| *row).collect();
        TokenVectors::new(&ids, &rows)
    }

    #[test]
    fn each_piece_finds_its_nearest_and_counts_by_its_weight() {
        let question = text(&[(1, [2.0, 0.0]), (2, [0.0, 3.0])]);
        let has_both = text(&[(2, [0.0, 1.0]), (1, [1.0, 0.0])]);
        let has_one = text(&[(1, [5.0, 0.0]), (1, [3.0, 4.0])]);
        let scores = late_scores(&question, &[1.0, 3.0], &[&has_both, &has_one]);
        assert!(
            (scores[0] - 1.0).abs() < 1e-6 && (scores[1] - (1.0 + 3.0 * 0.8) / 4.0).abs() < 1e-6,
            "{scores:?}"
        );
    }

    #[test]
    fn pieces_weigh_what_their_words_do() {
        let idf = |term: &str| if term == "err-4032" { 6.0 } else { term.len() as f32 / 10.0 };
        let pieces = [Span::new(0, 3), Span::new(4, 7), Span::new(7, 8), Span::new(8, 10), Span::new(12, 13)];
        let weights = piece_weights("the ERR-4032 ?", &pieces, idf);
        assert_eq!(weights, [0.3, 2.0, 2.0, 2.0, 0.0]);
    }

    #[test]
    fn each_piece_names_its_nearest() {
        let question = text(&[(1, [1.0, 0.0]), (2, [0.0, 1.0])]);
        let passage = text(&[(5, [0.6, 0.8]), (6, [1.0, 0.0])]);
        assert_eq!(nearest_pieces(&question, &passage), [(0, 1, 1.0), (1, 0, 0.8)]);
        assert_eq!(nearest_pieces(&question, &text(&[])), []);
    }

    #[test]
    fn texts_without_pieces_score_nothing() {
        let empty = text(&[]);
        assert_eq!(empty, TokenVectors::default());
        assert_eq!(late_scores(&empty, &[], &[&text(&[(1, [1.0, 0.0])])]), [0.0]);
        assert_eq!(late_scores(&text(&[(1, [1.0, 0.0])]), &[2.0], &[&empty]), [0.0]);
        assert_eq!(TokenVectors::new(&[], &[]), TokenVectors::default());
    }

    #[test]
    fn the_order_is_of_both_scores() {
        let at = |key, fused| ScoredKey { key, scores: Scores { fused, ..Scores::default() } };
        let ranked = [at(1, 0.9), at(2, 0.8), at(3, 0.1)];
        let order = |weight| {
            let mut ranked = ranked;
            rerank_late(&mut ranked, &[0.3, 0.5, 0.4], weight);
            ranked.map(|scored| scored.key)
        };
        assert_eq!((order(0.0), order(1.0), order(9.0)), ([1, 2, 3], [2, 1, 3], [2, 3, 1]));
    }
}
