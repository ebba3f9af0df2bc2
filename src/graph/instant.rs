use super::{Found, distance, similarity};
use crate::types::RetrievalSettings;
use instant_distance::{Builder, Point, Search};
use std::cell::RefCell;
use std::sync::Arc;

/// Decides which vectors stand on the upper layers.
const SEED: u64 = 397;
/// Links of a node on the lowest layer: the crate fixes M at 32.
const LINKS: usize = 64;

/// The graph of `instant-distance`.
pub(super) struct Instant {
    inner: instant_distance::Hnsw<Row>,
    /// Memory of a search, kept for the next one.
    search: RefCell<Search>,
    dimension: usize,
    count: usize,
}

/// A vector among all of them: the crate copies its points, and this copies no numbers.
#[derive(Clone)]
struct Row {
    all: Arc<Vec<f32>>,
    at: usize,
    dimension: usize,
}

impl Row {
    fn numbers(&self) -> &[f32] {
        let start = self.at * self.dimension;
        self.all.get(start..start + self.dimension).unwrap_or_default()
    }
}

impl Point for Row {
    fn distance(&self, other: &Self) -> f32 {
        distance(self.numbers(), other.numbers())
    }
}

impl Instant {
    /// The same rows make the same graph where there is one thread only, as in a worker.
    pub fn build((ef_construction, ef_search): (u32, u32), dimension: usize, rows: Vec<f32>) -> Self {
        let count = rows.len() / dimension.max(1);
        let all = Arc::new(rows);
        let points = (0..count).map(|at| Row { all: Arc::clone(&all), at, dimension }).collect();
        // A search keeps no more than `ef_search`, which the crate fixes now: enough for the candidates of a question, as the other
        // engine does when it is asked.
        let least = RetrievalSettings::default().candidates;
        let (inner, _) = Builder::default()
            .seed(SEED)
            .ef_construction(ef_construction as usize)
            .ef_search(ef_search.max(least) as usize)
            .build_hnsw(points);
        Self { inner, search: RefCell::default(), dimension, count }
    }

    pub fn nearest(&self, query: &[f32], k: usize) -> Vec<Found> {
        let asked = Row { all: Arc::new(query.to_vec()), at: 0, dimension: self.dimension };
        let mut search = self.search.borrow_mut();
        let found = self.inner.search(&asked, &mut search).take(k);
        found.map(|item| (item.point.at, similarity(item.point.numbers(), query))).collect()
    }

    /// A vector, where it is, and its links; a thirtieth stands on a layer above as well.
    pub fn size_bytes(&self) -> usize {
        let links = (LINKS + 2) * size_of::<u32>();
        self.count * (self.dimension * size_of::<f32>() + size_of::<Row>() + links)
    }
}
