use crate::browser::clock::{epoch_millis, now_millis};
use crate::run::{HistoryLimits, expired};
use crate::state::AppState;
use crate::store;
use crate::types::{DocumentId, Run, RunId, RunSummary, UserError};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// While a run is under way it is stored this often; a run that takes long to store is stored more rarely.
const SAVE_MILLIS: f64 = 3_000.0;
/// Storing takes at most this part of the page's time.
const SAVE_SHARE: f64 = 0.02;

/// The stored runs, as the list shows them.
#[derive(Clone, Copy)]
pub struct History {
    /// Newest first; nothing until they are read.
    pub runs: RwSignal<Option<Vec<RunSummary>>>,
    /// Why history cannot be read or written.
    pub user_error: RwSignal<Option<UserError>>,
    /// Runs that were just deleted, as stored, for Undo.
    pub deleted: RwSignal<Vec<StoredRun>>,
    next_save_millis: StoredValue<f64>,
}

/// A run as stored: its id, summary and record.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRun {
    /// The run.
    pub id: RunId,
    summary: Vec<u8>,
    record: Vec<u8>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            runs: RwSignal::new(None),
            user_error: RwSignal::new(None),
            deleted: RwSignal::new(Vec::new()),
            next_save_millis: StoredValue::new(0.0),
        }
    }
}

impl AppState {
    /// Reads the list of runs.
    pub fn load_history(self) {
        spawn_local(async move {
            match self.read_summaries().await {
                Ok(runs) => self.history.runs.set(Some(runs)),
                Err(error) => self.history.user_error.set(Some(error)),
            }
        });
    }

    async fn read_summaries(self) -> Result<Vec<RunSummary>, UserError> {
        let services = self.services();
        let Some(runs) = services.runs().await else { return Ok(Vec::new()) };
        let stored = runs.summaries().await.map_err(user_error)?;
        // A summary that cannot be read is left out; the others open.
        let mut summaries: Vec<RunSummary> =
            stored.iter().filter_map(|(_, bytes)| store::decode(bytes, "a run").ok()).collect();
        summaries.sort_by_key(|summary| std::cmp::Reverse(summary.id));
        Ok(summaries)
    }

    /// Stores the run on the screen, unless the person keeps no history.
    pub(in crate::state) fn store_run(self) {
        let limits = self.settings.with_untracked(|settings| settings.history);
        let Some(run) = self.session.conductor.with_value(|conductor| {
            conductor.as_ref().filter(|_| limits.keep).map(|conductor| conductor.run().clone())
        }) else {
            return;
        };
        let started = now_millis();
        let stored = stored(&run);
        let took = now_millis() - started;
        self.history.next_save_millis.set_value(started + SAVE_MILLIS.max(took / SAVE_SHARE));
        self.history.runs.update(|runs| {
            if let Some(runs) = runs {
                let summary = RunSummary::from(&run);
                match runs.iter_mut().find(|known| known.id == run.id) {
                    Some(known) => *known = summary,
                    None => runs.insert(0, summary),
                }
            }
        });
        spawn_local(async move {
            let outcome = match stored {
                Ok(stored) => self.put(&[stored]).await,
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                self.history.user_error.set(Some(error));
            }
            self.apply_limits(limits).await;
        });
    }

    /// The same, unless it was done a moment ago: a crash loses a few seconds of an answer.
    pub(in crate::state) fn store_run_now_and_then(self) {
        if now_millis() >= self.history.next_save_millis.get_value() {
            self.store_run();
        }
    }

    async fn put(self, runs: &[StoredRun]) -> Result<(), UserError> {
        let services = self.services();
        let Some(store) = services.runs().await else { return Ok(()) };
        for run in runs {
            store.put(&run.id.to_string(), &run.summary, &run.record).await.map_err(user_error)?;
        }
        Ok(())
    }

