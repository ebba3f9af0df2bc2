use crate::browser::clock::{epoch_millis, now_millis, sleep};
use crate::browser::crypto::digest;
use crate::browser::files;
use crate::browser::indexed_db::Upload;
use crate::state::{AppState, Row, RowState};
use crate::types::{DocumentId, EmbedderRef, Sha256, UserError};
use crate::worker::protocol::{Ingest, IngestUpdate, Parsed, ReadFile, Remove, Unreadable};
use crate::worker::{OpenCall, Reply};
use futures_util::future::{Either, select};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::pin;

/// Longest a file may take to parse before its reader is ended.
const READ_LIMIT_MILLIS: i32 = 60_000;
/// Parsed documents that wait for the engine; more would only fill memory.
const MAX_INGESTS: usize = 2;
/// Largest file taken in (`parse` has the same limit; here it saves reading the file at all).
const MAX_BYTES: f64 = 100.0 * 1024.0 * 1024.0;
/// A document that has taken a worker down this often is not tried again by itself.
const MAX_CRASHES: u32 = 2;

impl AppState {
    /// Takes in files, in order: hashed, upload, queued. The same file twice is one document.
    pub fn add_files(self, files: Vec<web_sys::File>) {
        spawn_local(async move {
            for (at, file) in files.into_iter().enumerate() {
                self.add_file(&file, epoch_millis() + at as u64).await;
            }
        });
    }

