use crate::state::{AppState, Row, RowState};
use crate::types::UserError;
use crate::worker::protocol::{Open, Opened, Outcome, ToEngine};
use crate::worker::{Client, OpenCall};
use leptos::prelude::*;
use leptos::task::spawn_local;

impl AppState {
    /// Shows what this browser has stored. The engine is started only when there is something to open.
    pub(in crate::state) fn open_corpus(self) {
        spawn_local(async move {
            let services = self.services();
            match services.uploads().await {
                None => self.corpus.volatile.set(true),
                Some(uploads) => {
                    for file in uploads.waiting().await.unwrap_or_default() {
                        let state = match file.failure {
                            Some(user_error) => RowState::Failed { user_error, password: false },
                            None => RowState::Queued,
                        };
                        let size = file.blob.size() as u64;
                        self.corpus
                            .rows
                            .put(file.id, Row::new(file.id, &file.name, size, file.added_millis, state));
                    }
                    if uploads.has_documents().await.unwrap_or(true) {
                        self.engine();
                        return;
                    }
                }
            }
            self.corpus.opened.set(true);
            self.pump();
        });
    }

    /// The engine, with the corpus opened: a fresh one is told to open before anything else.
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
                Ok(Opened { manifests, persistent }) => {
                    for manifest in manifests {
                        let id = manifest.id;
                        if self.corpus.rows.value(&id).is_some_and(|row| row.state.is_under_way()) {
                            continue;
                        }
                        let (name, size, added) =
                            (manifest.name.clone(), manifest.size_bytes, manifest.added_millis);
                        let row = Row::new(id, &name, size, added, RowState::Ready(manifest));
                        self.corpus.rows.put(id, row);
                    }
                    self.corpus.volatile.set(!persistent);
                    self.corpus.user_error.set(None);
                    self.corpus.opened.set(true);
                    self.pump();
                }
                Err(user_error) => self.corpus.user_error.set(Some(user_error)),
            }
        }
        // The loop ends when the engine does; it is started anew by whoever asks next.
        if !self.corpus.opened.get_untracked() {
            let words = self.services().engine.exit_reason().unwrap_or_default();
            self.corpus.user_error.set(Some(UserError::new(
                "engine",
                format!("the search engine could not be started: {words}"),
                "Reload the page. If it persists, this browser may be too old: it needs WebAssembly SIMD.",
            )));
        }
    }
}
