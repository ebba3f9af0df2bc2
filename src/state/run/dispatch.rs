use crate::browser::clock::{now_millis, sleep};
use crate::state::{AppState, ColumnView, Stage};
use crate::types::{
    Answer, AnswerState, CallFailure, ChatEvent, ColumnId, Evidence, FailureCause, ModelRef, UserError,
};
use crate::worker::Call;
use crate::worker::protocol::{FromCourier, FromLocalModel, Painted, Sent, ToCourier, ToLocalModel};
use futures_util::future::{Either, select};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::pin;
use std::sync::Arc;

/// Text is painted at most this often: fast enough to look live, slow enough to leave the page free.
const PAINT_MILLIS: i32 = 50;

impl AppState {
    /// Hands one column's turn to its worker and follows the answer.
    pub(in crate::state) fn dispatch(
        self,
        id: ColumnId,
        turn: u32,
        question: String,
        evidence: Option<Arc<Evidence>>,
    ) {
        let Some(view) = self.session.columns.value(&id) else { return };
        if view.turn != turn || !view.is_under_way() {
            return;
        }
        self.session.columns.change(&id, |view| {
            view.evidence.clone_from(&evidence);
            view.started_millis = now_millis();
            view.stage = Stage::Queued;
        });
        let evidence = evidence.map(|evidence| (*evidence).clone());
        let parameters = view.column.parameters.clone();
        match &view.column.model {
            ModelRef::Extractive => {
                let call =
                    self.services().local_model.call(&ToLocalModel::Extract { question, evidence }, &[]);
                self.follow_local_model(id, turn, call);
            }
            ModelRef::SmolLm2 => {
                let budget_tokens = self.settings.with_untracked(|settings| settings.budget_tokens);
                let verb = ToLocalModel::Generate { question, evidence, parameters, budget_tokens };
                let call = self.services().local_model.call(&verb, &[]);
                self.follow_local_model(id, turn, call);
            }
            ModelRef::Chrome => {
                let model = "Chrome's built-in model".to_owned();
                let verb = ToCourier::Relay { model, question, evidence, parameters };
                let call = self.services().courier.call(&verb, &[]);
                self.follow_courier(id, turn, call);
            }
            ModelRef::Remote { endpoint, model } => {
                let found = self.settings.with_untracked(|settings| settings.endpoint(*endpoint).cloned());
                let Some(endpoint) = found else {
                    let hint = "Remove this column and add the endpoint again.";
                    return self.fail_column(
                        id,
                        turn,
                        &UserError::new("send", "the endpoint of this column was removed", hint),
                    );
                };
                let omit = self.settings.with_untracked(|settings| settings.omitted(endpoint.id, model));
                let model = model.clone();
                let verb = ToCourier::Send { endpoint, model, question, evidence, parameters, omit };
                let call = self.services().courier.call(&verb, &[]);
                self.follow_courier(id, turn, call);
            }
        }
    }

    fn follow_local_model(self, id: ColumnId, turn: u32, mut call: Call<FromLocalModel>) {
        self.session.columns.change(&id, |view| view.call = Some(call.id));
        spawn_local(async move {
            let mut paint = Painter::new(self, id, turn);
            let mut started = now_millis();
            while let Some(reply) = paint.hear(&mut call).await {
                match reply {
                    FromLocalModel::Loading { done, total } => paint.stage(Stage::Loading { done, total }),
                    FromLocalModel::Reading { done, total } => paint.stage(Stage::Reading { done, total }),
                    FromLocalModel::Started(sent) => {
                        started = now_millis();
                        paint.sent(sent);
                    }
                    FromLocalModel::Painted(painted) => paint.painted(painted),
                    FromLocalModel::Event(event) => paint.apply(&event, now_millis() - started),
                    FromLocalModel::Ended => return paint.end(AnswerState::Done, now_millis() - started),
                }
                if !self.is_turn(id, turn) {
                    return;
                }
            }
            let words = self.services().local_model.exit_reason().unwrap_or_default();
            paint.crashed("the worker of the built-in models", &words, now_millis() - started);
        });
    }