    /// Deletes what the limits no longer allow.
    async fn apply_limits(self, limits: HistoryLimits) {
        let known = self.history.runs.with_untracked(|runs| runs.as_ref().map(Vec::len));
        if limits.max_days == 0 && (limits.max_runs == 0 || known.is_some_and(|known| known <= limits.max_runs as usize))
        {
            return;
        }
        if let Ok(runs) = self.read_summaries().await {
            self.forget(&expired(&runs, limits, epoch_millis())).await;
        }
    }

    async fn forget(self, ids: &[RunId]) {
        if ids.is_empty() {
            return;
        }
        let services = self.services();
        let Some(store) = services.runs().await else { return };
        let names: Vec<String> = ids.iter().map(RunId::to_string).collect();
        if let Err(error) = store.delete(&names).await {
            return self.history.user_error.set(Some(user_error(error)));
        }
        self.history.runs.update(|runs| {
            if let Some(runs) = runs {
                runs.retain(|run| !ids.contains(&run.id));
            }
        });
    }

    /// Opens a stored run as it was.
    pub fn open_run(self, id: RunId) {
        spawn_local(async move {
            match self.read_run(id).await {
                Ok(run) => {
                    self.show_run(run);
                    self.view.dialog.set(None);
                }
                Err(error) => self.history.user_error.set(Some(error)),
            }
        });
    }

    pub(in crate::state) async fn read_run(self, id: RunId) -> Result<Run, UserError> {
        let gone = || UserError::new("history", "this run is no longer stored", "Reload the page to read the list again.");
        let services = self.services();
        let runs = services.runs().await.ok_or_else(gone)?;
        let bytes = runs.get(&id.to_string()).await.map_err(user_error)?.ok_or_else(gone)?;
        store::decode(&bytes, "this run").map_err(user_error)
    }

    /// Changes a stored run, and the one on the screen where it is the same.
    pub fn change_run(self, id: RunId, change: impl Fn(&mut Run) + 'static) {
        let is_shown = self.session.run_id() == Some(id);
        if is_shown {
            self.session.conductor.update_value(|conductor| {
                if let Some(conductor) = conductor {
                    change(conductor.run_mut());
                }
            });
            self.show_head();
            return self.store_run();
        }
        spawn_local(async move {
            let outcome = async {
                let mut run = self.read_run(id).await?;
                change(&mut run);
                self.put(&[stored(&run)?]).await
            };
            match outcome.await {
                Ok(()) => self.load_history(),
                Err(error) => self.history.user_error.set(Some(error)),
            }
        });
    }

    /// Deletes runs; Undo stores them again until others are deleted or the page is closed.
    pub fn delete_runs(self, ids: Vec<RunId>) {
        spawn_local(async move {
            let mut deleted = Vec::new();
            for id in &ids {
                if let Ok(run) = self.read_run(*id).await
                    && let Ok(stored) = stored(&run)
                {
                    deleted.push(stored);
                }
            }
            self.forget(&ids).await;
            self.history.deleted.set(deleted);
        });
    }

    /// Stores again what was deleted last.
    pub fn undo_delete_runs(self) {
        let deleted = self.history.deleted.get_untracked();
        self.history.deleted.set(Vec::new());
        spawn_local(async move {
            if let Err(error) = self.put(&deleted).await {
                self.history.user_error.set(Some(error));
            }
            self.load_history();
        });
    }

    /// Runs whose evidence quotes a document.
    pub async fn runs_quoting(self, document: DocumentId) -> Vec<RunId> {
        let runs = self.read_summaries().await.unwrap_or_default();
        let quoting = runs.into_iter().filter(|run| run.documents.contains(&document));
        quoting.map(|run| run.id).collect()
    }
}

fn stored(run: &Run) -> Result<StoredRun, UserError> {
    let summary = store::encode(&RunSummary::from(run), "a run").map_err(user_error)?;
    let record = store::encode(run, "a run").map_err(user_error)?;
    Ok(StoredRun { id: run.id, summary, record })
}

fn user_error(error: store::Error) -> UserError {
    UserError::new("history", error.to_string(), error.hint())
}
