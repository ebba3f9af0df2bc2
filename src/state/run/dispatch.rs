use super::follower::Follower;
use crate::browser::clock::now_millis;
use crate::run::{ColumnEvent, Turn};
use crate::state::{AppState, Stage};
use crate::types::{CallFailure, ColumnId, Evidence, FailureCause, ModelRef};
use crate::worker::Call;
use crate::worker::protocol::{FromCourier, FromLocalModel, ToCourier, ToLocalModel};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

impl AppState {
    /// Hands one column's turn to its worker and follows the answer.
    pub(in crate::state) fn dispatch(self, id: ColumnId, turn: Turn, evidence: Option<Arc<Evidence>>) {
        let Some(view) = self.session.columns.value(&id) else { return };
        let question = self.session.conductor.with_value(|conductor| {
            conductor.as_ref().map(|conductor| conductor.run().question.clone()).unwrap_or_default()
        });
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
                    return self.fail_without_endpoint(id, turn);
                };
                let omit = self.settings.with_untracked(|settings| settings.omitted(endpoint.id, model));
                let model = model.clone();
                let verb = ToCourier::Send { endpoint, model, question, evidence, parameters, omit };
                let call = self.services().courier.call(&verb, &[]);
                self.follow_courier(id, turn, call);
            }
        }
    }

    fn follow_local_model(self, id: ColumnId, turn: Turn, mut call: Call<FromLocalModel>) {
        self.session.columns.change(&id, |view| view.call = Some(call.id));
        let Some(follower) = Follower::new(self, id, turn) else { return };
        spawn_local(async move {
            let mut started = now_millis();
            while let Some(reply) = call.next().await {
                match reply.body {
                    FromLocalModel::Loading { done, total } => follower.stage(Stage::Loading { done, total }),
                    FromLocalModel::Reading { done, total } => follower.stage(Stage::Reading { done, total }),
                    FromLocalModel::Started(sent) => {
                        started = now_millis();
                        follower.sent(sent);
                    }
                    FromLocalModel::Event(event) => follower.apply(event, now_millis() - started).await,
                    FromLocalModel::Ended => {
                        return follower.end(now_millis() - started, None, Vec::new()).await;
                    }
                }
                if !follower.is_current() {
                    return;
                }
            }
            let words = self.services().local_model.exit_reason().unwrap_or_default();
            follower.crashed("the worker of the built-in models", &words, now_millis() - started).await;
        });
    }

    fn follow_courier(self, id: ColumnId, turn: Turn, mut call: Call<FromCourier>) {
        self.session.columns.change(&id, |view| view.call = Some(call.id));
        let Some(follower) = Follower::new(self, id, turn) else { return };
        spawn_local(async move {
            let started = now_millis();
            while let Some(reply) = call.next().await {
                match reply.body {
                    FromCourier::Started(sent) => {
                        follower.stage(Stage::Sent);
                        follower.sent(sent);
                    }
                    FromCourier::Waiting { before, millis, why } => {
                        follower.stage(Stage::Waiting { before, millis, why });
                    }
                    FromCourier::Prompt { system, user } => self.ask_chrome(id, turn, call.id, system, user),
                    FromCourier::Event(event, at_millis) => follower.apply(event, at_millis).await,
                    FromCourier::Ended { at_millis, cost, notice } => {
                        if notice.is_some() {
                            self.session.notice.set(notice);
                        }
                        return follower.end(at_millis, cost, Vec::new()).await;
                    }
                    FromCourier::Failed(user_error) => {
                        let failure =
                            CallFailure::new(FailureCause::Crashed, user_error.message, user_error.hint);
                        return follower.failed(failure, now_millis() - started).await;
                    }
                    _ => {}
                }
                if !follower.is_newest() {
                    return;
                }
            }
            let words = self.services().courier.exit_reason().unwrap_or_default();
            follower.crashed("the network worker", &words, now_millis() - started).await;
        });
    }

    fn fail_without_endpoint(self, id: ColumnId, turn: Turn) {
        let failure = CallFailure::new(
            FailureCause::NotFound,
            "The endpoint of this column was removed.",
            "Remove this column and add the endpoint again.",
        );
        self.conduct(|conductor| conductor.on_event(id, turn, ColumnEvent::Failed(failure, 0.0)));
    }

    /// Aborts what the column's worker is doing.
    pub(in crate::state) fn stop_call(self, id: ColumnId) {
        let Some(view) = self.session.columns.value(&id) else { return };
        self.mirror_column(id);
        let Some(call) = view.call else { return };
        match view.column.model {
            ModelRef::Remote { .. } => self.services().courier.send(&ToCourier::Stop(call)),
            ModelRef::Chrome => {
                self.stop_chrome(id);
                self.services().courier.send(&ToCourier::Stop(call));
            }
            _ => self.services().local_model.send(&ToLocalModel::Stop(call)),
        }
    }
}
