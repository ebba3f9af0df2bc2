//! What became of each candidate of a search, and why.

use super::{DocumentId, Scores, Span};
use serde::{Deserialize, Serialize};

/// A chunk by its place in the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ChunkRef {
    /// Its document.
    pub document: DocumentId,
    /// Its number in the document, from 0.
    pub ordinal: u32,
}

/// A chunk that a ranking named.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Which.
    pub chunk: ChunkRef,
    /// What each stage thought of it.
    pub scores: Scores,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a candidate: a passage, or the stage that lost it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fate {
    /// It is the passage of that number.
    Passage(u32),
    /// The passage of that number has its text, as the text around another hit.
    Within(u32),
    /// It says what that better candidate says.
    Folded(ChunkRef),
    /// Its score is under the least one asked for.
    BelowMinScore,
    /// Too many were better after fusion.
    Fusion,
    /// The reranker put others before it.
    Rerank,
    /// It is too much like what was chosen before it.
    Mmr,
}

/// Where a chunk stands in a search, whatever became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Which.
    pub chunk: ChunkRef,
    /// Where it stands in its document.
    pub span: Span,
    /// Its text.
    pub text: String,
    /// Whether the recipe's filter lets its document through.
    pub is_searched: bool,
    /// Cosine and rank among all chunks; nothing where it or the question has no vector, or meaning takes no part.
    pub dense: Option<(f32, u32)>,
    /// BM25 score and rank among all chunks; nothing where it has no word of the question, or words take no part.
    pub lexical: Option<(f32, u32)>,
    /// The words of the question in it, with the part of its BM25 score that each makes, greatest first.
    pub words: Vec<(String, f32)>,
    /// Words of the question with the word in it that is nearest in meaning, and their cosine, nearest first; empty without the
    /// built-in embedder.
    pub meanings: Vec<(String, String, f32)>,
    /// Chunks that were ranked.
    pub chunks: u32,
}
