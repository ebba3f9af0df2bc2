use super::column_view::Stage;
use super::follower::Follower;
use crate::browser::clock::{local_date, now_millis};
use crate::prompt::{DatedTemplate, PromptSpec};
use crate::run::{ColumnEvent, Turn};
use crate::state::AppState;
use crate::types::{CallFailure, Column, ColumnId, Evidence, FailureCause, ModelRef, UserError, problem};
use crate::worker::OpenCall;
use crate::worker::protocol::{
    BuildPrompt, Call, CallEnd, Chat, ChatUpdate, Extract, Generate, ModelUpdate, NotSent, ToLocalModel,
    Waiting,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// How following a call ended.
enum Followed {
    /// It has ended, or a newer turn has taken over.
    Ended,
    /// The worker did not know the evidence.
    UnknownEvidence,
    /// The worker died.
    Died,
}

impl AppState {
    /// Hands one column's turn to its worker and follows the answer.
    pub(in crate::state) fn dispatch(self, id: ColumnId, turn: Turn, evidence: Option<Arc<Evidence>>) {
        let Some(view) = self.session.columns.value(&id) else { return };
        let Some((question, template)) = self.question_for(&view.column) else { return };
        self.session.columns.change(&id, |view| {
            view.evidence.clone_from(&evidence);
            view.started_millis = now_millis();
            view.stage = Stage::Queued;
        });
        let Some(follower) = Follower::new(self, id, turn) else { return };
        let parameters = view.column.parameters.clone();
        let named = evidence.as_ref().map(|evidence| evidence.sha256);
        let prompt = PromptSpec::Grounded { question: question.clone(), evidence: named, template };
        match view.column.model.clone() {
            ModelRef::Extractive => {
                spawn_local(self.follow_local_model(
                    follower,
                    Extract { question, evidence: named },
                    evidence,
                ));
            }
            ModelRef::SmolLm2 => {
                let budget_tokens = self.settings.with_untracked(|settings| settings.budget_tokens);
                let call = Generate { prompt, parameters, budget_tokens };
                spawn_local(self.follow_local_model(follower, call, evidence));
            }
            ModelRef::Chrome => {
                let model = "Chrome's built-in model".to_owned();
                spawn_local(self.follow_chrome(
                    follower,
                    BuildPrompt { model, prompt, parameters },
                    evidence,
                ));
            }
            ModelRef::Remote { endpoint, model } => {
                let found = self.settings.with_untracked(|settings| settings.endpoint(endpoint).cloned());
                let Some(endpoint) = found else { return self.fail_without_endpoint(id, turn) };
                let (omit, context_tokens) = self.settings.with_untracked(|settings| {
                    let limit = settings.limit_of(&view.column).map(|limit| limit.tokens);
                    (settings.omitted(endpoint.id, &model), limit)
                });
                let call = Chat { endpoint, model, prompt, parameters, omit, context_tokens };
                spawn_local(self.follow_courier(follower, call, evidence));
            }
        }
    }

    /// The run's question for a column, and the template it is put into: the column's or its recipe's, unless the default.
    pub fn question_for(self, column: &Column) -> Option<(String, Option<DatedTemplate>)> {
        self.session.conductor.with_value(|conductor| {
            let run = conductor.as_ref()?.run();
            let recipe = run.retrieval(column.recipe).map(|retrieval| retrieval.recipe.prompt.clone());
            // A run of baselines only has retrieved nothing.
            let recipe = recipe.unwrap_or_else(|| {
                self.settings.with_untracked(|settings| settings.recipe_of(column).prompt.clone())
            });
            let date = local_date(run.started_millis);
            let template = column.prompt.clone().or(recipe);
            Some((run.question.clone(), template.map(|template| DatedTemplate { template, date })))
        })
    }

    async fn follow_local_model<C>(self, follower: Follower, call: C, evidence: Option<Arc<Evidence>>)
    where
        C: Call<Message = ToLocalModel, Reply = ModelUpdate> + Clone + 'static,
    {
        for _ in 0..2 {
            if let Some(evidence) = &evidence {
                self.services().local_model_knows(evidence);
            }
            let call = self.services().local_model.call(call.clone());
            match follow_model_updates(&follower, call).await {
                Followed::Ended => return,
                Followed::UnknownEvidence => self.services().evidence_was_lost(),
                Followed::Died => break,
            }
        }
        let reason = self.services().local_model.exit_reason().unwrap_or_default();
        follower.crashed(problem::worker::model_crashed(reason)).await;
    }

    async fn follow_courier(self, follower: Follower, call: Chat, evidence: Option<Arc<Evidence>>) {
        for _ in 0..2 {
            if let Some(evidence) = &evidence {
                self.services().courier_knows(evidence);
            }
            let call = self.services().courier.call(call.clone());
            match self.follow_chat_updates(&follower, call).await {
                Followed::Ended => return,
                Followed::UnknownEvidence => self.services().evidence_was_lost(),
                Followed::Died => break,
            }
        }
        let reason = self.services().courier.exit_reason().unwrap_or_default();
        follower.crashed(problem::worker::network_crashed(reason)).await;
    }

    async fn follow_chat_updates(self, follower: &Follower, mut call: OpenCall<ChatUpdate>) -> Followed {
        follower.call(call.id);
        while let Some(update) = call.body().await {
            match update {
                ChatUpdate::Started(sent) => {
                    follower.stage(Stage::Sent);
                    follower.sent(sent);
                }
                ChatUpdate::Waiting(Waiting { before, millis, why }) => {
                    follower.stage(Stage::Waiting { before, millis, why });
                }
                ChatUpdate::Events(events) => {
                    for timed in events {
                        follower.apply(timed.event, timed.at_millis).await;
                    }
                }
                ChatUpdate::Ended(CallEnd { at_millis, cost, notice, attempts }) => {
                    if notice.is_some() {
                        self.session.notice.set(notice);
                    }
                    follower.end(at_millis, cost, attempts).await;
                    return Followed::Ended;
                }
                ChatUpdate::NotSent(NotSent::UnknownEvidence(_)) => return Followed::UnknownEvidence,
                ChatUpdate::NotSent(NotSent::Refused(user_error)) => {
                    follower.failed(not_sent(user_error)).await;
                    return Followed::Ended;
                }
            }
            if !follower.is_newest() {
                return Followed::Ended;
            }
        }
        Followed::Died
    }

    /// The courier builds the prompt; the page, which alone can, puts it to the browser's model.
    async fn follow_chrome(self, follower: Follower, call: BuildPrompt, evidence: Option<Arc<Evidence>>) {
        for _ in 0..2 {
            if let Some(evidence) = &evidence {
                self.services().courier_knows(evidence);
            }
            match self.services().courier.call(call.clone()).body().await {
                Some(Ok(built)) => {
                    follower.sent(built.sent);
                    return self.ask_chrome(follower, &built.system, &built.user).await;
                }
                Some(Err(NotSent::UnknownEvidence(_))) => self.services().evidence_was_lost(),
                Some(Err(NotSent::Refused(user_error))) => {
                    return follower.failed(not_sent(user_error)).await;
                }
                None => break,
            }
        }
        let reason = self.services().courier.exit_reason().unwrap_or_default();
        follower.crashed(problem::worker::network_crashed(reason)).await;
    }

    fn fail_without_endpoint(self, id: ColumnId, turn: Turn) {
        let failure = CallFailure::new(FailureCause::NotFound, problem::request::endpoint_removed());
        self.conduct(|conductor| conductor.on_event(id, turn, ColumnEvent::Failed(failure, 0.0)));
    }

    /// Aborts what the column's worker is doing.
    pub(in crate::state) fn stop_call(self, id: ColumnId) {
        let Some(view) = self.session.columns.value(&id) else { return };
        self.mirror_column(id);
        match (view.column.model, view.call) {
            (ModelRef::Chrome, _) => self.stop_chrome(id),
            (ModelRef::Remote { .. }, Some(call)) => self.services().courier.stop(call),
            (ModelRef::Extractive | ModelRef::SmolLm2, Some(call)) => self.services().local_model.stop(call),
            (_, None) => {}
        }
    }
}

async fn follow_model_updates(follower: &Follower, mut call: OpenCall<ModelUpdate>) -> Followed {
    follower.call(call.id);
    while let Some(update) = call.body().await {
        match update {
            ModelUpdate::Loading { done, total } => follower.stage(Stage::Loading { done, total }),
            ModelUpdate::Reading { done, total } => follower.stage(Stage::Reading { done, total }),
            ModelUpdate::Started(sent) => follower.sent(sent),
            ModelUpdate::Events(events) => {
                for timed in events {
                    follower.apply(timed.event, timed.at_millis).await;
                }
            }
            ModelUpdate::Ended { at_millis } => {
                follower.end(at_millis, None, Vec::new()).await;
                return Followed::Ended;
            }
            ModelUpdate::UnknownEvidence(_) => return Followed::UnknownEvidence,
        }
        if !follower.is_newest() {
            return Followed::Ended;
        }
    }
    Followed::Died
}

/// A request that was refused before it left.
fn not_sent(user_error: UserError) -> CallFailure {
    CallFailure::new(FailureCause::BadRequest, user_error)
}
