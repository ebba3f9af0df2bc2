//! Vectors → nearest neighbours.
//!
//! [`VectorIndex`] is the edge: the engine and the retrieval stage know only it. [`Flat`] is the default and is
//! exact. Similarity is the cosine, greater is nearer; ties go to the smaller key, so that the same corpus gives
//! the same ranking in every tab. Keys are the caller's.
//!
//! An index refuses what has no direction (zero, NaN, infinite) and what has another dimension than it was made
//! for; it never guesses.

mod code;
mod error;
mod flat;
mod top;

pub use code::Quantization;
pub use error::Error;
pub use flat::Flat;
pub use top::{Entry, Top};

/// A stored vector near the query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// The key it was inserted under.
    pub key: u32,
    /// Cosine similarity, −1 to 1.
    pub similarity: f32,
}

/// Says which keys may be returned.
pub type Filter<'a> = &'a dyn Fn(u32) -> bool;

/// Answers nearest-neighbour queries. The twin of `lexical::LexicalIndex`.
pub trait VectorIndex {
    /// Stores `vector` under `key`, replacing what was there. A vector that is not of unit length is brought to it.
    fn insert(&mut self, key: u32, vector: &[f32]) -> Result<(), Error>;

    /// Forgets `key`; `false` when it was not there.
    fn remove(&mut self, key: u32) -> bool;

    /// Vectors stored.
    fn len(&self) -> usize;

    /// Whether nothing is stored.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `k` nearest to `query` among the keys that `filter` lets through, nearest first, ties by key; fewer
    /// when there are fewer.
    fn search(&self, query: &[f32], k: usize, filter: Option<Filter<'_>>) -> Result<Vec<Neighbour>, Error>;
}
