//! Graphs of recipes, made in the background when the index that they are made of is whole.

use crate::state::{AppState, RowState};
use crate::types::{DocumentId, EmbedderRef, GraphSpec, UserError, problem};
use crate::worker::protocol::{BuildGraph, GraphReport, GraphUpdate, KeepGraphs};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where a graph stands. The exact index answers until it is ready.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum GraphState {
    /// Its turn comes, after documents, indexes and other graphs.
    #[default]
    Waiting,
    /// Being made.
    Building,
    /// It answers.
    Ready(GraphReport),
    /// Given up on request.
    Cancelled,
    /// It failed.
    Failed(UserError),
}

impl GraphState {
    /// Whether it is being made, or will be.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Waiting | Self::Building)
    }
}

impl From<GraphUpdate> for GraphState {
    fn from(update: GraphUpdate) -> Self {
        match update {
            GraphUpdate::Building => Self::Building,
            GraphUpdate::Ready(report) => Self::Ready(report),
            GraphUpdate::Cancelled => Self::Cancelled,
            GraphUpdate::Failed(error) => Self::Failed(error),
        }
    }
}

/// The documents that are indexed, each as the reader of that version read it.
type Documents = Vec<(DocumentId, u32)>;

/// The graphs that recipes name.
#[derive(Clone, Copy, Default)]
pub struct Graphs {
    /// Each with where it stands.
    pub all: RwSignal<Vec<(GraphSpec, GraphState)>>,
    /// The documents that they are made of.
    documents: StoredValue<Documents>,
    /// The engine's call that makes one.
    call: StoredValue<Option<(GraphSpec, u32)>>,
    /// One task goes through all of them.
    running: StoredValue<bool>,
}

impl Graphs {
    /// Where a graph stands; tracks all of them.
    pub fn state(self, spec: &GraphSpec) -> GraphState {
        let found = |all: &Vec<(GraphSpec, GraphState)>| all.iter().find(|(known, _)| known == spec).cloned();
        self.all.with(found).map(|(_, state)| state).unwrap_or_default()
    }

    /// The same, without tracking; nothing of a graph that no recipe names.
    fn known(self, spec: &GraphSpec) -> Option<GraphState> {
        let found = |all: &Vec<(GraphSpec, GraphState)>| {
            all.iter().find(|(known, _)| known == spec).map(|(_, state)| state.clone())
        };
        self.all.with_untracked(found)
    }

    fn set(self, spec: &GraphSpec, to: GraphState) {
        self.all.update(|all| {
            if let Some((_, state)) = all.iter_mut().find(|(known, _)| known == spec) {
                *state = to;
            }
        });
    }
}

impl AppState {
    /// Makes graphs whenever documents, indexes or recipes have changed, and nothing is on its way. To be called where it lasts.
    pub(super) fn watch_graphs(self) {
        let wanted = Memo::new(move |_| {
            let specs = self.settings.with(|settings| settings.graphs());
            if specs.is_empty() {
                return (specs, Documents::new(), false);
            }
            let rows = self.corpus.rows.cells();
            let of = |state: &RowState| match state {
                RowState::Ready(manifest) => Some((manifest.id, manifest.reader)),
                _ => None,
            };
            let ready: Documents =
                rows.iter().filter_map(|cell| cell.value.with(|row| of(&row.state))).collect();
            let is_quiet = rows.iter().all(|cell| cell.value.with(|row| !row.state.is_under_way()));
            let is_whole = |spec: &GraphSpec| match &spec.index {
                Some(index) => !self.indexes.state(index).is_under_way(),
                None => true,
            };
            let is_quiet = is_quiet && specs.iter().all(is_whole);
            (specs, ready, is_quiet)
        });
        Effect::new(move || {
            let (specs, documents, is_quiet) = wanted.get();
            if is_quiet || specs.is_empty() {
                self.plan_graphs(specs, documents);
            }
        });
    }

