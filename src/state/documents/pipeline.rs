use crate::browser::clock::{now_millis, sleep};
use crate::browser::files;
use crate::parse::is_pdf;
use crate::state::{Action, AppState, Embedding, Row, RowState};
use crate::store::UploadState;
use crate::types::{DocumentId, EmbedderRef, Manifest, UserError, problem};
use crate::worker::protocol::{Forget, Ingest, IngestUpdate, Parsed, ReadFile, Unreadable};
use crate::worker::{OpenCall, Reply};
use futures_util::future::{Either, select};
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::pin;

/// Longest a file may take to parse before its reader is ended.
const READ_LIMIT_MILLIS: i32 = 60_000;
/// Bytes of files whose documents wait to be chunked; more would only fill memory.
const MAX_UNCHUNKED_BYTES: u64 = 8_000_000;
/// Documents in the engine: found by words, they wait for their vectors.
const MAX_WAITING: usize = 32;
/// A document that has taken a worker down this often is not tried again by itself.
const MAX_CRASHES: u32 = 2;

impl AppState {
    /// Goes on with what is to be done, when this tab's turn has come.
    pub fn pump(self) {
        if !self.corpus.opened.get_untracked() {
            return;
        }
        let has_work = |row: &Row| row.is_waiting() || (row.elsewhere && row.state.is_at_work());
        let rows = self.corpus.rows.cells_now();
        if !rows.iter().any(|cell| cell.value.with_untracked(has_work)) {
            return self.rest();
        }
        self.act(Action::Work);
    }

    /// Waits for this tab's turn, and starts what can be started.
    pub(in crate::state) fn work(self) {
        spawn_local(async move {
            self.lead().await;
            self.start_next();
            self.rest();
        });
    }

