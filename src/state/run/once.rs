//! A model's answer that no column shows: a condensed follow-up, a rewritten question.

use crate::browser::chrome_model::Session;
use crate::prompt::PromptSpec;
use crate::state::AppState;
use crate::types::{
    Answer, CallFailure, ChatEvent, Cost, FailureCause, Message, ModelRef, Parameters, Usage, UserError,
};
use crate::worker::protocol::{CallId, Chat, ChatUpdate, Generate, ModelUpdate, NotSent};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What is under way, and how it is ended: by its number in a worker, or in the browser.
#[derive(Clone)]
pub(in crate::state) enum Step {
    Engine(CallId),
    Courier(CallId),
    LocalModel(CallId),
    Chrome(web_sys::AbortController),
}

/// Ends work of several steps, whichever of them is under way.
#[derive(Clone, Default)]
pub struct Stopper {
    is_stopped: Rc<Cell<bool>>,
    step: Rc<RefCell<Option<Step>>>,
}

impl Stopper {
    /// Whether nobody waits for it any more.
    pub(in crate::state) fn is_stopped(&self) -> bool {
        self.is_stopped.get()
    }

    /// The step that is under way from now on.
    pub(in crate::state) fn begin(&self, step: Step) {
        self.step.replace(Some(step));
    }

    /// Whether both end the same work.
    pub(in crate::state) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.is_stopped, &other.is_stopped)
    }
}

/// What a model is asked.
pub(super) struct Asked {
    pub model: ModelRef,
    pub messages: Vec<Message>,
    pub parameters: Parameters,
    /// Context for the built-in model.
    pub budget_tokens: u32,
}

/// What came of it. A failure is in the answer.
#[derive(Default)]
pub(super) struct Once {
    pub answer: Answer,
    pub cost: Option<Cost>,
}

/// Why nothing was asked, or nothing came back.
pub(super) enum NotAsked {
    EndpointRemoved,
    CannotWrite,
    Refused(UserError),
    NetworkStopped(String),
    ModelStopped(String),
}

impl AppState {
    /// Ends what `stopper` ends.
    pub(in crate::state) fn stop_step(self, stopper: &Stopper) {
        stopper.is_stopped.set(true);
        let services = self.services();
        match stopper.step.take() {
            Some(Step::Engine(call)) => services.engine.stop(call),
            Some(Step::Courier(call)) => services.courier.stop(call),
            Some(Step::LocalModel(call)) => services.local_model.stop(call),
            Some(Step::Chrome(abort)) => abort.abort(),
            None => {}
        }
    }

    /// Puts messages to a model and waits for the whole answer.
    pub(super) async fn ask_once(self, asked: Asked, stopper: &Stopper) -> Result<Once, NotAsked> {
        let Asked { model, messages, parameters, budget_tokens } = asked;
        match model {
            ModelRef::Remote { endpoint, model } => {
                let settings = self.settings.get_untracked();
                let endpoint = settings.endpoint(endpoint).cloned().ok_or(NotAsked::EndpointRemoved)?;
                let omit = settings.omitted(endpoint.id, &model);
                let prompt = PromptSpec::Messages(messages);
                self.chat_once(
                    Chat { endpoint, model, prompt, parameters, omit, context_tokens: None },
                    stopper,
                )
                .await
            }
            ModelRef::SmolLm2 => {
                let prompt = PromptSpec::Messages(messages);
                self.generate_once(Generate { prompt, parameters, budget_tokens }, stopper).await
            }
            ModelRef::Chrome => Ok(chrome_once(&messages, stopper).await),
            ModelRef::Extractive => Err(NotAsked::CannotWrite),
        }
    }

    async fn chat_once(self, call: Chat, stopper: &Stopper) -> Result<Once, NotAsked> {
        let mut answer = Answer::default();
        let mut call = self.services().courier.call(call);
        stopper.begin(Step::Courier(call.id));
        while let Some(update) = call.body().await {
            match update {
                ChatUpdate::Events(events) => {
                    events.iter().for_each(|timed| answer.apply(&timed.event, timed.at_millis));
                }
                ChatUpdate::Ended(end) => {
                    if end.notice.is_some() {
                        self.session.notice.set(end.notice);
                    }
                    return Ok(Once { answer, cost: end.cost });
                }
                ChatUpdate::NotSent(NotSent::Refused(user_error)) => {
                    return Err(NotAsked::Refused(user_error));
                }
                ChatUpdate::NotSent(NotSent::UnknownEvidence(_)) => break,
                ChatUpdate::Started(_) | ChatUpdate::Waiting(_) => {}
            }
        }
        Err(NotAsked::NetworkStopped(self.services().courier.exit_reason().unwrap_or_default()))
    }

    async fn generate_once(self, call: Generate, stopper: &Stopper) -> Result<Once, NotAsked> {
        let mut answer = Answer::default();
        let mut call = self.services().local_model.call(call);
        stopper.begin(Step::LocalModel(call.id));
        while let Some(update) = call.body().await {
            match update {
                ModelUpdate::Events(events) => {
                    events.iter().for_each(|timed| answer.apply(&timed.event, timed.at_millis));
                }
                ModelUpdate::Ended { .. } => return Ok(Once { answer, cost: None }),
                ModelUpdate::UnknownEvidence(_) => break,
                ModelUpdate::Loading { .. } | ModelUpdate::Started(_) | ModelUpdate::Reading { .. } => {}
            }
        }
        Err(NotAsked::ModelStopped(self.services().local_model.exit_reason().unwrap_or_default()))
    }
}

/// The browser's own model, which only the page can ask.
async fn chrome_once(messages: &[Message], stopper: &Stopper) -> Once {
    let mut answer = Answer::default();
    let prompt = messages.iter().map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n\n");
    let Ok(abort) = web_sys::AbortController::new() else { return Once::default() };
    stopper.begin(Step::Chrome(abort.clone()));
    let signal = abort.signal();
    let text = RefCell::new(String::new());
    let asked = async {
        let session = Session::create("", Some(&signal), Rc::new(|_| {})).await?;
        let outcome = session.prompt(&prompt, &signal, |new| text.borrow_mut().push_str(&new)).await;
        let total_tokens = session.used_tokens();
        session.close();
        outcome.map(|()| total_tokens)
    };
    let outcome = asked.await;
    answer.apply(&ChatEvent::TextDelta(text.take()), 0.0);
    match outcome {
        Ok(total_tokens) => answer.apply(&ChatEvent::Usage(Usage { total_tokens, ..Usage::default() }), 0.0),
        Err(error) => {
            let failure = CallFailure::new(FailureCause::Model, error.into());
            answer.apply(&ChatEvent::Failed(failure), 0.0);
        }
    }
    Once { answer, cost: None }
}
