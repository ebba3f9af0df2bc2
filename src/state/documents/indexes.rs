//! Indexes of recipes beside the first, made in the background.

use crate::browser::clock::now_millis;
use crate::format::time_left;
use crate::state::{AppState, RowState};
use crate::types::{DocumentId, EmbedderRef, IndexSpec, UserError, problem};
use crate::worker::protocol::{BuildIndex, IndexSize, IndexUpdate, KeepIndexes};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where an index stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum IndexState {
    /// Its turn comes, after documents and other indexes.
    #[default]
    Waiting,
    /// Being made.
    Building {
        /// Chunks embedded.
        done: u32,
        /// Of how many; 0 while documents are being cut.
        total: u32,
        /// When the first progress came, on the page's clock, and how many were done then.
        started: Option<(f64, u32)>,
        /// Bytes of the built-in embedder that have come, and of how many, while it is being loaded.
        loading: Option<(u64, u64)>,
        /// Why nothing comes at the moment.
        waits: Option<UserError>,
    },
    /// All documents are in it.
    Ready(IndexSize),
    /// Given up on request; what was made of it stays.
    Cancelled,
    /// It failed; what was made of it stays.
    Failed(UserError),
}

impl IndexState {
    const STARTED: Self = Self::Building { done: 0, total: 0, started: None, loading: None, waits: None };

    /// Whether it is being made, or will be.
    pub fn is_under_way(&self) -> bool {
        matches!(self, Self::Waiting | Self::Building { .. })
    }

    /// Estimated time left; nothing before there is a pace.
    pub fn time_left(&self, now_millis: f64) -> Option<String> {
        let Self::Building { done, total, started: Some((since, first)), .. } = self else { return None };
        let (done, total) = (done.saturating_sub(*first), total.saturating_sub(*first));
        time_left(u64::from(done), u64::from(total), now_millis - since)
    }

    fn update(&mut self, update: IndexUpdate) {
        let Self::Building { done, total, started, loading, waits } = self else { return };
        match update {
            IndexUpdate::Loading(done_bytes, total_bytes) => *loading = Some((done_bytes, total_bytes)),
            IndexUpdate::Progress(of_done, of_total) => {
                started.get_or_insert((now_millis(), of_done));
                (*done, *total, *loading, *waits) = (of_done, of_total, None, None);
            }
            IndexUpdate::Waiting(why) => *waits = why,
            IndexUpdate::Ready(size) => *self = Self::Ready(size),
            IndexUpdate::Cancelled => *self = Self::Cancelled,
            IndexUpdate::Failed(error) => *self = Self::Failed(error),
        }
    }
}

/// The indexes that are needed beside the documents' own.
#[derive(Clone, Copy, Default)]
pub struct Indexes {
    /// Each with where it stands.
    pub all: RwSignal<Vec<(IndexSpec, IndexState)>>,
    /// The engine's call that makes one.
    call: StoredValue<Option<(IndexSpec, u32)>>,
    /// One task goes through all of them.
    running: StoredValue<bool>,
}

impl Indexes {
    /// Where an index stands; tracks all of them.
    pub fn state(self, spec: &IndexSpec) -> IndexState {
        let found = |all: &Vec<(IndexSpec, IndexState)>| all.iter().find(|(known, _)| known == spec).cloned();
        self.all.with(found).map(|(_, state)| state).unwrap_or_default()
    }

    fn set(self, spec: &IndexSpec, change: impl FnOnce(&mut IndexState)) {
        self.all.update(|all| {
            if let Some((_, state)) = all.iter_mut().find(|(known, _)| known == spec) {
                change(state);
            }
        });
    }

    /// Whether one is being made.
    pub(in crate::state) fn is_running(self) -> bool {
        self.running.get_value()
    }
}

impl AppState {
    /// Makes indexes, and the graphs over them, whenever documents or recipes have changed, and no document is on its way.
    pub(in crate::state) fn follow_indexes(self) {
        // Of the page as a whole, not of whatever is being drawn when the code for this comes.
        let page = Owner::new_root(None);
        page.with(|| {
            self.watch_indexes();
            self.watch_graphs();
        });
        std::mem::forget(page);
    }

