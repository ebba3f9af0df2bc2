//! What a worker says of a column's turn → the column's view, and the text of it → the painter.

use super::painter::Painter;
use crate::browser::clock::{now_millis, sleep};
use crate::state::{AppState, ColumnView, Stage};
use crate::types::{AnswerState, CallFailure, ChatEvent, ColumnId, Cost, FailureCause};
use crate::worker::protocol::Sent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;
use std::rc::Rc;

/// What follows a view is run at most this often while an answer streams: counts need not change with every token, and
/// the text has a way of its own.
const NOTIFY_MILLIS: f64 = 50.0;

/// Takes the replies of one turn into the view of its column, in place: what an event costs does not depend on how long
/// the answer is.
pub(super) struct Follower {
    state: AppState,
    turn: u32,
    view: ArcRwSignal<ColumnView>,
    painter: Painter,
    /// The painter knows of the answer.
    is_painting: Cell<bool>,
    notifier: Rc<Notifier>,
}

impl Follower {
    /// For a turn of a column; nothing when the column is gone.
    pub(super) fn new(state: AppState, id: ColumnId, turn: u32) -> Option<Self> {
        let view = state.session.columns.find(&id)?.value;
        let notifier = Rc::new(Notifier {
            view: view.clone(),
            notified_millis: Cell::new(0.0),
            is_due: Cell::new(false),
        });
        let painter = state.services().painter;
        Some(Self { state, turn, view, painter, is_painting: Cell::new(false), notifier })
    }

    /// Whether the turn is under way and the column's newest.
    pub(super) fn is_current(&self) -> bool {
        self.view.with_untracked(|view| view.turn == self.turn && view.is_under_way())
    }

    /// What the column does before the first token.
    pub(super) fn stage(&self, stage: Stage) {
        self.change(|view| view.stage = stage);
        self.notifier.soon();
    }

    /// What was sent.
    pub(super) fn sent(&self, sent: Sent) {
        self.change(|view| {
            view.request = Some(sent.request);
            view.evidence_sha256 = sent.evidence_sha256;
            view.fit = Some(sent.fit);
        });
        self.notifier.now();
    }

    /// What it cost; shown with the next change.
    pub(super) fn cost(&self, cost: Option<Cost>) {
        self.change(|view| view.cost = cost);
        self.notifier.soon();
    }

    /// A step of the answer.
    pub(super) async fn apply(&self, event: &ChatEvent, at_millis: f64) {
        if matches!(event, ChatEvent::Failed(_)) {
            self.painted().await;
        }
        self.advance(|view| {
            if let Some(answer) = &mut view.answer {
                answer.apply(event, at_millis);
            }
        });
        if matches!(event, ChatEvent::TextDelta(_) | ChatEvent::Citation(_)) {
            self.paint(event);
        }
    }

    /// Nothing more will come.
    pub(super) async fn end(&self, at_millis: f64) {
        self.painted().await;
        self.advance(|view| {
            if let Some(answer) = &mut view.answer {
                answer.end(AnswerState::Done, at_millis);
            }
        });
    }

    /// The worker died.
    pub(super) async fn crashed(&self, who: &str, words: &str, at_millis: f64) {
        let failure = CallFailure::new(
            FailureCause::Crashed,
            format!("{who} stopped: {words}"),
            "Run this column again to restart it.",
        );
        self.apply(&ChatEvent::Failed(failure), at_millis).await;
    }

    /// A column is over when all of its answer is shown.
    async fn painted(&self) {
        if self.is_painting.get() && self.is_current() {
            self.painter.finished(&self.view).await;
        }
    }

    /// Changes an answer that is under way; a new state is shown at once.
    fn advance(&self, change: impl FnOnce(&mut ColumnView)) {
        if !self.is_current() {
            return;
        }
        let before = self.view.with_untracked(ColumnView::state);
        self.change(change);
        let after = self.view.with_untracked(ColumnView::state);
        if before == after {
            return self.notifier.soon();
        }
        self.notifier.now();
        if after.is_some_and(AnswerState::is_over) {
            self.state.announce(&self.view);
        }
    }

    fn paint(&self, event: &ChatEvent) {
        if !self.is_current() {
            return;
        }
        if !self.is_painting.replace(true) {
            let (evidence, sent) = self.view.with_untracked(|view| {
                let all = view.evidence.as_ref().map_or(0, |evidence| evidence.passages.len() as u32);
                (view.evidence.clone(), view.fit.as_ref().map_or(all, |fit| fit.passages_sent))
            });
            self.painter.begin(&self.view, evidence, sent);
        }
        self.painter.push(&self.view, event);
    }

    /// Changes the view, if this turn is still the column's newest; tells nobody.
    fn change(&self, change: impl FnOnce(&mut ColumnView)) {
        self.view.update_untracked(|view| {
            if view.turn == self.turn {
                change(view);
            }
        });
    }
}

/// Runs what follows a view, at once or soon.
struct Notifier {
    view: ArcRwSignal<ColumnView>,
    notified_millis: Cell<f64>,
    /// Changed since, and a timer runs.
    is_due: Cell<bool>,
}

impl Notifier {
    fn now(&self) {
        self.is_due.set(false);
        self.notified_millis.set(now_millis());
        self.view.notify();
    }

    fn soon(self: &Rc<Self>) {
        let wait = self.notified_millis.get() + NOTIFY_MILLIS - now_millis();
        if wait <= 0.0 {
            return self.now();
        }
        if !self.is_due.replace(true) {
            let notifier = Rc::clone(self);
            spawn_local(async move {
                sleep(wait.ceil() as i32).await;
                if notifier.is_due.get() {
                    notifier.now();
                }
            });
        }
    }
}

impl AppState {
    /// Tells a screen reader that a column has ended.
    fn announce(self, view: &ArcRwSignal<ColumnView>) {
        let (model, state) = view.with_untracked(|view| (view.column.model.clone(), view.state()));
        let (name, _) = self.settings.with_untracked(|settings| settings.model_name(&model));
        if let Some(state) = state {
            self.session.announcement.set(format!("{name}: {}", state.name()));
        }
    }
}