    async fn add_file(self, file: &web_sys::File, added_millis: u64) {
        let name = file.name();
        let size = file.size();
        let unreadable = |user_error: UserError| {
            // Without its bytes a file has no hash; its place in time stands in for the row's key.
            let mut key = [0; 32];
            key.iter_mut().zip(added_millis.to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
            let id = Sha256(key);
            let state = RowState::Failed { user_error, password: false };
            self.corpus.rows.put(id, Row::new(id, &name, size as u64, added_millis, state));
        };
        if size > MAX_BYTES {
            return unreadable(UserError::new(
                "read",
                format!("{} exceeds the limit of 100 MB per file", crate::format::bytes(size as u64)),
                "Split the file, or add only the part you need.",
            ));
        }
        let Ok(buffer) = files::bytes(file).await else {
            return unreadable(UserError::new(
                "read",
                "the browser could not read the file",
                "It may have been moved or changed since you selected it. Add it again.",
            ));
        };
        let Some(id) = digest(&buffer).await else {
            return unreadable(UserError::new(
                "read",
                "this page was loaded over plain http, where browsers disable the functions it needs",
                "Open it over https or from http://localhost.",
            ));
        };
        let known = self.corpus.rows.value(&id);
        if known.is_some_and(|row| row.state.is_under_way() || matches!(row.state, RowState::Ready(_))) {
            return;
        }
        let services = self.services();
        let upload =
            Upload { id, name: name.clone(), added_millis, failure: None, blob: file.clone().into() };
        if let Some(uploads) = services.uploads().await
            && let Err(error) = uploads.put(&upload).await
        {
            let state = RowState::Failed { user_error: error.into(), password: false };
            self.corpus.rows.put(id, Row::new(id, &name, size as u64, added_millis, state));
            return;
        }
        self.view.keep_file(id, file.clone().into());
        self.corpus.rows.put(id, Row::new(id, &name, size as u64, added_millis, RowState::Queued));
        self.pump();
    }

    /// Starts what can be started: one file in the reader, a few documents on their way through the engine.
    pub fn pump(self) {
        let rows = self.corpus.rows.cells_now();
        let states: Vec<RowState> =
            rows.iter().map(|cell| cell.value.with_untracked(|row| row.state.clone())).collect();
        let reading = states.iter().any(|state| matches!(state, RowState::Reading { .. }));
        let ingesting = states.iter().filter(|state| matches!(state, RowState::Embedding { .. })).count();
        if reading || ingesting >= MAX_INGESTS || !self.corpus.opened.get_untracked() {
            return;
        }
        let next = rows.iter().zip(&states).find(|(_, state)| matches!(state, RowState::Queued));
        if let Some((cell, _)) = next {
            let row = cell.value.get_untracked();
            self.set_state(row.id, RowState::Reading { since_millis: now_millis() });
            spawn_local(async move {
                self.bring_in(row).await;
                self.pump();
            });
        }
    }

    async fn bring_in(self, row: Row) {
        let id = row.id;
        let Some(buffer) = self.original(id).await else {
            return self
                .fail(
                    id,
                    UserError::new("read", "the original file is no longer available", "Add the file again."),
                    false,
                )
                .await;
        };
        let (format, pages, warnings, document) = match self.read(&row, buffer).await {
            ReadOutcome::Parsed(reply) => match reply.body {
                Ok(Parsed { format, pages, warnings }) => {
                    let Some(document) = reply.attachments.into_iter().next() else { return };
                    (format, pages, warnings, document.buffer())
                }
                Err(Unreadable { user_error, password }) => {
                    return self.fail(id, user_error, password).await;
                }
            },
            ReadOutcome::GivenUp => return,
            ReadOutcome::TimedOut => {
                return self
                    .fail(
                        id,
                        UserError::new(
                            "parse",
                            "reading the file took longer than 60 seconds and was stopped",
                            "The file may be damaged. Save it again with another application, or split it.",
                        ),
                        false,
                    )
                    .await;
            }
            ReadOutcome::Crashed => {
                return self.fail(id, UserError::new(
                    "parse",
                    "the file crashed the reader, which was restarted",
                    "The file may be damaged. Save it again with another application, then add it again.",
                ), false).await;
            }
        };
        // Cancelled or removed while it was being read.
        if !self.corpus.rows.value(&id).is_some_and(|row| matches!(row.state, RowState::Reading { .. })) {
            return;
        }
        let (chunking, embedder) = self
            .settings
            .with_untracked(|settings| (settings.recipe.chunking, settings.recipe.embedder.clone()));
        let remote = embedder != EmbedderRef::BuiltIn;
        let verb = Ingest {
            id,
            size_bytes: row.size_bytes,
            added_millis: row.added_millis,
            chunking,
            embedder,
            warnings,
        };
        let call = self.engine_for(remote).call_with(verb, &[document.into()]);
        self.set_state(
            id,
            RowState::Embedding {
                format,
                pages,
                done: 0,
                total: 0,
                started: None,
                call: Some(call.id),
                waits: String::new(),
            },
        );
        spawn_local(async move {
            self.follow_ingest(id, call).await;
            self.pump();
        });
    }

    async fn read(self, row: &Row, buffer: ArrayBuffer) -> ReadOutcome {
        let reader = self.services().reader;
        let verb = ReadFile { id: row.id, name: row.name.clone(), password: row.password.clone() };
        let mut call = reader.call_with(verb, &[buffer.into()]);
        let reply = {
            let reply = pin!(call.next());
            match select(reply, pin!(sleep(READ_LIMIT_MILLIS))).await {
                Either::Left((reply, _)) => reply,
                Either::Right(_) => {
                    reader.terminate();
                    return ReadOutcome::TimedOut;
                }
            }
        };
        match reply {
            Some(reply) => ReadOutcome::Parsed(reply),
            // Cancelling ends the reader, which is then not the file's fault.
            None if self.corpus.rows.value(&row.id).is_none_or(|row| !row.state.is_under_way()) => {
                ReadOutcome::GivenUp
            }
            None => ReadOutcome::Crashed,
        }
    }

    /// Follows a document through the engine to its end.
    pub(in crate::state) async fn follow_ingest(self, id: DocumentId, mut call: OpenCall<IngestUpdate>) {
        while let Some(update) = call.body().await {
            match update {
                IngestUpdate::Progress { done: now_done, total: now_total } => {
                    self.corpus.rows.change(&id, |row| {
                        if let RowState::Embedding { done, total, started, waits, .. } = &mut row.state {
                            started.get_or_insert((now_millis(), now_done));
                            (*done, *total) = (now_done, now_total);
                            waits.clear();
                        }
                    });
                }
                IngestUpdate::Waiting(why) => self.corpus.rows.change(&id, |row| {
                    if let RowState::Embedding { waits, .. } = &mut row.state {
                        *waits = why;
                    }
                }),
                IngestUpdate::Stored(manifest) => return self.set_state(id, RowState::Ready(manifest)),
                IngestUpdate::Cancelled => return self.set_state(id, RowState::Cancelled),
                IngestUpdate::Failed(user_error) => return self.fail(id, user_error, false).await,
            }
        }
        // The engine died. What it had embedded is cached, so trying again costs little.
        let crashes = self.corpus.rows.value(&id).map_or(MAX_CRASHES, |row| row.crashes + 1);
        self.corpus.rows.change(&id, |row| row.crashes = crashes);
        if crashes < MAX_CRASHES {
            self.set_state(id, RowState::Queued);
        } else {
            let words = self.services().engine.exit_reason().unwrap_or_default();
            let message = format!("indexing this document crashed the engine twice ({words})");
            let hint = "Your other documents are safe. Reload the page and press Retry.";
            self.fail(id, UserError::new("engine", message, hint), false).await;
        }
    }

    /// Gives up what is under way for a document.
    pub fn cancel(self, id: DocumentId) {
        let Some(row) = self.corpus.rows.value(&id) else { return };
        self.set_state(id, RowState::Cancelled);
        match row.state {
            RowState::Reading { .. } => self.services().reader.terminate(),
            RowState::Embedding { call: Some(call), .. } => {
                self.services().engine.stop(call);
            }
            _ => {}
        }
        self.pump();
    }

    /// Tries again, with a password where one was asked for.
    pub fn retry(self, id: DocumentId, password: Option<String>) {
        self.corpus.rows.change(&id, |row| {
            row.crashes = 0;
            row.password = password;
            row.state = RowState::Queued;
        });
        self.pump();
    }

    /// Forgets a document.
    pub fn remove(self, id: DocumentId) {
        let Some(row) = self.corpus.rows.value(&id) else { return };
        if row.state.is_under_way() {
            self.cancel(id);
        }
        self.corpus.rows.remove(&id);
        self.view.forget_document(id);
        spawn_local(async move {
            if let Some(Err(user_error)) = self.engine().call(Remove(id)).body().await {
                self.corpus.user_error.set(Some(user_error));
            }
            if let Some(uploads) = self.services().uploads().await {
                let _ = uploads.remove(id).await;
            }
        });
    }

    async fn original(self, id: DocumentId) -> Option<ArrayBuffer> {
        let blob = match self.view.kept_file(id) {
            Some(blob) => blob,
            None => self.services().uploads().await?.get(id).await.ok()??.blob,
        };
        files::bytes(&blob).await.ok()
    }

    async fn fail(self, id: DocumentId, user_error: UserError, password: bool) {
        let Some(row) = self.corpus.rows.value(&id) else { return };
        self.set_state(id, RowState::Failed { user_error: user_error.clone(), password });
        // The row comes back after a reload, with its reason, and is not tried again by itself.
        let services = self.services();
        if let Some(uploads) = services.uploads().await
            && let Ok(Some(file)) = uploads.get(id).await
            && let Err(error) =
                uploads.put(&Upload { name: row.name, failure: Some(user_error), ..file }).await
        {
            self.corpus.user_error.set(Some(error.into()));
        }
    }

    pub(in crate::state) fn set_state(self, id: DocumentId, state: RowState) {
        self.corpus.rows.change(&id, |row| row.state = state);
    }
}

/// How a file left the reader.
enum ReadOutcome {
    Parsed(Reply<Result<Parsed, Unreadable>>),
    GivenUp,
    TimedOut,
    Crashed,
}

impl Row {
    /// A row as it appears.
    pub fn new(id: DocumentId, name: &str, size_bytes: u64, added_millis: u64, state: RowState) -> Self {
        Self { id, name: name.to_owned(), size_bytes, added_millis, state, crashes: 0, password: None }
    }
}