    fn watch_indexes(self) {
        let wanted = Memo::new(move |_| {
            let specs = self.settings.with(|settings| settings.additional_indexes());
            let rows = self.corpus.rows.cells();
            let of = |state: &RowState| match state {
                RowState::Ready(manifest) => Some((manifest.id, manifest.reader)),
                _ => None,
            };
            let ready: Vec<(DocumentId, u32)> =
                rows.iter().filter_map(|cell| cell.value.with(|row| of(&row.state))).collect();
            let is_quiet = rows.iter().all(|cell| cell.value.with(|row| !row.state.is_under_way()));
            (specs, ready, is_quiet)
        });
        Effect::new(move || {
            let (specs, ready, is_quiet) = wanted.get();
            if is_quiet {
                self.plan_indexes(specs, !ready.is_empty());
            }
        });
    }

    fn plan_indexes(self, specs: Vec<IndexSpec>, has_documents: bool) {
        let before = self.indexes.all.get_untracked();
        // What is not needed any more is not waited for.
        if let Some((_, call)) = self.indexes.call.get_value().filter(|(spec, _)| !specs.contains(spec)) {
            self.services().engine.stop(call);
        }
        if before.is_empty() && specs.is_empty() {
            return;
        }
        self.indexes.all.set(specs.into_iter().map(|spec| (spec, IndexState::Waiting)).collect());
        if has_documents {
            self.build_indexes();
        }
    }

    fn build_indexes(self) {
        if self.indexes.running.get_value() {
            return;
        }
        self.indexes.running.set_value(true);
        spawn_local(async move {
            self.lead().await;
            self.keep_indexes().await;
            while let Some(spec) = self.next_index() {
                self.build_index(spec).await;
            }
            self.indexes.running.set_value(false);
            self.rest();
        });
    }

    fn next_index(self) -> Option<IndexSpec> {
        let is_waiting = |(_, state): &&(IndexSpec, IndexState)| *state == IndexState::Waiting;
        self.indexes.all.with_untracked(|all| all.iter().find(is_waiting).map(|(spec, _)| spec.clone()))
    }

    /// Deletes what no recipe needs any more. What cannot be deleted now is deleted another time.
    async fn keep_indexes(self) {
        let specs = self.settings.with_untracked(|settings| settings.additional_indexes());
        let _ = self.engine().call(KeepIndexes(specs)).body().await;
    }

    async fn build_index(self, spec: IndexSpec) {
        self.indexes.set(&spec, |state| *state = IndexState::STARTED);
        let remote = matches!(spec.embedder, Some(EmbedderRef::Remote { .. }));
        let mut call = self.engine_for(remote).call(BuildIndex(spec.clone()));
        self.indexes.call.set_value(Some((spec.clone(), call.id)));
        while let Some(update) = call.body().await {
            let is_last = update.is_last();
            self.indexes.set(&spec, |state| state.update(update));
            if is_last {
                break;
            }
        }
        self.indexes.call.set_value(None);
        let reason = || self.services().engine.exit_reason().unwrap_or_default();
        self.indexes.set(&spec, |state| {
            if let IndexState::Building { .. } = state {
                *state = IndexState::Failed(problem::engine::index_crashed(reason()));
            }
        });
    }

    /// Stops making an index; what was made stays, and is found by words where it has no vectors.
    pub fn cancel_index(self, spec: &IndexSpec) {
        if let Some((_, call)) = self.indexes.call.get_value().filter(|(of, _)| of == spec) {
            self.services().engine.stop(call);
        } else {
            self.indexes.set(spec, |state| *state = IndexState::Cancelled);
        }
    }

    /// Goes on with an index that failed or was given up.
    pub fn retry_index(self, spec: &IndexSpec) {
        self.indexes.set(spec, |state| *state = IndexState::Waiting);
        self.build_indexes();
    }
}
