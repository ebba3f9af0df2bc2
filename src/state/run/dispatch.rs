use crate::browser::clock::{now_millis, sleep};
use crate::prompt::{PromptSpec, Sent};
use crate::state::{AppState, ColumnView, Stage};
use crate::types::{
    Answer, AnswerState, CallFailure, ChatEvent, ColumnId, Evidence, FailureCause, ModelRef, TimedEvent,
    UserError,
};
use crate::worker::OpenCall;
use crate::worker::protocol::{
    BuildPrompt, Call, CallEnd, Chat, ChatUpdate, Drawn, Extract, Generate, ModelUpdate, NotSent, Painted,
    ToLocalModel, Waiting,
};
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
        let parameters = view.column.parameters.clone();
        let prompt = PromptSpec::Grounded {
            question: question.clone(),
            evidence: evidence.as_ref().map(|evidence| evidence.sha256),
        };
        let asked = Asked { id, turn, evidence };
        match view.column.model {
            ModelRef::Extractive => {
                let verb = Extract { question, evidence: prompt.evidence() };
                self.follow_local_model(asked, verb);
            }
            ModelRef::SmolLm2 => {
                let budget_tokens = self.settings.with_untracked(|settings| settings.budget_tokens);
                self.follow_local_model(asked, Generate { prompt, parameters, budget_tokens });
            }
            ModelRef::Chrome => {
                let model = "Chrome's built-in model".to_owned();
                self.follow_chrome(asked, BuildPrompt { model, prompt, parameters });
            }
            ModelRef::Remote { endpoint, model } => {
                let found = self.settings.with_untracked(|settings| settings.endpoint(endpoint).cloned());
                let Some(endpoint) = found else {
                    let hint = "Remove this column and add the endpoint again.";
                    let gone = UserError::new("send", "the endpoint of this column was removed", hint);
                    return self.fail_column(id, turn, &gone);
                };
                let omit = self.settings.with_untracked(|settings| settings.omitted(endpoint.id, &model));
                self.follow_courier(asked, Chat { endpoint, model, prompt, parameters, omit });
            }
        }
    }

    fn follow_local_model<C>(self, asked: Asked, verb: C)
    where
        C: Call<Message = ToLocalModel, Reply = Drawn<ModelUpdate>> + Clone + 'static,
    {
        spawn_local(async move {
            let mut paint = Painter::new(self, asked.id, asked.turn);
            for _ in 0..2 {
                if let Some(evidence) = &asked.evidence {
                    self.services().local_model_knows(evidence);
                }
                let call = self.services().local_model.call(verb.clone());
                match self.hear_local_model(&mut paint, call).await {
                    Heard::Ended => return,
                    Heard::Lost => self.services().evidence_was_lost(),
                    Heard::Died => break,
                }
            }
            let reason = self.services().local_model.exit_reason().unwrap_or_default();
            paint.crashed("the worker of the built-in models", &reason);
        });
    }

    async fn hear_local_model(self, paint: &mut Painter, mut call: OpenCall<Drawn<ModelUpdate>>) -> Heard {
        paint.change(|view| view.call = Some(call.id));
        while let Some(reply) = paint.hear(&mut call).await {
            match reply {
                Drawn::Painted(painted) => paint.painted(painted),
                Drawn::Update(update) => match update {
                    ModelUpdate::Loading { done, total } => paint.stage(Stage::Loading { done, total }),
                    ModelUpdate::Reading { done, total } => paint.stage(Stage::Reading { done, total }),
                    ModelUpdate::Started(sent) => paint.sent(sent),
                    ModelUpdate::Events(events) => paint.apply(&events),
                    ModelUpdate::Ended { at_millis } => {
                        paint.end(AnswerState::Done, at_millis);
                        return Heard::Ended;
                    }
                    ModelUpdate::UnknownEvidence(_) => return Heard::Lost,
                },
            }
            if !paint.is_turn() {
                return Heard::Ended;
            }
        }
        Heard::Died
    }

    fn follow_courier(self, asked: Asked, verb: Chat) {
        spawn_local(async move {
            let mut paint = Painter::new(self, asked.id, asked.turn);
            for _ in 0..2 {
                if let Some(evidence) = &asked.evidence {
                    self.services().courier_knows(evidence);
                }
                let call = self.services().courier.call(verb.clone());
                match self.hear_courier(&mut paint, call).await {
                    Heard::Ended => return,
                    Heard::Lost => self.services().evidence_was_lost(),
                    Heard::Died => break,
                }
            }
            let reason = self.services().courier.exit_reason().unwrap_or_default();
            paint.crashed("the network worker", &reason);
        });
    }

    async fn hear_courier(self, paint: &mut Painter, mut call: OpenCall<Drawn<ChatUpdate>>) -> Heard {
        paint.change(|view| view.call = Some(call.id));
        while let Some(reply) = paint.hear(&mut call).await {
            match reply {
                Drawn::Painted(painted) => paint.painted(painted),
                Drawn::Update(update) => match update {
                    ChatUpdate::Started(sent) => {
                        paint.stage(Stage::Sent);
                        paint.sent(sent);
                    }
                    ChatUpdate::Waiting(Waiting { before, millis, why }) => {
                        paint.stage(Stage::Waiting { before, millis, why });
                    }
                    ChatUpdate::Events(events) => paint.apply(&events),
                    ChatUpdate::Ended(CallEnd { at_millis, cost, notice, attempts }) => {
                        paint.change(|view| (view.cost, view.attempts) = (cost, attempts));
                        if notice.is_some() {
                            self.session.notice.set(notice);
                        }
                        paint.end(AnswerState::Done, at_millis);
                        return Heard::Ended;
                    }
                    ChatUpdate::NotSent(NotSent::UnknownEvidence(_)) => return Heard::Lost,
                    ChatUpdate::NotSent(NotSent::Refused(user_error)) => {
                        self.fail_column(paint.id, paint.turn, &user_error);
                        return Heard::Ended;
                    }
                },
            }
            if !paint.is_turn() {
                return Heard::Ended;
            }
        }
        Heard::Died
    }

    /// The courier builds the prompt; the page, which alone can, puts it to the browser's model.
    fn follow_chrome(self, asked: Asked, verb: BuildPrompt) {
        spawn_local(async move {
            let mut paint = Painter::new(self, asked.id, asked.turn);
            for _ in 0..2 {
                if let Some(evidence) = &asked.evidence {
                    self.services().courier_knows(evidence);
                }
                match self.services().courier.call(verb.clone()).body().await {
                    Some(Ok(built)) => {
                        paint.sent(built.sent);
                        return self.ask_chrome(paint, built.system, built.user);
                    }
                    Some(Err(NotSent::UnknownEvidence(_))) => self.services().evidence_was_lost(),
                    Some(Err(NotSent::Refused(user_error))) => {
                        return self.fail_column(asked.id, asked.turn, &user_error);
                    }
                    None => break,
                }
            }
            let reason = self.services().courier.exit_reason().unwrap_or_default();
            paint.crashed("the network worker", &reason);
        });
    }
}

