//! Several tabs over one store. Whoever has work waits for one lock and ingests for all while holding it; what changes is
//! announced, so that every tab shows the same rows and finds the same documents.

use super::open::state_of;
use crate::browser::channel::Channel;
use crate::browser::{lock, site};
use crate::state::{Action, AppState, Embedding, Original, Row, RowState};
use crate::types::DocumentId;
use crate::worker::protocol::{Forget, Refresh};
use futures_util::lock::Mutex;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// The page's end of the channel, and the lock while this tab ingests.
#[derive(Clone, Copy)]
pub struct Tabs {
    channel: StoredValue<Option<Channel>, LocalStorage>,
    lock: StoredValue<Rc<Mutex<Option<lock::Lock>>>, LocalStorage>,
}

impl Default for Tabs {
    fn default() -> Self {
        Self { channel: StoredValue::new_local(None), lock: StoredValue::new_local(Rc::default()) }
    }
}

/// What one tab tells the others.
#[derive(Serialize, Deserialize)]
enum Change {
    /// A tab has opened: each tab announces what it works on.
    Opened,
    /// A row as it is now.
    Row(Box<Row>),
    /// A document was stored, or brought back.
    Stored(DocumentId),
    /// A document was removed.
    Removed(DocumentId),
    /// A row that stood in for a file is gone.
    Gone(DocumentId),
    /// Whoever works on this stops.
    Cancel(DocumentId),
}

impl AppState {
    /// Listens to the other tabs, and asks what they work on.
    pub(in crate::state) fn join_tabs(self) {
        let receive = move |bytes: &[u8]| self.act(Action::Receive(bytes.to_vec()));
        self.tabs.channel.set_value(Channel::open(&site::name("documents"), receive));
        self.broadcast(&Change::Opened);
    }

    fn broadcast(self, change: &Change) {
        self.tabs.channel.with_value(|channel| {
            if let (Some(channel), Ok(bytes)) = (channel, postcard::to_allocvec(change)) {
                channel.send(&bytes);
            }
        });
    }

    /// Broadcasts how a document stands.
    pub(in crate::state) fn publish(self, id: DocumentId) {
        match self.corpus.rows.value(&id) {
            None => self.broadcast(&Change::Gone(id)),
            Some(Row { state: RowState::Ready(_), .. }) => self.broadcast(&Change::Stored(id)),
            Some(row) => self.broadcast(&Change::Row(Box::new(row))),
        }
    }

    pub(in crate::state) fn publish_removal(self, id: DocumentId) {
        self.broadcast(&Change::Removed(id));
    }

    pub(in crate::state) fn publish_cancel(self, id: DocumentId) {
        self.broadcast(&Change::Cancel(id));
    }

    /// Takes in what another tab has broadcast.
    pub(in crate::state) fn receive(self, bytes: &[u8]) {
        // What a tab of another version says is not guessed at.
        let Ok(change) = postcard::from_bytes(bytes) else { return };
        match change {
            Change::Opened => {
                let rows = self.corpus.rows.cells_now().into_iter().map(|cell| cell.value.get_untracked());
                rows.filter(|row| row.state.is_under_way() && !row.elsewhere)
                    .for_each(|row| self.broadcast(&Change::Row(Box::new(row))));
            }
            Change::Row(row) => self.mirror(*row),
            Change::Stored(id) => spawn_local(self.take_over(id)),
            Change::Removed(id) | Change::Gone(id) => {
                let row = self.corpus.rows.value(&id);
                self.corpus.rows.remove(&id);
                if let Some(row) = row {
                    self.halt(&row);
                }
                self.view.close_document(id);
                let engine = self.services().engine;
                if engine.is_running() {
                    drop(engine.call(Forget(id)));
                }
                self.pump();
            }
            Change::Cancel(id) => {
                if self.corpus.rows.value(&id).is_some_and(|row| row.state.is_under_way() && !row.elsewhere) {
                    self.cancel(id);
                }
            }
        }
    }

    /// Shows a row as another tab has it, unless this one is at work on it.
    fn mirror(self, theirs: Row) {
        if self.corpus.removed.with_untracked(|removed| removed.iter().any(|row| row.id == theirs.id)) {
            return;
        }
        let known = self.corpus.rows.value(&theirs.id);
        if known.as_ref().is_some_and(|row| !row.elsewhere && row.state.is_at_work()) {
            return;
        }
        let original = match (theirs.original, known.map(|row| row.original)) {
            // A file that only the other tab has.
            (Original::Tab, known) => known.unwrap_or_default(),
            (_, Some(Original::Tab)) => Original::Tab,
            (theirs, _) => theirs,
        };
        let elsewhere = theirs.state.is_under_way();
        let state = match theirs.state {
            RowState::Embedding(embedding) => {
                RowState::Embedding(Embedding { started: None, call: None, searchable: false, ..embedding })
            }
            state => state,
        };
        self.show_row(Row { state, original, elsewhere, ..theirs });
        self.pump();
    }

    /// Shows and finds a document as it is stored now.
    pub(super) async fn take_over(self, id: DocumentId) {
        match self.engine().call(Refresh(id)).body().await {
            Some(Ok(Some(manifest))) => {
                let (name, size, added) = (manifest.name.clone(), manifest.size_bytes, manifest.added_millis);
                let original = self.corpus.rows.value(&id).map_or(Original::Stored, |row| row.original);
                let row = Row::new(id, &name, size, added, RowState::Ready(manifest));
                self.show_row(Row { original, ..row });
            }
            Some(Ok(None)) => self.corpus.rows.remove(&id),
            Some(Err(user_error)) => self.corpus.rows.change(&id, |row| {
                row.state = RowState::Damaged(user_error);
                row.elsewhere = false;
            }),
            None => {}
        }
        self.pump();
    }

    /// Waits until this tab is the one that ingests.
    pub(in crate::state) async fn lead(self) {
        let lock = self.tabs.lock.get_value();
        let mut held = lock.lock().await;
        if held.is_none() {
            *held = Some(lock::acquire(&site::name("ingest")).await);
            self.resume().await;
        }
    }

    /// Lets another tab ingest, when nothing is left to do here.
    pub(in crate::state) fn rest(self) {
        let is_mine = |row: &Row| (row.state.is_at_work() && !row.elsewhere) || row.is_waiting();
        let rows = self.corpus.rows.cells_now();
        if !self.indexes.is_running()
            && !rows.iter().any(|cell| cell.value.with_untracked(is_mine))
            && let Some(mut held) = self.tabs.lock.get_value().try_lock()
        {
            drop(held.take());
        }
    }

    /// Takes on what a tab left that is gone: nobody else works on anything now.
    async fn resume(self) {
        let Some((waiting, originals)) = self.waiting_uploads().await else { return };
        // At once: after a wait the list may no longer be true.
        self.show_uploads(&waiting, &originals);
        for cell in self.corpus.rows.cells_now() {
            let row = cell.value.get_untracked();
            if !row.elsewhere || !row.state.is_under_way() || row.state == RowState::Adding {
                continue;
            }
            match waiting.iter().find(|upload| upload.id == row.id) {
                Some(upload) => self.corpus.rows.change(&row.id, |row| {
                    row.elsewhere = false;
                    row.state = state_of(upload, originals.contains(&upload.id));
                }),
                None => self.take_over(row.id).await,
            }
        }
    }
}
