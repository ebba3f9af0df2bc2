use crate::browser::clock::{epoch_millis, now_millis, sleep};
use crate::run::{HistoryLimits, expired};
use crate::state::AppState;
use crate::store;
use crate::types::{DocumentId, Run, RunId, RunSummary, UserError, problem};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// While a run is under way it is stored this often; a run that takes long to store is stored more rarely.
const SAVE_MILLIS: f64 = 3_000.0;
/// Storing takes at most this part of the page's time.
const SAVE_SHARE: f64 = 0.02;

/// Runs that are too old are looked for this often.
const AGING_MILLIS: f64 = 3_600_000.0;

/// How long Undo can bring deleted runs back after the page was closed.
const UNDO_MILLIS: u64 = 60_000;

/// The stored runs, as the list shows them.
#[derive(Clone, Copy)]
pub struct History {
    /// Newest first; nothing until they are read.
    pub runs: RwSignal<Option<Vec<RunSummary>>>,
    /// Why history cannot be read or written.
    pub user_error: RwSignal<Option<UserError>>,
    /// Runs that quote a document which was just removed.
    pub quoting: RwSignal<Vec<(DocumentId, Vec<RunId>)>>,
    /// Runs that were just deleted, for Undo.
    pub deleted: RwSignal<Vec<RunId>>,
    next_save_millis: StoredValue<f64>,
    next_aging_millis: StoredValue<f64>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            runs: RwSignal::new(None),
            user_error: RwSignal::new(None),
            quoting: RwSignal::new(Vec::new()),
            deleted: RwSignal::new(Vec::new()),
            next_save_millis: StoredValue::new(0.0),
            next_aging_millis: StoredValue::new(0.0),
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
        let stored = runs.summaries().await?;
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
        let bytes = encoded(&run);
        let took = now_millis() - started;
        self.history.next_save_millis.set_value(started + SAVE_MILLIS.max(took / SAVE_SHARE));
        let summary = RunSummary::from(&run);
        self.history.runs.update(|runs| {
            if let Some(runs) = runs {
                match runs.iter_mut().find(|known| known.id == summary.id) {
                    Some(known) => *known = summary,
                    None => runs.insert(0, summary),
                }
            }
        });
        spawn_local(async move {
            let outcome = match bytes {
                Ok(bytes) => self.put(run.id, bytes).await,
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

    async fn put(self, id: RunId, (summary, run): (Vec<u8>, Vec<u8>)) -> Result<(), UserError> {
        let services = self.services();
        match services.runs().await {
            Some(runs) => Ok(runs.put(&id.to_string(), &summary, &run).await?),
            None => Ok(()),
        }
    }

    /// Deletes what the limits no longer allow. Runs are counted each time; their ages are looked at once an hour.
    async fn apply_limits(self, limits: HistoryLimits) {
        let is_due = limits.max_days > 0 && now_millis() >= self.history.next_aging_millis.get_value();
        if !is_due && !self.is_over(limits.max_runs).await {
            return;
        }
        self.history.next_aging_millis.set_value(now_millis() + AGING_MILLIS);
        if let Ok(runs) = self.read_summaries().await {
            self.forget(&expired(&runs, limits, epoch_millis())).await;
        }
    }

    async fn is_over(self, max_runs: u32) -> bool {
        let services = self.services();
        match services.runs().await {
            Some(runs) if max_runs > 0 => runs.count().await.is_ok_and(|count| count > max_runs as usize),
            _ => false,
        }
    }

    async fn forget(self, ids: &[RunId]) {
        if ids.is_empty() {
            return;
        }
        let services = self.services();
        let Some(store) = services.runs().await else { return };
        if let Err(error) = store.delete(&names(ids)).await {
            return self.history.user_error.set(Some(error.into()));
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
        let services = self.services();
        let runs = services.runs().await.ok_or_else(problem::run::not_stored)?;
        let bytes = runs.get(&id.to_string()).await?.ok_or_else(problem::run::not_stored)?;
        Ok(store::decode(&bytes, "this run")?)
    }

    /// Changes the run on the screen, and stores it. The header calls this and not [`Self::change_run`], which would bring the
    /// decoding of runs into the first view's wasm.
    pub fn change_shown_run(self, change: impl Fn(&mut Run)) {
        self.session.conductor.update_value(|conductor| {
            if let Some(conductor) = conductor {
                change(conductor.run_mut());
            }
        });
        self.show_head();
        self.store_run();
    }

    /// Changes a stored run, and the one on the screen where it is the same.
    pub fn change_run(self, id: RunId, change: impl Fn(&mut Run) + 'static) {
        if self.session.run_id() == Some(id) {
            return self.change_shown_run(change);
        }
        spawn_local(async move {
            let outcome = async {
                let mut run = self.read_run(id).await?;
                change(&mut run);
                self.put(id, encoded(&run)?).await
            };
            match outcome.await {
                Ok(()) => self.load_history(),
                Err(error) => self.history.user_error.set(Some(error)),
            }
        });
    }

    /// Deletes runs; for a while, Undo brings them back.
    pub fn delete_runs(self, ids: Vec<RunId>) {
        spawn_local(async move {
            let services = self.services();
            let Some(runs) = services.runs().await else { return };
            if let Err(error) = runs.mark_removed(&names(&ids), epoch_millis()).await {
                return self.history.user_error.set(Some(error.into()));
            }
            self.history.deleted.set(ids.clone());
            self.load_history();
            sleep(UNDO_MILLIS as i32).await;
            if self.history.deleted.with_untracked(|deleted| *deleted == ids) {
                self.history.deleted.set(Vec::new());
            }
        });
    }

    /// Brings back what was deleted last.
    pub fn undo_delete_runs(self) {
        let ids = self.history.deleted.get_untracked();
        self.history.deleted.set(Vec::new());
        spawn_local(async move {
            let services = self.services();
            let Some(runs) = services.runs().await else { return };
            if let Err(error) = runs.restore(&names(&ids)).await {
                self.history.user_error.set(Some(error.into()));
            }
            self.load_history();
        });
    }

    /// Deletes all runs at once.
    pub fn clear_history(self) {
        spawn_local(async move {
            let services = self.services();
            let Some(runs) = services.runs().await else { return };
            if let Err(error) = runs.clear().await {
                self.history.user_error.set(Some(error.into()));
            }
            self.load_history();
        });
    }

    /// Collects what was deleted in an earlier session and what the limits no longer allow.
    pub fn tidy_history(self) {
        let limits = self.settings.with_untracked(|settings| settings.history);
        self.history.next_aging_millis.set_value(0.0);
        spawn_local(async move {
            let services = self.services();
            if let Some(runs) = services.runs().await {
                // A failure is no concern of anybody: it is tried again at the next start.
                let _ = runs.collect(epoch_millis().saturating_sub(UNDO_MILLIS)).await;
            }
            self.apply_limits(limits).await;
        });
    }

    /// Looks for stored runs whose evidence quotes a document.
    pub(in crate::state) async fn find_quoting(self, document: DocumentId) {
        let runs = self.read_summaries().await.unwrap_or_default();
        let quoting = runs.into_iter().filter(|run| run.documents.contains(&document));
        let ids: Vec<RunId> = quoting.map(|run| run.id).collect();
        if !ids.is_empty() {
            self.history.quoting.update(|quoting| quoting.push((document, ids)));
        }
    }

    /// Deletes the stored runs whose evidence quotes a document that was just removed.
    pub fn delete_quoting(self, document: DocumentId) {
        let mut ids = Vec::new();
        self.history.quoting.update(|quoting| {
            let found = quoting.extract_if(.., |(id, _)| *id == document);
            ids = found.flat_map(|(_, ids)| ids).collect();
        });
        self.delete_runs(ids);
    }
}

/// The summary and the run, as stored.
fn encoded(run: &Run) -> Result<(Vec<u8>, Vec<u8>), UserError> {
    let summary = store::encode(&RunSummary::from(run), "a run")?;
    Ok((summary, store::encode(run, "a run")?))
}

fn names(ids: &[RunId]) -> Vec<String> {
    ids.iter().map(RunId::to_string).collect()
}