    fn follow_courier(self, id: ColumnId, turn: u32, mut call: Call<FromCourier>) {
        self.session.columns.change(&id, |view| view.call = Some(call.id));
        spawn_local(async move {
            let mut paint = Painter::new(self, id, turn);
            let started = now_millis();
            while let Some(reply) = paint.hear(&mut call).await {
                match reply {
                    FromCourier::Started(sent) => {
                        paint.stage(Stage::Sent);
                        paint.sent(sent);
                    }
                    FromCourier::Waiting { before, millis, why } => {
                        paint.stage(Stage::Waiting { before, millis, why });
                    }
                    FromCourier::Prompt { system, user } => self.ask_chrome(id, turn, call.id, system, user),
                    FromCourier::Painted(painted) => paint.painted(painted),
                    FromCourier::Event(event, at_millis) => paint.apply(&event, at_millis),
                    FromCourier::Ended { at_millis, cost, notice } => {
                        paint.change(|view| view.cost = cost);
                        if notice.is_some() {
                            self.session.notice.set(notice);
                        }
                        return paint.end(AnswerState::Done, at_millis);
                    }
                    FromCourier::Failed(user_error) => return self.fail_column(id, turn, &user_error),
                    _ => {}
                }
                if !self.is_turn(id, turn) {
                    return;
                }
            }
            let words = self.services().courier.exit_reason().unwrap_or_default();
            paint.crashed("the network worker", &words, now_millis() - started);
        });
    }
}

/// Collects a column's events and paints them a few times a second.
struct Painter {
    state: AppState,
    id: ColumnId,
    turn: u32,
    answer: Answer,
    stage: Option<Stage>,
    dirty: bool,
    painted_millis: f64,
}

impl Painter {
    fn new(state: AppState, id: ColumnId, turn: u32) -> Self {
        Self { state, id, turn, answer: Answer::default(), stage: None, dirty: false, painted_millis: 0.0 }
    }

    /// The next reply; what has gathered is painted while waiting for it.
    async fn hear<In: serde::de::DeserializeOwned + 'static>(&mut self, call: &mut Call<In>) -> Option<In> {
        let mut next = pin!(call.next());
        if self.dirty {
            let wait = f64::from(PAINT_MILLIS) - (now_millis() - self.painted_millis);
            if wait > 0.0 {
                match select(next.as_mut(), pin!(sleep(wait as i32))).await {
                    Either::Left((reply, _)) => return reply.map(|reply| reply.body),
                    Either::Right(_) => self.paint(),
                }
            } else {
                self.paint();
            }
        }
        next.await.map(|reply| reply.body)
    }

    fn stage(&mut self, stage: Stage) {
        self.stage = Some(stage);
        self.dirty = true;
    }

    /// The worker has rendered the answer: what has gathered is shown with it.
    fn painted(&mut self, painted: Painted) {
        self.change(|view| Arc::make_mut(&mut view.rendered).apply(painted));
        self.paint();
    }

    fn apply(&mut self, event: &ChatEvent, at_millis: f64) {
        self.answer.apply(event, at_millis);
        self.dirty = true;
        if self.answer.state.is_over() {
            self.paint();
        }
    }

    fn sent(&mut self, sent: Sent) {
        self.change(|view| {
            view.request = Some(sent.request);
            view.evidence_sha256 = sent.evidence_sha256;
            view.fit = Some(sent.fit);
        });
    }

    fn end(&mut self, state: AnswerState, at_millis: f64) {
        self.answer.end(state, at_millis);
        self.paint();
    }

    fn crashed(&mut self, who: &str, words: &str, at_millis: f64) {
        let failure = CallFailure::new(
            FailureCause::Crashed,
            format!("{who} stopped: {words}"),
            "Run this column again to restart it.",
        );
        self.apply(&ChatEvent::Failed(failure), at_millis);
    }

    fn paint(&mut self) {
        self.dirty = false;
        self.painted_millis = now_millis();
        let (answer, stage) = (self.answer.clone(), self.stage.take());
        let over = answer.state.is_over();
        self.change(|view| {
            view.answer = Some(answer);
            if let Some(stage) = stage {
                view.stage = stage;
            }
        });
        if over {
            self.state.announce(self.id);
        }
    }

    fn change(&self, change: impl FnOnce(&mut ColumnView)) {
        self.state.session.columns.change(&self.id, |view| {
            if view.turn == self.turn {
                change(view);
            }
        });
    }
}

impl AppState {
    /// Tells a screen reader that a column has ended.
    fn announce(self, id: ColumnId) {
        let Some(view) = self.session.columns.value(&id) else { return };
        let (name, _) = self.settings.with_untracked(|settings| settings.model_name(&view.column.model));
        if let Some(state) = view.state() {
            self.session.announcement.set(format!("{name}: {}", state.name()));
        }
    }
}
