use super::removals;
use crate::browser::clock::{epoch_millis, sleep};
use crate::state::{Action, AppState, Row, RowState};
use crate::store::UNDO_MILLIS;
use crate::types::DocumentId;
use crate::worker::protocol::{Collect, Remove, Restore};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Between the end of the offer to undo and the deletion: an undo pressed at the last moment still finds everything.
const GRACE_MILLIS: i32 = 1_000;

impl AppState {
    /// Removes a document: gone at once, also while the code that does the rest is being loaded.
    pub fn remove(self, id: DocumentId) {
        let Some(row) = self.corpus.rows.value(&id) else { return };
        removals::add(id);
        self.act(Action::Remove(Box::new(row)));
        self.corpus.rows.remove(&id);
        self.view.close_document(id);
    }

    /// Stops what is under way, and deletes when the removal can no longer be undone.
    pub(in crate::state) fn remove_row(self, row: Row) {
        let id = row.id;
        if row.state.is_under_way() {
            self.cancel(id);
        }
        self.corpus.rows.remove(&id);
        spawn_local(async move {
            // Before the engine, which may be busy.
            self.settle_removal(id).await;
            self.corpus.rows.remove(&id);
            self.corpus.removed.update(|removed| removed.push(row.clone()));
            self.publish_removal(id);
            spawn_local(self.find_quoting(id));
            let removed = self.engine().call(Remove(id)).body().await;
            if removed.is_some() {
                removals::settle(id);
            }
            if let Some(Err(user_error)) = removed {
                self.corpus.user_error.set(Some(user_error));
                self.forget_undo(id);
                self.show_row(row);
                return self.publish(id);
            }
            sleep(UNDO_MILLIS as i32).await;
            self.forget_undo(id);
            sleep(GRACE_MILLIS).await;
            if self.corpus.rows.value(&id).is_none() {
                self.view.drop_file(id);
            }
            let before_millis = epoch_millis().saturating_sub(UNDO_MILLIS);
            // What cannot be deleted now is collected at the next start.
            let _ = self.engine().call(Collect { before_millis }).body().await;
        });
    }

    /// Has the database keep a removal.
    async fn settle_removal(self, id: DocumentId) {
        if let Some(uploads) = self.services().uploads().await
            && uploads.mark_removed(id, epoch_millis()).await.is_ok()
        {
            removals::settle(id);
        }
    }

    /// Has the database keep what was removed when the page was closed.
    pub(in crate::state) async fn settle_removals(self) {
        for id in removals::pending() {
            self.settle_removal(id).await;
        }
    }

    /// Brings a document back that was removed a moment ago.
    pub fn undo_remove(self, id: DocumentId) {
        let removed =
            self.corpus.removed.with_untracked(|removed| removed.iter().find(|row| row.id == id).cloned());
        let Some(row) = removed else { return };
        self.forget_undo(id);
        spawn_local(async move {
            let state = match self.engine().call(Restore(id)).body().await {
                Some(Ok(Some(manifest))) => RowState::Ready(manifest),
                Some(Err(user_error)) => RowState::Damaged(user_error),
                // It was no document yet.
                _ if row.state.is_under_way() => RowState::Cancelled,
                _ => row.state,
            };
            self.show_row(Row { state, ..row });
            self.publish(id);
        });
    }

    fn forget_undo(self, id: DocumentId) {
        self.corpus.removed.update(|removed| removed.retain(|row| row.id != id));
        self.history.quoting.update(|quoting| quoting.retain(|(document, _)| *document != id));
    }

    /// Shows a row at its place in the order of adding.
    pub(in crate::state) fn show_row(self, row: Row) {
        self.corpus.rows.put(row.id, row);
        self.corpus.rows.sort_by_key(|row| (row.added_millis, row.id));
    }
}
