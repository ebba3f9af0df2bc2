//! Vectors → a graph that finds near ones without looking at all of them, by the crate that an [`IndexEngine`] names.
//!
//! A graph is built once and never changes: what is stored later is not in it. It may miss a neighbour; what it finds has the similarity
//! that the exact index computes, to the bit, and the same order. Vectors that are there several times are one node with several keys: a
//! pruned graph would lose all but a few of them.

mod groups;
mod hnsw;
mod instant;

use crate::index::{self, Error, Filter, Later, Neighbour, VectorIndex};
use crate::kernel::dot::dot_f32;
use crate::types::IndexEngine;
use groups::Groups;
use hnsw::Hnsw;
use instant::Instant;

/// A vector of the graph, by its place among those that differ, and its similarity.
type Found = (usize, f32);

/// A finished graph.
pub struct Graph {
    engine: IndexEngine,
    dimension: usize,
    groups: Groups,
    nodes: Nodes,
}

enum Nodes {
    Hnsw(Hnsw),
    Instant(Instant),
}

impl Graph {
    /// Builds the graph of unit vectors of `dimension` numbers that stand one after another in `rows`, a key each. Nothing where there are
    /// more or fewer rows than keys, or the engine is the exact one, which has no graph. This takes seconds to minutes and cannot be
    /// stopped but with its thread.
    pub fn build(engine: IndexEngine, dimension: usize, keys: &[u32], mut rows: Vec<f32>) -> Option<Self> {
        if dimension == 0 || keys.len().checked_mul(dimension) != Some(rows.len()) {
            return None;
        }
        let groups = Groups::fold(keys, &mut rows, dimension);
        let nodes = match engine {
            IndexEngine::Exact => return None,
            IndexEngine::HnswRs { m, ef_construction, ef_search } => {
                Nodes::Hnsw(Hnsw::build((m, ef_construction, ef_search), dimension, &rows))
            }
            IndexEngine::InstantDistance { ef_construction, ef_search } => {
                Nodes::Instant(Instant::build((ef_construction, ef_search), dimension, rows))
            }
        };
        Some(Self { engine, dimension, groups, nodes })
    }

    /// Up to `k` keys near to `query`, nearest first, ties by key. `instant-distance` finds no more than `ef_search`, or as many as a
    /// search has candidates by default.
    ///
    /// # Errors
    /// When the query has no direction or another dimension.
    pub fn nearest(&self, query: &[f32], k: usize) -> Result<Vec<Neighbour>, Error> {
        let query = index::unit(query, self.dimension)?;
        if k == 0 || self.groups.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = k.min(self.groups.len());
        let found = match &self.nodes {
            Nodes::Hnsw(hnsw) => hnsw.nearest(&query, wanted),
            Nodes::Instant(instant) => instant.nearest(&query, wanted),
        };
        let mut near: Vec<Neighbour> = found
            .into_iter()
            .flat_map(|(node, similarity)| {
                self.groups.keys(node).iter().map(move |&key| Neighbour { key, similarity })
            })
            .collect();
        near.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.key.cmp(&b.key)));
        near.truncate(k);
        Ok(near)
    }

    /// Memory that it holds, in bytes: the vectors, the links, and what comes with each. An estimate: allocators round up.
    pub fn size_bytes(&self) -> usize {
        let nodes = match &self.nodes {
            Nodes::Hnsw(hnsw) => hnsw.size_bytes(self.dimension),
            Nodes::Instant(instant) => instant.size_bytes(),
        };
        nodes + self.groups.size_bytes()
    }
}

/// As the engine sees it in tests; the page's graphs are behind a worker's boundary.
impl VectorIndex for Graph {
    fn engine(&self) -> IndexEngine {
        self.engine
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    /// Refused: a graph does not change.
    fn insert(&mut self, _key: u32, vector: &[f32]) -> Result<(), Error> {
        Err(Error::Unsupported { dimension: vector.len(), most: 0 })
    }

    fn remove(&mut self, _key: u32) -> bool {
        false
    }

    fn len(&self) -> usize {
        self.groups.keys_count()
    }

    fn search(&self, query: &[f32], k: usize, filter: Option<Filter<'_>>) -> Later<Vec<Neighbour>> {
        let found = match filter {
            None => self.nearest(query, k),
            // Not by way of the graph, whose links do not know the filter.
            Some(filter) => self.nearest(query, self.len()).map(|mut found| {
                found.retain(|near| filter(near.key));
                found.truncate(k);
                found
            }),
        };
        Box::pin(std::future::ready(found))
    }
}

/// 1 − cosine, which is never below 0: `hnsw_rs` asserts it, and rounding would break it.
fn distance(a: &[f32], b: &[f32]) -> f32 {
    (1.0 - dot_f32(a, b)).max(0.0)
}

/// The cosine as the exact index computes it; the sum turns −0 into 0.
fn similarity(row: &[f32], query: &[f32]) -> f32 {
    dot_f32(row, query) + 0.0
}
