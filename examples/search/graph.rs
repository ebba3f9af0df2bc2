//! A graph beside the exact index: its answers, and how much of the exact ones they hold.

#[cfg(not(feature = "graph"))]
use absent::Graph;
#[cfg(feature = "graph")]
use sidecite::graph::Graph;
use sidecite::index::{Error, Flat, Neighbour, VectorIndex};
use sidecite::types::IndexEngine;
use std::time::Instant;

/// Neighbours that are compared: recall@10.
const COMPARED: usize = 10;

/// Graphs of a build without the feature `graph`: there are none.
#[cfg(not(feature = "graph"))]
mod absent {
    use super::{Error, IndexEngine, Neighbour};

    pub enum Graph {}

    impl Graph {
        pub fn build(_: IndexEngine, _: usize, _: &[u32], _: Vec<f32>) -> Option<Self> {
            None
        }

        pub fn nearest(&self, _: &[f32], _: usize) -> Result<Vec<Neighbour>, Error> {
            match *self {}
        }

        pub fn size_bytes(&self) -> usize {
            match *self {}
        }
    }
}

/// The engine of that name, with the parameters that the app proposes; graphs need the feature `graph`.
pub fn engine(name: &str) -> Option<IndexEngine> {
    let [exact, hnsw, instant] = IndexEngine::ALL;
    [("exact", exact), ("hnsw", hnsw), ("instant", instant)]
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, engine)| engine)
        .filter(|engine| cfg!(feature = "graph") || *engine == IndexEngine::Exact)
}

/// A graph and what it found so far.
pub struct Compared {
    graph: Graph,
    hits: usize,
    of: usize,
}

impl Compared {
    /// The graph of what `index` holds under the first `keys` keys; nothing for the exact engine.
    pub fn build(engine: IndexEngine, index: &Flat, keys: u32) -> Option<Self> {
        let (mut known, mut rows) = (Vec::new(), Vec::new());
        for key in 0..keys {
            if let Some(row) = index.vector(key) {
                known.push(key);
                rows.extend_from_slice(row);
            }
        }
        let start = Instant::now();
        let graph = Graph::build(engine, index.dimension(), &known, rows)?;
        let (seconds, megabytes) = (start.elapsed().as_secs_f64(), graph.size_bytes() as f64 / 1e6);
        eprintln!("{}: {} vectors in {seconds:.2} s, {megabytes:.1} MB", engine.name(), known.len());
        Some(Self { graph, hits: 0, of: 0 })
    }

    /// What the graph finds.
    ///
    /// # Errors
    /// As the index's.
    pub fn nearest(&mut self, exact: &Flat, query: &[f32], k: usize) -> Result<Vec<Neighbour>, Error> {
        let expected = exact.nearest(query, COMPARED, None)?;
        let found = self.graph.nearest(query, COMPARED)?;
        let least = expected.last().map_or(f32::INFINITY, |near| near.similarity);
        self.hits += found.iter().filter(|near| near.similarity >= least).count().min(expected.len());
        self.of += expected.len();
        self.graph.nearest(query, k)
    }

    /// Recall@10 against the exact index over the queries so far.
    pub fn recall(&self) -> f64 {
        if self.of == 0 { 1.0 } else { self.hits as f64 / self.of as f64 }
    }
}
