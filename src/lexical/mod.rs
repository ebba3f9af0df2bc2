//! Words → best matches.
//!
//! [`terms`] turns text into terms with the bytes they stand on; [`Bm25`] is an inverted index over them behind the
//! trait [`LexicalIndex`], the twin of `index::VectorIndex`; [`matches`] finds a question's words in a passage for
//! the page to mark. All three share one tokenizer, so what is found is also what is marked.
//!
//! Words of the Latin script are stemmed as English; writing without spaces is cut into pairs of characters.
//! Nothing here knows a dictionary, a synonym or a spelling mistake.

mod bm25;
mod highlight;
mod terms;

pub use bm25::{Bm25, inverse_document_frequency};
pub use highlight::matches;
pub use terms::{Role, Term, each_term, query_terms, terms};

use crate::index::Filter;

/// A text that shares words with the query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match {
    /// The key it was inserted under.
    pub key: u32,
    /// BM25 score, above 0; greater is better. Comparable within one query only.
    pub score: f32,
}

/// The constants of BM25. They are not baked into the index, so a person may turn them between questions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighting {
    /// How soon further occurrences of a word stop to count; 0 counts presence only.
    pub k1: f32,
    /// How much long texts are held back, 0 to 1.
    pub b: f32,
    /// How often a word in a title counts, beside once in the text; 0 leaves titles out.
    pub title: f32,
}

impl Default for Weighting {
    /// Anserini's defaults, tuned on many collections of short texts.
    fn default() -> Self {
        Self { k1: 0.9, b: 0.4, title: 1.0 }
    }
}

/// Finds texts by their words.
pub trait LexicalIndex {
    /// Takes in `text` and what stands above it under `key`, replacing what was there. A text without words is kept and never found.
    fn insert(&mut self, key: u32, title: &str, text: &str);

    /// Forgets `key`; `false` when it was not there.
    fn remove(&mut self, key: u32) -> bool;

    /// Texts held.
    fn len(&self) -> usize;

    /// Whether nothing is held.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `k` best of the texts that share a term with `query` and that `filter` lets through, best first, ties
    /// by key.
    fn search(&self, query: &str, k: usize, weighting: Weighting, filter: Option<Filter<'_>>) -> Vec<Match>;
}