    fn plan_graphs(self, specs: Vec<GraphSpec>, documents: Documents) {
        let before = self.graphs.all.get_untracked();
        if before.is_empty() && specs.is_empty() {
            return;
        }
        let are_same = self.graphs.documents.with_value(|known| *known == documents);
        // What is being made of other documents, or is not needed any more, is not waited for.
        if let Some((_, call)) =
            self.graphs.call.get_value().filter(|(spec, _)| !are_same || !specs.contains(spec))
        {
            self.services().engine.stop(call);
        }
        self.graphs.documents.set_value(documents);
        let known = |spec: &GraphSpec| {
            let state = before.iter().find(|(known, _)| known == spec).map(|(_, state)| state.clone());
            state.filter(|_| are_same).unwrap_or_default()
        };
        let all: Vec<_> = specs
            .into_iter()
            .map(|spec| {
                let state = known(&spec);
                (spec, state)
            })
            .collect();
        self.graphs.all.set(all);
        spawn_local(self.keep_graphs());
        self.build_graphs();
    }

    fn build_graphs(self) {
        if self.graphs.running.get_value() {
            return;
        }
        self.graphs.running.set_value(true);
        spawn_local(async move {
            while let Some(spec) = self.next_graph() {
                self.build_graph(spec).await;
            }
            self.graphs.running.set_value(false);
        });
    }

    fn next_graph(self) -> Option<GraphSpec> {
        if self.graphs.documents.with_value(Vec::is_empty) {
            return None;
        }
        let is_waiting = |(_, state): &&(GraphSpec, GraphState)| *state == GraphState::Waiting;
        self.graphs.all.with_untracked(|all| all.iter().find(is_waiting).map(|(spec, _)| spec.clone()))
    }

    /// Ends what no recipe needs any more; an engine that is not there has none.
    async fn keep_graphs(self) {
        if self.services().engine.is_running() {
            let specs = self.settings.with_untracked(|settings| settings.graphs());
            let _ = self.engine().call(KeepGraphs(specs)).body().await;
        }
    }

    async fn build_graph(self, spec: GraphSpec) {
        self.graphs.set(&spec, GraphState::Building);
        let remote = matches!(spec.embedder, EmbedderRef::Remote { .. });
        let mut call = self.engine_for(remote).call(BuildGraph(spec.clone()));
        self.graphs.call.set_value(Some((spec.clone(), call.id)));
        let documents = self.graphs.documents.get_value();
        let mut last = None;
        while let Some(update) = call.body().await {
            let is_last = update.is_last();
            last = Some(update);
            if is_last {
                break;
            }
        }
        self.graphs.call.set_value(None);
        // Stopped because the documents have changed: it is waiting again.
        if self.graphs.documents.with_value(|now| *now != documents) {
            return self.graphs.set(&spec, GraphState::Waiting);
        }
        let reason = || self.services().engine.exit_reason().unwrap_or_default();
        let ended = last.filter(GraphUpdate::is_last);
        let ended = ended.unwrap_or_else(|| GraphUpdate::Failed(problem::engine::graph_crashed(reason())));
        self.graphs.set(&spec, ended.into());
    }

    /// Does without a graph: the exact index answers.
    pub fn cancel_graph(self, spec: &GraphSpec) {
        if let Some((_, call)) = self.graphs.call.get_value().filter(|(of, _)| of == spec) {
            self.services().engine.stop(call);
        } else {
            self.graphs.set(spec, GraphState::Cancelled);
        }
    }

    /// Makes a graph that failed or was given up.
    pub fn retry_graph(self, spec: &GraphSpec) {
        self.graphs.set(spec, GraphState::Waiting);
        self.build_graphs();
    }

    /// Makes a graph again that was ready and did not answer: its worker, or the engine with it, has died.
    pub(in crate::state) fn restore_graph(self, spec: &GraphSpec) {
        if matches!(self.graphs.known(spec), Some(GraphState::Ready(_))) {
            self.retry_graph(spec);
        }
    }
}