/// One column's turn.
struct Asked {
    id: ColumnId,
    turn: u32,
    evidence: Option<Arc<Evidence>>,
}

/// How following a call ended.
enum Heard {
    /// It has ended, or a newer turn has taken over.
    Ended,
    /// The worker did not know the evidence.
    Lost,
    /// The worker died.
    Died,
}

/// Collects a column's events and paints them a few times a second.
pub(super) struct Painter {
    state: AppState,
    pub(super) id: ColumnId,
    turn: u32,
    started_millis: f64,
    answer: Answer,
    stage: Option<Stage>,
    dirty: bool,
    painted_millis: f64,
}

impl Painter {
    fn new(state: AppState, id: ColumnId, turn: u32) -> Self {
        Self {
            state,
            id,
            turn,
            started_millis: now_millis(),
            answer: Answer::default(),
            stage: None,
            dirty: false,
            painted_millis: 0.0,
        }
    }

    /// The next reply; what has gathered is painted while waiting for it.
    async fn hear<R: serde::de::DeserializeOwned>(&mut self, call: &mut OpenCall<R>) -> Option<R> {
        let mut next = pin!(call.body());
        if self.dirty {
            let wait = f64::from(PAINT_MILLIS) - (now_millis() - self.painted_millis);
            if wait > 0.0 {
                match select(next.as_mut(), pin!(sleep(wait as i32))).await {
                    Either::Left((reply, _)) => return reply,
                    Either::Right(_) => self.paint(),
                }
            } else {
                self.paint();
            }
        }
        next.await
    }

    pub(super) fn stage(&mut self, stage: Stage) {
        self.stage = Some(stage);
        self.dirty = true;
    }

    /// The worker has rendered the answer: what has gathered is shown with it.
    fn painted(&mut self, painted: Painted) {
        self.change(|view| Arc::make_mut(&mut view.rendered).apply(painted));
        self.paint();
    }

    pub(super) fn apply(&mut self, events: &[TimedEvent]) {
        events.iter().for_each(|timed| self.answer.apply(&timed.event, timed.at_millis));
        self.dirty = true;
        if self.answer.state.is_over() {
            self.paint();
        }
    }

    fn sent(&mut self, sent: Sent) {
        self.started_millis = now_millis();
        self.change(|view| view.sent = Some(sent));
    }

    pub(super) fn end(&mut self, state: AnswerState, at_millis: f64) {
        self.answer.end(state, at_millis);
        self.paint();
    }

    fn crashed(&mut self, who: &str, reason: &str) {
        let failure = CallFailure::new(
            FailureCause::Crashed,
            format!("{who} stopped: {reason}"),
            "Run this column again to restart it.",
        );
        self.fail(failure, now_millis() - self.started_millis);
    }

    pub(super) fn fail(&mut self, failure: CallFailure, at_millis: f64) {
        self.apply(&[TimedEvent { event: ChatEvent::Failed(failure), at_millis }]);
    }

    /// Whether nothing newer has taken over, and something is still to come.
    pub(super) fn is_turn(&self) -> bool {
        self.state.is_turn(self.id, self.turn)
    }

    pub(super) fn paint(&mut self) {
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

    pub(super) fn change(&self, change: impl FnOnce(&mut ColumnView)) {
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
