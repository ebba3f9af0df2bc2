//! Vectors → nearest neighbours.
//!
//! [`VectorIndex`] is the edge: the engine and the retrieval stage know only it. [`Flat`] is
//! the default and is exact. Similarity is the cosine, greater is nearer; ties go to the smaller key, so that the same corpus gives
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
pub use flat::{Flat, unit};
pub use top::{Entry, Top};

use crate::types::IndexEngine;
use std::future::Future;
use std::pin::Pin;

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

/// An answer that may come later. It borrows nothing, so the waiting caller holds no borrow of the index.
pub type Later<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

/// How far an index is with the vectors it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildProgress {
    /// Vectors that a search finds.
    pub done: usize,
    /// Vectors stored.
    pub total: usize,
}

impl BuildProgress {
    /// Whether a search finds everything.
    pub fn is_done(self) -> bool {
        self.done >= self.total
    }
}

/// Answers nearest-neighbour queries, in this thread, in a worker or at a server. The twin of `lexical::LexicalIndex`.
///
/// Changes are noted at once and in order. What takes time answers [`Later`]: the call itself only starts it.
pub trait VectorIndex {
    /// Which engine it is; shown with what it found.
    fn engine(&self) -> IndexEngine;

    /// The unit vector stored under `key`, where it is kept in this thread.
    fn vector(&self, _key: u32) -> Option<&[f32]> {
        None
    }

    /// Numbers in a vector.
    fn dimension(&self) -> usize;

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

    /// Does a part of what insertions left to do, short enough that a question need not wait for it, and says how far
    /// it is. To be called until it is done. An index that finds every vector as soon as it is stored has nothing to do.
    fn build(&mut self) -> Later<BuildProgress> {
        let progress = BuildProgress { done: self.len(), total: self.len() };
        Box::pin(std::future::ready(Ok(progress)))
    }

    /// The `k` nearest to `query` among the keys that `filter` lets through, nearest first, ties by key; fewer
    /// when there are fewer. The filter is asked during the call only.
    fn search(&self, query: &[f32], k: usize, filter: Option<Filter<'_>>) -> Later<Vec<Neighbour>>;
}
