use super::{Found, distance, similarity};
use hnsw_rs::anndists::dist::distances::Distance;
use hnsw_rs::hnsw::Point;
use std::mem::ManuallyDrop;
use std::sync::Arc;

/// Most layers; the crate knows no more. A hundred thousand vectors fill four.
const LAYERS: usize = 16;

/// The graph of `hnsw_rs`.
pub(super) struct Hnsw {
    /// Never dropped: its destructor asks for the time of day, which panics in a browser. What it holds goes with the worker.
    inner: ManuallyDrop<hnsw_rs::hnsw::Hnsw<'static, f32, Cosine>>,
    ef_search: usize,
    links: usize,
}

struct Cosine;

impl Distance<f32> for Cosine {
    fn eval(&self, a: &[f32], b: &[f32]) -> f32 {
        distance(a, b)
    }
}

fn links_of(point: Arc<Point<'_, f32>>) -> usize {
    point.get_neighborhood_id().iter().map(Vec::len).sum()
}

impl Hnsw {
    /// Inserts one after another: in this order, and with the crate's fixed seed, the same rows make the same graph.
    pub fn build((m, ef_construction, ef_search): (u32, u32, u32), dimension: usize, rows: &[f32]) -> Self {
        let count = rows.len() / dimension.max(1);
        // The crate ends the process above 256, and knows no logarithm for 1.
        let m = m.clamp(2, 255) as usize;
        let mut inner = hnsw_rs::hnsw::Hnsw::new(m, count, LAYERS, ef_construction.max(1) as usize, Cosine);
        // Neighbours that the heuristic passes over fill what is left of the list: small and clustered sets stay connected.
        inner.set_keeping_pruned(true);
        for (at, row) in rows.chunks_exact(dimension.max(1)).enumerate() {
            inner.insert_slice((row, at));
        }
        inner.set_searching_mode(true);
        let points = inner.get_point_indexation();
        // The crate's iterator panics where there is no point.
        let links = if count == 0 { 0 } else { points.into_iter().map(links_of).sum() };
        Self { inner: ManuallyDrop::new(inner), ef_search: ef_search as usize, links }
    }

    pub fn nearest(&self, query: &[f32], k: usize) -> Vec<Found> {
        let points = self.inner.get_point_indexation();
        let of = |near: hnsw_rs::hnsw::Neighbour| {
            let row = points.get_point_data(&near.p_id)?;
            Some((near.d_id, similarity(&row, query)))
        };
        self.inner.search(query, k, self.ef_search.max(k)).into_iter().filter_map(of).collect()
    }

    /// A point has its vector, a list a layer and its own numbers; a link is a shared pointer to another with the distance.
    pub fn size_bytes(&self, dimension: usize) -> usize {
        let word = size_of::<usize>();
        let point = dimension * size_of::<f32>() + LAYERS * size_of::<Vec<usize>>() + 12 * word;
        self.inner.get_nb_point() * point + self.links * (4 * word + 8)
    }
}
