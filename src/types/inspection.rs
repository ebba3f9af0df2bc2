//! What became of each candidate of a search, and why.

use super::{DocumentId, Scores};
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
