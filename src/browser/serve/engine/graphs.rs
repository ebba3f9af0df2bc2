//! Graphs over vectors of the corpus, each in a worker of its own below this one: building one cannot be stopped but with its thread.
//! They are made on request, and last until they are not kept or this worker ends. A graph whose vectors have changed is not asked.

use super::{EngineState, pause};
use crate::browser::serve::{own_version, site_url};
use crate::courier::Stop;
use crate::engine::{self, Embedder, Recall, Stamp};
use crate::index::{Error, Filter, Later, Neighbour, VectorIndex};
use crate::types::{GraphSpec, IndexEngine, UserError, problem};
use crate::worker::protocol::{AskGraph, GraphReport, GraphSize, GraphUpdate, MakeGraph, ToGraph};
use crate::worker::{Client, Outbox};
use futures_util::lock::Mutex;
use std::cell::RefCell;
use std::rc::Rc;

/// The graphs that are finished, and the turn to make one.
#[derive(Default)]
pub(super) struct Graphs {
    all: RefCell<Vec<Rc<Graph>>>,
    /// One at a time: each takes a core and the memory of all vectors.
    turn: Mutex<()>,
}

/// A finished graph. Its worker ends with it.
pub(super) struct Graph {
    spec: GraphSpec,
    /// The vectors that it was made of.
    stamp: Stamp,
    dimension: usize,
    report: GraphReport,
    worker: Client<ToGraph>,
}

impl Graphs {
    fn get(&self, spec: &GraphSpec) -> Option<Rc<Graph>> {
        self.all.borrow().iter().find(|graph| graph.spec == *spec).map(Rc::clone)
    }

    /// The graph of that spec, where it is alive and still holds the vectors that `stamp` says.
    pub(super) fn current(&self, spec: &GraphSpec, stamp: Option<Stamp>) -> Option<Rc<Graph>> {
        self.get(spec).filter(|graph| graph.is_alive() && stamp == Some(graph.stamp))
    }

    /// Ends every graph that is not among `specs`.
    pub(super) fn keep(&self, specs: &[GraphSpec]) {
        self.all.borrow_mut().retain(|graph| specs.contains(&graph.spec));
    }

    fn remove(&self, spec: &GraphSpec) {
        self.all.borrow_mut().retain(|graph| graph.spec != *spec);
    }
}

impl Graph {
    /// Whether its worker is there.
    pub(super) fn is_alive(&self) -> bool {
        self.worker.is_running()
    }
}

impl VectorIndex for Graph {
    fn engine(&self) -> IndexEngine {
        self.spec.engine
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
        self.report.size.vectors as usize
    }

    /// Never asked with a filter, which cannot be sent to another thread.
    fn search(&self, query: &[f32], k: usize, _filter: Option<Filter<'_>>) -> Later<Vec<Neighbour>> {
        let k = u32::try_from(k).unwrap_or(u32::MAX);
        let mut call = self.worker.call(AskGraph { query: query.to_vec(), k });
        Box::pin(async move {
            // A worker that died found nothing; `is_alive` tells the caller, who asks the exact index then.
            let found = call.body().await.unwrap_or_else(|| Ok(Vec::new()))?;
            Ok(found.into_iter().map(|(key, similarity)| Neighbour { key, similarity }).collect())
        })
    }
}

/// Makes a graph, unless it is there, and measures it.
pub(super) async fn build(
    state: &EngineState,
    spec: &GraphSpec,
    stop: &Stop,
    reply: &Outbox<GraphUpdate>,
) -> Result<GraphUpdate, UserError> {
    drop(state.opening.lock().await);
    let Ok(_turn) = stop.guard(state.graphs.turn.lock()).await else { return Ok(GraphUpdate::Cancelled) };
    let waiting = |_| {};
    let chosen = state.chosen(&spec.embedder, stop, &waiting, |_, _| {}).await?;
    let id = chosen.id();
    let additional = spec.index.as_ref().map(|index| state.indexes.get(index));
    if let Some(additional) = &additional {
        additional.open(state, &id, stop).await?;
    }
    let corpus = additional.as_ref().map_or(&state.corpus, |additional| additional.corpus());
    let stamp = corpus.borrow().stamp(&id);
    if let Some(graph) = state.graphs.current(spec, stamp) {
        return Ok(GraphUpdate::Ready(graph.report));
    }
    state.graphs.remove(spec);
    let Some(stamp) = stamp else { return Err(engine::Error::NotEmbedded { embedder: id }.into()) };
    reply.send(&GraphUpdate::Building);
    let worker = Client::<ToGraph>::new(script());
    let Some((call, vectors)) = vectors(&corpus.borrow(), &id, spec.engine) else {
        return Err(engine::Error::NotEmbedded { embedder: id }.into());
    };
    let dimension = call.dimension as usize;
    let mut made = worker.call_with(call, &[vectors.buffer().into()]);
    // Dropping the worker ends it, wherever it stands.
    let Ok(size) = stop.guard(made.body()).await else { return Ok(GraphUpdate::Cancelled) };
    let size: GraphSize = match size {
        Some(Some(size)) => size,
        Some(None) => return Err(problem::engine::graph_crashed("the vectors do not fit their keys")),
        None => {
            let reason = worker.exit_reason().unwrap_or_default();
            return Err(problem::engine::graph_crashed(reason));
        }
    };
    let report = GraphReport { size, recall: Recall::default() };
    let mut graph = Graph { spec: spec.clone(), stamp, dimension, report, worker };
    let questions = state.questions.borrow().of(&id);
    let measured = engine::measure(corpus, &id, &graph, &questions, pause(stop)).await?;
    let Some(recall) = measured.filter(|_| !stop.is_stopped()) else { return Ok(GraphUpdate::Cancelled) };
    if !graph.is_alive() {
        return Err(problem::engine::graph_crashed(graph.worker.exit_reason().unwrap_or_default()));
    }
    graph.report.recall = recall;
    let report = graph.report;
    state.graphs.all.borrow_mut().push(Rc::new(graph));
    Ok(GraphUpdate::Ready(report))
}

/// The vectors of an embedder, written where the browser can hand them over without a copy.
fn vectors(
    corpus: &engine::Corpus,
    embedder: &str,
    engine: IndexEngine,
) -> Option<(MakeGraph, js_sys::Float32Array)> {
    let index = corpus.dense_index(embedder)?;
    let keys = corpus.dense_keys(embedder);
    let dimension = u32::try_from(index.dimension()).ok()?;
    let numbers = u32::try_from(keys.len()).ok()?.checked_mul(dimension)?;
    let vectors = js_sys::Float32Array::new_with_length(numbers);
    for (at, key) in (0u32..).zip(&keys) {
        let start = at * dimension;
        vectors.subarray(start, start + dimension).copy_from(index.vector(*key)?);
    }
    Some((MakeGraph { engine, dimension, keys }, vectors))
}

/// The worker's script, of the build that this worker is of.
fn script() -> String {
    site_url(&format!("workers/graph.js{}", own_version()))
}
