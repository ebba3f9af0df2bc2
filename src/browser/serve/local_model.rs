use super::site_url;
use crate::browser::clock::{now_millis, yield_now};
use crate::browser::fetch::site_file;
use crate::courier::{EventBatch, Stop};
use crate::evidence::EvidenceCache;
use crate::local_model::{Error, Generation, Model, Step, extractive};
use crate::prompt::{Budget, Fit, Prompt, Sent, Style};
use crate::types::{CallFailure, ChatEvent, Evidence, FailureCause, Parameters, Sha256, UserError, problem};
use crate::worker::protocol::{Extract, Generate, ModelUpdate, ToLocalModel};
use crate::worker::{Outbox, Request, serve};
use futures_util::lock::Mutex;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

const WEIGHTS: &str = "models/smollm2-135m-instruct.q4_1.gguf";

/// The chat model, for as long as the worker lives.
#[derive(Default)]
struct ModelState {
    model: OnceCell<RefCell<Model>>,
    /// One generation at a time: two would halve each other's pace, and their times would say nothing.
    turn: Mutex<()>,
    evidence: RefCell<EvidenceCache>,
}

/// Serves the built-in models.
pub fn local_model() {
    let state = Rc::new(ModelState::default());
    serve(move |request: Request<ToLocalModel>| spawn_local(answer(Rc::clone(&state), request)));
}

async fn answer(state: Rc<ModelState>, request: Request<ToLocalModel>) {
    match &request.body {
        ToLocalModel::KeepEvidence(call) => {
            state.evidence.borrow_mut().put(call.0.clone());
            request.reply.to(call).send(&());
        }
        ToLocalModel::Extract(call) => {
            let reply = request.reply.to(call);
            match state.evidence(call.evidence) {
                Ok(evidence) => extract(call, evidence.as_deref(), &reply),
                Err(unknown) => reply.send(&unknown),
            }
        }
        ToLocalModel::Generate(call) => {
            let reply = request.reply.to(call);
            match state.evidence(call.prompt.evidence()) {
                Ok(evidence) => state.generate(call, evidence.as_deref(), &request.stop, &reply).await,
                Err(unknown) => reply.send(&unknown),
            }
        }
    }
}

fn extract(asked: &Extract, evidence: Option<&Evidence>, reply: &Outbox<ModelUpdate>) {
    let passages = evidence.map_or(0, |evidence| u32::try_from(evidence.passages.len()).unwrap_or(u32::MAX));
    let sha256 = evidence.map(|evidence| evidence.sha256);
    let sent = Sent {
        request: match evidence {
            Some(evidence) => format!("{}\n\n{}", evidence.text, asked.question),
            None => asked.question.clone(),
        },
        evidence_sha256: sha256,
        sent_sha256: sha256,
        fit: Fit { passages_sent: passages, passages_total: passages, ..Fit::default() },
    };
    let speaker = Speaker::start(sent, reply);
    extractive::answer(&asked.question, evidence).into_iter().for_each(|event| speaker.say(event));
    speaker.end();
}

/// Sends an answer, its events by the frame.
struct Speaker<'a> {
    reply: &'a Outbox<ModelUpdate>,
    batch: EventBatch,
    started_millis: f64,
}

impl<'a> Speaker<'a> {
    fn start(sent: Sent, reply: &'a Outbox<ModelUpdate>) -> Self {
        reply.send(&ModelUpdate::Started(sent));
        Self::new(reply)
    }

    fn new(reply: &'a Outbox<ModelUpdate>) -> Self {
        Self { reply, batch: EventBatch::default(), started_millis: now_millis() }
    }

    fn say(&self, event: ChatEvent) {
        let now = now_millis();
        self.batch.push(event, now - self.started_millis);
        if let Some(events) = self.batch.due(now) {
            self.reply.send(&ModelUpdate::Events(events));
        }
    }

