//! What a worker says of a column's turn → the conductor and the column's view, and the text of it → the painter.

use super::column_view::{AnswerHead, ColumnView, Stage};
use super::painter::Painter;
use super::session::AnswerOf;
use crate::browser::clock::{now_millis, sleep};
use crate::run::{ColumnEvent, Conductor, Turn};
use crate::state::AppState;
use crate::types::{Attempt, CallFailure, ChatEvent, ColumnId, Cost, FailureCause, RunId, Sent, UserError};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;
use std::rc::Rc;

/// What follows a view is run at most this often while an answer streams: counts need not change with every token, and
/// the text has a way of its own.
const NOTIFY_MILLIS: f64 = 50.0;

/// Hands the replies of one turn to the conductor: what an event costs does not depend on how long the answer is.
pub(super) struct Follower {
    state: AppState,
    /// Turns are numbered within a run.
    run: RunId,
    id: ColumnId,
    turn: Turn,
    view: ArcRwSignal<ColumnView>,
    painter: Painter,
    /// When it was sent, for failures that no worker has timed.
    started_millis: Cell<f64>,
    /// The painter knows of the answer.
    is_painting: Cell<bool>,
    notifier: Rc<Notifier>,
}

impl Follower {
    /// For a turn of a column; nothing when the column is gone.
    pub(super) fn new(state: AppState, id: ColumnId, turn: Turn) -> Option<Self> {
        let view = state.session.columns.find(&id)?.value;
        let notifier = Rc::new(Notifier {
            view: view.clone(),
            notified_millis: Cell::new(0.0),
            is_due: Cell::new(false),
        });
        let painter = state.services().painter;
        let run = state.session.run_id()?;
        Some(Self {
            state,
            run,
            id,
            turn,
            view,
            painter,
            started_millis: Cell::new(now_millis()),
            is_painting: Cell::new(false),
            notifier,
        })
    }

    /// Whether the turn is under way and the column's newest.
    pub(super) fn is_current(&self) -> bool {
        self.with_conductor(|conductor| conductor.is_current(self.id, self.turn)).unwrap_or(false)
    }

    /// Whether the turn is the column's newest, under way or not: what was stopped still gets its cost.
    pub(super) fn is_newest(&self) -> bool {
        self.with_conductor(|conductor| conductor.turn(self.id) == self.turn).unwrap_or(false)
    }

    /// The column whose turn it is.
    pub(super) fn id(&self) -> ColumnId {
        self.id
    }

    /// The turn's call in its worker.
    pub(super) fn call(&self, call: u32) {
        self.change(|view| view.call = Some(call));
    }

    /// What the column does before the first token.
    pub(super) fn stage(&self, stage: Stage) {
        self.change(|view| view.stage = stage);
        self.notifier.soon();
    }

    /// What was sent.
    pub(super) fn sent(&self, sent: Sent) {
        self.started_millis.set(now_millis());
        self.conduct(ColumnEvent::Sent(sent));
        self.state.mirror_column(self.id);
    }

    /// A step of the answer.
    pub(super) async fn apply(&self, event: ChatEvent, at_millis: f64) {
        if matches!(event, ChatEvent::Failed(_)) {
            self.painted().await;
        }
        if !self.is_current() {
            return;
        }
        if matches!(event, ChatEvent::TextDelta(_) | ChatEvent::Citation(_)) {
            self.paint(&event);
        }
        let before = self.view.with_untracked(ColumnView::state);
        self.conduct(ColumnEvent::Chat(event, at_millis));
        self.mirror_head();
        let after = self.view.with_untracked(ColumnView::state);
        if before == after {
            self.notifier.soon()
        } else {
            self.notifier.now()
        }
        self.state.store_run_now_and_then();
    }

    /// Nothing more will come.
    pub(super) async fn end(&self, at_millis: f64, cost: Option<Cost>, attempts: Vec<Attempt>) {
        self.painted().await;
        self.conduct(ColumnEvent::Ended { at_millis, cost, attempts });
    }

    /// It failed outside the stream.
    pub(super) async fn failed(&self, failure: CallFailure) {
        self.painted().await;
        let at_millis = now_millis() - self.started_millis.get();
        self.conduct(ColumnEvent::Failed(failure, at_millis));
    }

    /// The worker died.
    pub(super) async fn crashed(&self, error: UserError) {
        self.failed(CallFailure::new(FailureCause::Crashed, error)).await;
    }

    /// A column is over when all of its answer is shown.
    async fn painted(&self) {
        if self.is_painting.get() && self.is_current() {
            self.painter.finished(&self.view).await;
        }
    }

    fn paint(&self, event: &ChatEvent) {
        if !self.is_painting.replace(true) {
            self.state.begin_painting(&self.painter, &self.view, AnswerOf::Run(self.id));
        }
        self.painter.push(&self.view, event);
    }

    /// Changes the view, if it still shows this turn; runs nothing that follows it.
    fn change(&self, change: impl FnOnce(&mut ColumnView)) {
        if self.is_newest() {
            self.view.update_untracked(change);
        }
    }

    fn conduct(&self, event: ColumnEvent) {
        if self.with_conductor(|_| ()).is_some() {
            self.state.conduct(|conductor| conductor.on_event(self.id, self.turn, event));
        }
    }

    /// The counts of the answer; the rest of the view stays.
    fn mirror_head(&self) {
        let head = self.with_conductor(|conductor| {
            conductor.run().answer(self.id).map(|answer| AnswerHead::from(&answer.answer))
        });
        if let Some(head) = head.flatten() {
            self.view.update_untracked(|view| view.head = Some(head));
        }
    }

    /// Reads the conductor, unless another run has taken the screen.
    fn with_conductor<T>(&self, read: impl FnOnce(&Conductor) -> T) -> Option<T> {
        self.state.session.conductor.with_value(|conductor| {
            conductor.as_ref().filter(|conductor| conductor.run().id == self.run).map(read)
        })
    }
}

impl Drop for Follower {
    /// What was stopped is rendered to its end, as far as it came.
    fn drop(&mut self) {
        if self.is_painting.get() {
            self.painter.finish(&self.view);
        }
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
    /// Begins to have a column's answer rendered, over the passages that were sent.
    pub(in crate::state) fn begin_painting(
        self,
        painter: &Painter,
        view: &ArcRwSignal<ColumnView>,
        of: AnswerOf,
    ) {
        let (evidence, sent) = view.with_untracked(|view| {
            let all = view.evidence.as_ref().map_or(0, |evidence| evidence.passages.len() as u32);
            (view.evidence.clone(), view.sent.as_ref().map_or(all, |sent| sent.fit.passages_sent))
        });
        let text = Rc::new(move || self.session.with_answer(of, |answer| answer.text.clone()));
        painter.begin(view, evidence, sent, text);
    }
}
