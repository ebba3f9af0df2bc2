use super::{missing_file, site_url};
use crate::browser::clock::yield_now;
use crate::browser::fetch::site_file;
use crate::local_model::{Error, Generation, Model, Step, extractive};
use crate::prompt::{self, Budget, Fit, Prompt, Style};
use crate::types::{CallFailure, ChatEvent, Evidence, FailureCause, Parameters, Sent, UserError};
use crate::worker::protocol::{CallId, FromLocalModel, ToLocalModel};
use crate::worker::{Outbox, Request, serve};
use futures_util::lock::Mutex;
use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

const WEIGHTS: &str = "models/smollm2-135m-instruct.q4_1.gguf";
/// What the answer may fill where the column sets no limit: a model this small wanders when it may go on.
const ANSWER_TOKENS: u32 = 160;

/// The chat model, for as long as the worker lives.
struct ModelState {
    model: OnceCell<RefCell<Model>>,
    /// One generation at a time: two would halve each other's pace, and their times would say nothing.
    turn: Mutex<()>,
    stopped: RefCell<HashSet<CallId>>,
}

/// Serves the built-in models.
pub fn local_model() {
    let state =
        Rc::new(ModelState { model: OnceCell::new(), turn: Mutex::new(()), stopped: RefCell::default() });
    serve(move |request: Request<ToLocalModel, FromLocalModel>| match request.body {
        ToLocalModel::Stop(call) => drop(state.stopped.borrow_mut().insert(call)),
        ToLocalModel::Extract { question, evidence } => extract(&question, evidence.as_ref(), &request.reply),
        ToLocalModel::Generate { question, evidence, parameters, budget_tokens } => {
            let state = Rc::clone(&state);
            spawn_local(async move {
                let asked = Asked { question, evidence, parameters, budget_tokens };
                if let Err(user_error) = state.generate(request.id, &asked, &request.reply).await {
                    let failure = CallFailure::new(FailureCause::Model, user_error.message, user_error.hint);
                    request.reply.send(&FromLocalModel::Event(ChatEvent::Failed(failure)));
                }
                request.reply.send(&FromLocalModel::Ended);
            });
        }
    });
}

struct Asked {
    question: String,
    evidence: Option<Evidence>,
    parameters: Parameters,
    budget_tokens: u32,
}

fn extract(question: &str, evidence: Option<&Evidence>, reply: &Outbox<FromLocalModel>) {
    let passages = evidence.map_or(0, |evidence| u32::try_from(evidence.passages.len()).unwrap_or(u32::MAX));
    reply.send(&FromLocalModel::Started(Sent {
        request: match evidence {
            Some(evidence) => format!("{}\n\n{question}", evidence.text),
            None => question.to_owned(),
        },
        evidence_sha256: evidence.map(|evidence| evidence.sha256),
        sent_sha256: evidence.map(|evidence| evidence.sha256),
        fit: Fit { passages_sent: passages, passages_total: passages, ..Fit::default() },
    }));
    for event in extractive::answer(question, evidence) {
        reply.send(&FromLocalModel::Event(event));
    }
    reply.send(&FromLocalModel::Ended);
}

impl ModelState {
    async fn generate(
        &self,
        call: CallId,
        asked: &Asked,
        reply: &Outbox<FromLocalModel>,
    ) -> Result<(), UserError> {
        let _turn = self.turn.lock().await;
        if self.is_stopped(call) {
            return Ok(());
        }
        let model = self.model(reply).await?;
        let prompt = fit(&model.borrow(), asked);
        reply.send(&FromLocalModel::Started(Sent {
            request: serde_json::to_string_pretty(&prompt.request).unwrap_or_default(),
            evidence_sha256: asked.evidence.as_ref().map(|evidence| evidence.sha256),
            sent_sha256: prompt.evidence_sha256,
            fit: prompt.fit,
        }));
        let mut generation = Generation::start(&model.borrow(), &prompt.request).map_err(user_error)?;
        loop {
            yield_now().await;
            if self.is_stopped(call) {
                return Ok(());
            }
            match generation.step(&mut model.borrow_mut()) {
                Step::Prefilling { done, total } => reply.send(&FromLocalModel::Reading { done, total }),
                Step::Text(text) if text.is_empty() => {}
                Step::Text(text) => reply.send(&FromLocalModel::Event(ChatEvent::TextDelta(text))),
                Step::Done { finish_reason, usage } => {
                    reply.send(&FromLocalModel::Event(ChatEvent::Usage(usage)));
                    reply.send(&FromLocalModel::Event(ChatEvent::Finish(finish_reason)));
                    return Ok(());
                }
            }
        }
    }

    async fn model(&self, reply: &Outbox<FromLocalModel>) -> Result<&RefCell<Model>, UserError> {
        if let Some(model) = self.model.get() {
            return Ok(model);
        }
        let mut told = 0;
        let bytes = site_file(&site_url(WEIGHTS), |done, total| {
            // A megabyte a message is often enough.
            if done - told > 1 << 20 {
                told = done;
                reply.send(&FromLocalModel::Loading { done, total });
            }
        })
        .await
        .map_err(|reason| missing_file("model", WEIGHTS, &reason))?;
        let model = Model::load(bytes).map_err(user_error)?;
        Ok(self.model.get_or_init(|| RefCell::new(model)))
    }

    fn is_stopped(&self, call: CallId) -> bool {
        self.stopped.borrow_mut().remove(&call)
    }
}

/// The prompt within the stated budget, counted in the model's own tokens.
fn fit(model: &Model, asked: &Asked) -> Prompt {
    let count = |text: &str| model.count_tokens(text);
    let answer = asked.parameters.max_tokens.unwrap_or(ANSWER_TOKENS).min(asked.budget_tokens / 2);
    let budget =
        Budget { context_tokens: Some(asked.budget_tokens), reserve_output_tokens: answer, count: &count };
    let parameters = Parameters { max_tokens: Some(answer), ..asked.parameters.clone() };
    prompt::build(
        &asked.question,
        asked.evidence.as_ref(),
        "SmolLM2-135M-Instruct",
        &parameters,
        Style::Small,
        &budget,
    )
}

fn user_error(error: Error) -> UserError {
    UserError::new("model", error.to_string(), error.hint())
}