    fn end(&self) {
        if let Some(events) = self.batch.rest() {
            self.reply.send(&ModelUpdate::Events(events));
        }
        let at_millis = now_millis() - self.started_millis;
        self.reply.send(&ModelUpdate::Ended { at_millis });
    }
}

impl ModelState {
    fn evidence(&self, sha256: Option<Sha256>) -> Result<Option<Rc<Evidence>>, ModelUpdate> {
        let Some(sha256) = sha256 else { return Ok(None) };
        let found = self.evidence.borrow_mut().get(sha256);
        found.map(Some).ok_or(ModelUpdate::UnknownEvidence(sha256))
    }

    async fn generate(
        &self,
        asked: &Generate,
        evidence: Option<&Evidence>,
        stop: &Stop,
        reply: &Outbox<ModelUpdate>,
    ) {
        let _turn = self.turn.lock().await;
        if stop.is_stopped() {
            return reply.send(&ModelUpdate::Ended { at_millis: 0.0 });
        }
        let model = match self.model(reply).await {
            Ok(model) => model,
            Err(user_error) => {
                let speaker = Speaker::new(reply);
                speaker.say(failed(user_error));
                return speaker.end();
            }
        };
        let prompt = fit(&model.borrow(), asked, evidence);
        let request = serde_json::to_string_pretty(&prompt.request).unwrap_or_default();
        let speaker = Speaker::start(Sent::of(&prompt, evidence, request), reply);
        if let Err(error) = generate(model, &prompt, stop, &speaker).await {
            speaker.say(failed(error.into()));
        }
        speaker.end();
    }

    async fn model(&self, reply: &Outbox<ModelUpdate>) -> Result<&RefCell<Model>, UserError> {
        if let Some(model) = self.model.get() {
            return Ok(model);
        }
        let mut reported = 0;
        let bytes = site_file(&site_url(WEIGHTS), |done, total| {
            // A megabyte a message is often enough.
            if done - reported > 1 << 20 {
                reported = done;
                reply.send(&ModelUpdate::Loading { done, total });
            }
        })
        .await
        .map_err(|reason| problem::read::site_file_missing(WEIGHTS, reason))?;
        let model = Model::load(bytes)?;
        Ok(self.model.get_or_init(|| RefCell::new(model)))
    }
}

async fn generate(
    model: &RefCell<Model>,
    prompt: &Prompt,
    stop: &Stop,
    speaker: &Speaker<'_>,
) -> Result<(), Error> {
    let mut generation = Generation::start(&model.borrow(), &prompt.request)?;
    loop {
        yield_now().await;
        if stop.is_stopped() {
            return Ok(());
        }
        match generation.step(&mut model.borrow_mut()) {
            Step::Prefilling { done, total } => {
                speaker.reply.send(&ModelUpdate::Reading { done, total });
            }
            Step::Text(text) if text.is_empty() => {}
            Step::Text(text) => speaker.say(ChatEvent::TextDelta(text)),
            Step::Done { finish_reason, usage } => {
                speaker.say(ChatEvent::Usage(usage));
                speaker.say(ChatEvent::Finish(finish_reason));
                return Ok(());
            }
        }
    }
}

/// The prompt within the stated budget, counted in the model's own tokens.
fn fit(model: &Model, asked: &Generate, evidence: Option<&Evidence>) -> Prompt {
    let count = |text: &str| model.count_tokens(text);
    let answer = Style::Small.answer_tokens(&asked.parameters).min(asked.budget_tokens / 2);
    let budget =
        Budget { context_tokens: Some(asked.budget_tokens), reserve_output_tokens: answer, count: &count };
    let parameters = Parameters { max_tokens: Some(answer), ..asked.parameters.clone() };
    asked.prompt.build(evidence, "SmolLM2-135M-Instruct", &parameters, Style::Small, &budget)
}

fn failed(user_error: UserError) -> ChatEvent {
    ChatEvent::Failed(CallFailure::new(FailureCause::Model, user_error))
}