    /// Starts what can be started: one file in the reader, a few documents on their way through the engine.
    fn start_next(self) {
        let rows = self.corpus.rows.cells_now();
        let rows: Vec<Row> = rows.iter().map(|cell| cell.value.get_untracked()).collect();
        let reading = rows.iter().any(|row| matches!(row.state, RowState::Reading { .. }));
        let ingesting = rows.iter().filter(|row| matches!(row.state, RowState::Embedding(_)));
        let (waiting, unchunked) = ingesting.partition::<Vec<_>, _>(|row| row.state.waits_for_vectors());
        let unchunked_bytes: u64 = unchunked.iter().map(|row| row.size_bytes).sum();
        if reading || unchunked_bytes >= MAX_UNCHUNKED_BYTES || waiting.len() + unchunked.len() >= MAX_WAITING
        {
            return;
        }
        // What is read at once does not wait for the parser of PDF, nor does what is still being stored.
        let adding = |row: &Row| row.state == RowState::Adding && !row.elsewhere && !row.is_pdf();
        let pdfs_wait = self.corpus.pdfs_wait.get_untracked() || rows.iter().any(adding);
        let waiting: Vec<Row> = rows.into_iter().filter(Row::is_waiting).collect();
        let pdf = waiting.first().filter(|_| !pdfs_wait);
        let first = waiting.iter().find(|row| !row.is_pdf()).or(pdf).cloned();
        if let Some(row) = first {
            self.corpus.rows.change(&row.id, |row| row.elsewhere = false);
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
            return self.fail(id, problem::read::original_gone(), false).await;
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
                let error = problem::parse::too_slow(READ_LIMIT_MILLIS.unsigned_abs() / 1_000);
                return self.fail(id, error, false).await;
            }
            ReadOutcome::Crashed => return self.fail(id, problem::parse::crashed(), false).await,
        };
        // Cancelled or removed while it was being read.
        if !self.corpus.rows.value(&id).is_some_and(|row| matches!(row.state, RowState::Reading { .. })) {
            return;
        }
        let (chunking, embedder) = self
            .settings
            .with_untracked(|settings| (settings.recipe().chunking, settings.recipe().embedder.clone()));
        let remote = embedder != EmbedderRef::BuiltIn;
        let verb = Ingest {
            id,
            size_bytes: row.size_bytes,
            added_millis: row.added_millis,
            chunking,
            embedder,
            warnings,
            more_follow: self.more_follow(id),
        };
        let call = self.engine_for(remote).call_with(verb, &[document.into()]);
        self.set_state(id, RowState::Embedding(Embedding::new(format, pages, call.id)));
        spawn_local(async move {
            self.follow_ingest(id, call).await;
            self.pump();
        });
    }

    /// Whether files that need no parser of their own, or PDFs that wait for an answer only, are still on their way behind this one.
    fn more_follow(self, id: DocumentId) -> bool {
        let rows = self.corpus.rows.cells_now();
        let pdfs_wait = self.corpus.pdfs_wait.get_untracked();
        let comes = |row: &Row| row.state == RowState::Adding || row.is_waiting();
        let follows = |row: &Row| row.id != id && (pdfs_wait || !row.is_pdf()) && comes(row);
        rows.iter().any(|cell| cell.value.with_untracked(follows))
    }

    async fn read(self, row: &Row, buffer: ArrayBuffer) -> ReadOutcome {
        let services = self.services();
        let head = Uint8Array::new_with_byte_offset_and_length(&buffer, 0, buffer.byte_length().min(1024));
        let is_pdf = is_pdf(&row.name, &head.to_vec());
        let reader = if is_pdf { services.pdf_reader } else { services.reader };
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

    /// Follows a document through the engine to its end. Once it is cancelled or tried again, this call says nothing about it any more.
    pub(in crate::state) async fn follow_ingest(self, id: DocumentId, mut open: OpenCall<IngestUpdate>) {
        let call = open.id;
        while let Some(update) = open.body().await {
            match update {
                IngestUpdate::Stored(manifest) => return self.ingested(id, call, manifest).await,
                _ if !self.is_followed(id, call) => {}
                IngestUpdate::Chunked { is_searchable } => {
                    self.change_embedding(id, |row| row.searchable = is_searchable);
                    // The next file need not wait for this one's vectors.
                    self.pump();
                }
                IngestUpdate::Loading { done_bytes, total_bytes } => {
                    self.change_embedding(id, |row| row.loading = Some((done_bytes, total_bytes)));
                    self.publish(id);
                }
                IngestUpdate::Progress { done, total } => {
                    self.change_embedding(id, |row| {
                        row.started.get_or_insert((now_millis(), done));
                        (row.done, row.total) = (done, total);
                        (row.waits, row.loading) = (None, None);
                    });
                    self.publish(id);
                }
                IngestUpdate::Waiting(why) => self.change_embedding(id, |row| row.waits = why),
                IngestUpdate::Cancelled => return self.set_state(id, RowState::Cancelled),
                IngestUpdate::Failed(user_error) => return self.fail(id, user_error, false).await,
            }
        }
        if self.is_followed(id, call) {
            self.engine_died(id).await;
        }
    }

    async fn ingested(self, id: DocumentId, call: u32, manifest: Manifest) {
        match self.corpus.rows.value(&id).map(|row| row.state) {
            // Removed at the last moment, here or in another tab.
            None => drop(self.engine().call(Forget(id))),
            // Stored before it could be stopped, but the engine may have been asked to forget it since.
            Some(RowState::Cancelled) => self.take_over(id).await,
            Some(_) if self.is_followed(id, call) => self.set_state(id, RowState::Ready(manifest)),
            // Tried again meanwhile.
            Some(_) => {}
        }
    }

    /// What the engine had embedded is cached, so trying again costs little. One that only waited was not the cause.
    async fn engine_died(self, id: DocumentId) {
        let Some(row) = self.corpus.rows.value(&id) else { return };
        let crashes = row.crashes + u32::from(!row.state.waits_for_others());
        self.corpus.rows.change(&id, |row| row.crashes = crashes);
        if crashes < MAX_CRASHES {
            self.set_state(id, RowState::Queued);
        } else {
            let reason = self.services().engine.exit_reason().unwrap_or_default();
            self.fail(id, problem::engine::crashed_twice(reason), false).await;
        }
    }

    /// Whether that call is what the row of a document waits for.
    fn is_followed(self, id: DocumentId, call: u32) -> bool {
        let row = self.corpus.rows.value(&id);
        row.is_some_and(
            |row| matches!(row.state, RowState::Embedding(embedding) if embedding.call == Some(call)),
        )
    }

    fn change_embedding(self, id: DocumentId, change: impl FnOnce(&mut Embedding)) {
        self.corpus.rows.change(&id, |row| {
            if let RowState::Embedding(embedding) = &mut row.state {
                change(embedding);
            }
        });
    }

    /// Gives up what is under way for a document.
    pub fn cancel(self, id: DocumentId) {
        let Some(row) = self.corpus.rows.value(&id) else { return };
        if row.state == RowState::Adding {
            // Not hashed yet: there is nothing to try again.
            self.corpus.rows.remove(&id);
            self.publish(id);
            return spawn_local(self.discard(id));
        }
        if row.elsewhere {
            self.publish_cancel(id);
        }
        self.set_state(id, RowState::Cancelled);
        self.halt(&row);
        spawn_local(self.note_upload(id, UploadState::Cancelled));
        self.pump();
    }

    /// Stops what this tab's workers do for a document; `row` is as it was before.
    pub(in crate::state) fn halt(self, row: &Row) {
        match row.state {
            _ if row.elsewhere => {}
            RowState::Reading { .. } => self.services().terminate_readers(),
            RowState::Embedding(Embedding { call: Some(call), searchable, .. }) => {
                let engine = self.services().engine;
                engine.stop(call);
                // It may take a moment until the engine gives it up.
                if searchable && engine.is_running() {
                    drop(engine.call(Forget(row.id)));
                }
            }
            _ => {}
        }
    }

    /// Reads the file again: after a failure, with a password where one was asked for, or with a newer reader.
    pub fn retry(self, id: DocumentId, password: Option<String>) {
        self.corpus.rows.change(&id, |row| {
            row.crashes = 0;
            row.password = password;
            row.elsewhere = false;
            row.state = RowState::Queued;
        });
        spawn_local(async move {
            self.note_upload(id, UploadState::Waiting).await;
            self.publish(id);
            self.pump();
        });
    }

    async fn original(self, id: DocumentId) -> Option<ArrayBuffer> {
        let blob = match self.view.kept_file(id) {
            Some(blob) => blob,
            None => self.services().uploads().await?.original(id).await.ok()??,
        };
        files::bytes(&blob).await.ok()
    }

    pub(in crate::state) async fn fail(self, id: DocumentId, user_error: UserError, password: bool) {
        if self.corpus.rows.value(&id).is_none() {
            return;
        }
        self.set_state(id, RowState::Failed { user_error: user_error.clone(), password });
        // The row comes back after a reload, with its reason, and is not tried again by itself.
        self.note_upload(id, UploadState::Failed(user_error)).await;
    }

    /// Writes down what has become of an added file.
    async fn note_upload(self, id: DocumentId, state: UploadState) {
        if let Some(uploads) = self.services().uploads().await
            && let Err(error) = uploads.set_state(id, state).await
        {
            self.corpus.user_error.set(Some(error.into()));
        }
    }

    pub(in crate::state) fn set_state(self, id: DocumentId, state: RowState) {
        if self.corpus.rows.find(&id).is_some() {
            self.corpus.rows.change(&id, |row| row.state = state);
            self.publish(id);
        }
    }
}

/// How a file left the reader.
enum ReadOutcome {
    Parsed(Reply<Result<Parsed, Unreadable>>),
    GivenUp,
    TimedOut,
    Crashed,
}
