use crate::browser::indexed_db::{Upload, UploadStore};
use crate::state::{AppState, Original, Row, RowState};
use crate::store::{Damaged, UploadState};
use crate::types::{DocumentId, Manifest, UserError, problem};
use crate::worker::protocol::{Open, Opened, Outcome, ToEngine};
use crate::worker::{Client, OpenCall};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::BTreeSet;

impl AppState {
    /// Shows what this browser has stored. The engine is started only when there is something to open, or to take over from
    /// an earlier version.
    pub(in crate::state) fn open_corpus(self) {
        spawn_local(async move {
            let services = self.services();
            let Some(uploads) = services.uploads().await else {
                let newer = self.corpus.newer.get_untracked();
                self.corpus.volatile.set(!newer);
                self.corpus.opened.set(!newer);
                return self.pump();
            };
            if UploadStore::is_behind().await {
                self.engine();
                return;
            }
            self.settle_removals().await;
            if let Some((waiting, originals)) = self.waiting_uploads().await {
                self.show_uploads(&waiting, &originals);
            }
            if uploads.has_documents().await.unwrap_or(true) {
                self.engine();
                return;
            }
            self.corpus.opened.set(true);
            self.pump();
        });
    }

    /// The files that are not documents yet, and the documents whose files are stored.
    pub(in crate::state) async fn waiting_uploads(self) -> Option<(Vec<Upload>, BTreeSet<DocumentId>)> {
        self.services().uploads().await?.waiting().await.ok()
    }

    /// Shows files that have no row yet.
    pub(in crate::state) fn show_uploads(self, waiting: &[Upload], originals: &BTreeSet<DocumentId>) {
        for upload in waiting.iter().filter(|upload| self.corpus.rows.find(&upload.id).is_none()) {
            let is_stored = originals.contains(&upload.id);
            let row = Row::of(upload.id, &upload.info, state_of(upload, is_stored));
            self.corpus.rows.put(upload.id, Row { original: stored(is_stored), ..row });
        }
    }

    /// The engine, with the corpus opened: a new one opens it before anything else.
    pub(in crate::state) fn engine(self) -> Client<ToEngine> {
        let engine = self.services().engine;
        if !engine.is_running() {
            let call = engine.call(Open);
            spawn_local(self.follow_open(call));
        }
        engine
    }

    /// The same, able to ask the courier where a provider makes something.
    pub(in crate::state) fn engine_for(self, remote: bool) -> Client<ToEngine> {
        let engine = self.engine();
        if remote {
            self.services().connect();
        }
        engine
    }

    async fn follow_open(self, mut call: OpenCall<Outcome<Opened>>) {
        while let Some(opened) = call.body().await {
            match opened {
                Ok(Opened::Corpus { manifests, damaged, persistent }) => {
                    self.show_opened(manifests, damaged).await;
                    self.corpus.volatile.set(!persistent);
                    self.corpus.user_error.set(None);
                    self.corpus.opened.set(true);
                    self.pump();
                }
                Ok(Opened::Newer) => self.corpus.newer.set(true),
                Err(user_error) => self.corpus.user_error.set(Some(user_error)),
            }
        }
        // The loop ends when the engine does; the next request starts it again.
        if !self.corpus.opened.get_untracked() && !self.corpus.newer.get_untracked() {
            let reason = self.services().engine.exit_reason().unwrap_or_default();
            self.corpus.user_error.set(Some(problem::engine::not_started(reason)));
        }
    }

    async fn show_opened(self, manifests: Vec<Manifest>, damaged: Vec<Damaged>) {
        let (waiting, originals) = self.waiting_uploads().await.unwrap_or_default();
        // What an earlier version had added is among them only now.
        self.show_uploads(&waiting, &originals);
        let is_under_way =
            |id: &DocumentId| self.corpus.rows.value(id).is_some_and(|row| row.state.is_under_way());
        let ready = manifests.into_iter().map(|manifest| {
            let (id, name) = (manifest.id, manifest.name.clone());
            (id, name, manifest.size_bytes, manifest.added_millis, RowState::Ready(manifest))
        });
        let damaged = damaged.into_iter().map(|Damaged { id, name, added_millis, size_bytes, error }| {
            let name = name.unwrap_or_else(|| t!("Unreadable document {id}", id = id.short()));
            (id, name, size_bytes, added_millis, RowState::Damaged(error.into()))
        });
        for (id, name, size, added, state) in ready.chain(damaged) {
            if !is_under_way(&id) {
                let original = stored(originals.contains(&id));
                self.corpus.rows.put(id, Row { original, ..Row::new(id, &name, size, added, state) });
            }
        }
        self.corpus.rows.sort_by_key(|row| (row.added_millis, row.id));
    }
}

/// Where an added file stands that nobody is at work on.
pub(super) fn state_of(upload: &Upload, is_stored: bool) -> RowState {
    match (upload.info.state.clone(), is_stored) {
        (UploadState::Failed(user_error), _) => RowState::Failed { user_error, password: false },
        (UploadState::Cancelled, true) => RowState::Cancelled,
        (UploadState::Waiting, true) => RowState::Queued,
        (state, _) => RowState::Failed { user_error: not_stored(&state), password: false },
    }
}

fn stored(is_stored: bool) -> Original {
    if is_stored { Original::Stored } else { Original::Missing }
}

/// Why the bytes of an added file are not stored.
fn not_stored(state: &UploadState) -> UserError {
    match state {
        UploadState::Pending => problem::store::closed_too_soon(),
        _ => problem::store::no_room(),
    }
}
