use crate::browser::clock::sleep;
use crate::browser::hand_over;
use crate::state::{AnswerOf, AppState};
use crate::types::problem::notice;
use crate::types::{ColumnId, Run};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// How long a copied answer is marked so.
const MARK_MILLIS: i32 = 2_000;

impl AppState {
    /// The run on the screen as it stands.
    pub fn shown_run(self) -> Option<Run> {
        self.session
            .conductor
            .with_value(|conductor| conductor.as_ref().map(|conductor| conductor.run().clone()))
    }

    /// Puts a column's answer on the clipboard, as Markdown.
    pub(in crate::state) fn copy_answer(self, id: ColumnId) {
        let Some(text) = self.session.with_answer(AnswerOf::Run(id), |answer| answer.text.clone()) else {
            return;
        };
        spawn_local(async move {
            if hand_over::copy(&text).await.is_err() {
                return self.session.notice.set(Some(notice::clipboard_blocked()));
            }
            self.view.copied.set(Some(id));
            self.session.announcement.set(t!("Answer copied").into());
            sleep(MARK_MILLIS).await;
            // Another may have been copied since.
            if self.view.copied.get_untracked() == Some(id) {
                self.view.copied.set(None);
            }
        });
    }

    /// Puts code of an answer on the clipboard; `copied` is set for a while.
    pub fn copy_code(self, text: String, copied: ArcRwSignal<bool>) {
        spawn_local(async move {
            if hand_over::copy(&text).await.is_err() {
                return self.session.notice.set(Some(notice::clipboard_blocked()));
            }
            copied.set(true);
            self.session.announcement.set(t!("Code copied").into());
            sleep(MARK_MILLIS).await;
            copied.set(false);
        });
    }
}
