//! Putting a question to a model behind an endpoint: wait for one's turn, ask, ask again where that can help, keep the
//! books.

use super::exchange::{Exchange, Outcome};
use super::money::Quote;
use super::queue::pause;
use super::{CourierState, failed, unknown};
use crate::browser::clock::{epoch_millis, now_millis};
use crate::courier::{
    CallOutcome, Deadlines, Limits, Origin, Purpose, Reply, Retry, RetryDecision, RetryHeaders, Stream,
    inspect, plan, retry, thinks,
};
use crate::format;
use crate::prompt::{Budget, Prompt, Style, build};
use crate::provider::{Error, Target, pricing};
use crate::types::{
    Answer, AnswerState, CallFailure, ChatEvent, Dialect, Endpoint, Evidence, Parameters, Sent,
};
use crate::worker::Outbox;
use crate::worker::protocol::{CallId, FromCourier};
use std::cell::{Cell, RefCell};
use url::Url;

/// What a token is taken for where the model's own count is not known.
const BYTES_PER_TOKEN: usize = 4;

/// A question for a model behind an endpoint.
pub struct Asked {
    /// Where to.
    pub endpoint: Endpoint,
    /// The model's name there.
    pub model: String,
    /// The question.
    pub question: String,
    /// Nothing for the baseline.
    pub evidence: Option<Evidence>,
    /// Sampling and limits.
    pub parameters: Parameters,
    /// Parameters that this model was found not to take.
    pub omit: Vec<String>,
}

/// How one try ended, and what its answer was.
struct Tried {
    outcome: Outcome,
    answer: Answer,
    elapsed_millis: f64,
    headers: RetryHeaders,
}

impl CourierState {
    pub(super) async fn send(&self, call: CallId, asked: &Asked, reply: &Outbox<FromCourier>) {
        let mut target = match self.target(&asked.endpoint) {
            Ok(target) => target,
            Err(error) => return reply.send(&failed("send", &error)),
        };
        target.quirks.omit.extend(asked.omit.iter().cloned());
        let native = asked.parameters.native_citations && target.dialect.cites_natively();
        let style = if native { Style::Documents } else { Style::Standard };
        let prompt =
            prompt_for(&asked.question, asked.evidence.as_ref(), &asked.model, &asked.parameters, style);
        // Planned once before it is its turn: what cannot be sent is said at once, and what will be is shown.
        let planned = self.plan(&target, &prompt);
        let (http, origin) = match planned {
            Ok(planned) => planned,
            Err(error) => return reply.send(&failed("send", &error)),
        };
        reply.send(&FromCourier::Started(Sent {
            request: inspect(&http).to_string(),
            evidence_sha256: asked.evidence.as_ref().map(|evidence| evidence.sha256),
            sent_sha256: prompt.evidence_sha256,
            fit: prompt.fit,
        }));
        let Ok(controller) = web_sys::AbortController::new() else { return };
        self.under_way.borrow_mut().insert(call, controller.clone());
        let quote = self.quote(&target, &asked.model, &prompt).await;
        let quote = match quote {
            Ok(quote) => quote,
            Err(failure) => {
                reply.send(&FromCourier::Event(ChatEvent::Failed(failure), 0.0));
                return reply.send(&FromCourier::Ended { at_millis: 0.0, cost: None, notice: None });
            }
        };
        let tried = self.tries(asked, &target, &prompt, &origin, &controller, reply).await;
        if let Outcome::Failed(failure) = &tried.outcome {
            reply.send(&FromCourier::Event(ChatEvent::Failed(failure.clone()), tried.elapsed_millis));
        }
        let (cost, notice) = self.settle(&quote, &tried.outcome, &tried.answer).await;
        reply.send(&FromCourier::Ended { at_millis: tried.elapsed_millis, cost, notice });
    }

    fn plan(
        &self,
        target: &Target,
        prompt: &Prompt,
    ) -> Result<(crate::provider::HttpRequest, Origin), Error> {
        self.close_vault_in_time();
        let http = plan(target, &prompt.request, &self.keyring.borrow(), epoch_millis() / 1000)?;
        let origin = Url::parse(&http.url).ok().and_then(|url| Origin::of(&url)).ok_or(Error::HasUserinfo)?;
        if http.key().is_some() {
            self.vault_was_used();
        }
        Ok((http, origin))
    }

    /// Asks, and asks again while that can help.
    async fn tries(
        &self,
        asked: &Asked,
        target: &Target,
        prompt: &Prompt,
        origin: &Origin,
        controller: &web_sys::AbortController,
        reply: &Outbox<FromCourier>,
    ) -> Tried {
        let signal = controller.signal();
        let stopped = || Tried {
            outcome: Outcome::Stopped,
            answer: Answer::default(),
            elapsed_millis: 0.0,
            headers: RetryHeaders::default(),
        };
        let mut retries = Retry::new();
        loop {
            let waiting = |before: usize, millis: Option<f64>| {
                let before = u32::try_from(before).unwrap_or(u32::MAX);
                let why = millis.map_or_else(String::new, |millis| retry::rate_limited(origin, millis));
                reply.send(&FromCourier::Waiting { before, millis, why });
            };
            let again = retries.retries() > 0;
            let Some(ticket) = self.queue.turn(origin, again, &signal, waiting).await else {
                return stopped();
            };
            let tried = self.once(asked, target, prompt, controller, reply).await;
            let ending = match &tried.outcome {
                Outcome::Failed(failure) => CallOutcome::of(failure, tried.headers.wait_with(failure)),
                Outcome::Complete => CallOutcome::Succeeded,
                Outcome::Stopped | Outcome::Unexplained => CallOutcome::Other,
            };
            self.queue.release(ticket, ending);
            let Outcome::Failed(failure) = &tried.outcome else { return tried };
            let any_token = tried.answer.timing.first_token_millis.is_some();
            match retries.decide(failure, &tried.headers, any_token, js_sys::Math::random()) {
                RetryDecision::Over => return tried,
                RetryDecision::TooLong { wait_millis } => {
                    let outcome = Outcome::Failed(retry::with_wait(failure.clone(), wait_millis));
                    return Tried { outcome, ..tried };
                }
                RetryDecision::Again { after_millis } => {
                    let why = format!("{} Retrying in {}.", failure.message, format::duration(after_millis));
                    reply.send(&FromCourier::Waiting { before: 0, millis: Some(after_millis), why });
                    if pause(after_millis, &signal).await {
                        return stopped();
                    }
                }
            }
        }
    }

    /// One request and its answer.
    async fn once(
        &self,
        asked: &Asked,
        target: &Target,
        prompt: &Prompt,
        controller: &web_sys::AbortController,
        reply: &Outbox<FromCourier>,
    ) -> Tried {
        let started = now_millis();
        let answer = RefCell::new(Answer::default());
        let tried = |outcome, headers| Tried {
            outcome,
            answer: answer.take(),
            elapsed_millis: now_millis() - started,
            headers,
        };
        // Planned anew: a signature holds for some minutes only, and the key may have been forgotten meanwhile.
        let http = match self.plan(target, prompt) {
            Ok((http, _)) => http,
            Err(error) => return tried(Outcome::Failed(error.to_failure()), RetryHeaders::default()),
        };
        let entry = self.egress.borrow_mut().sent(&http, Purpose::Chat, epoch_millis() as f64);
        let mut hear = |event: ChatEvent| {
            let at_millis = now_millis() - started;
            answer.borrow_mut().apply(&event, at_millis);
            reply.send(&FromCourier::Event(comparable(event, target.dialect), at_millis));
        };
        let reasoning = thinks(&asked.model, &asked.parameters);
        let readable = Cell::new(false);
        let mut exchange = Exchange {
            stream: Stream::new(target.dialect, &http),
            deadlines: Deadlines::new(Limits::for_request(&http.url, reasoning), started),
            // A retry must not find its signal aborted: it is aborted when an answer is complete.
            controller: linked(controller),
            headers: None,
            hear: &mut hear,
            note: &|status, bytes| {
                readable.set(true);
                self.note(entry, status, bytes);
            },
        };
        let mut outcome = exchange.run(&http).await;
        self.ended(entry, &outcome, readable.get());
        if let Outcome::Unexplained = outcome {
            // The browser does not say why a request failed; a second one, without body and key, helps to tell.
            let elapsed = now_millis() - started;
            let known = self.known(&asked.endpoint);
            let why = self.why(&http, "", Reply::NetworkError, elapsed, &known).await;
            outcome = exchange.fail(why.unwrap_or_else(unknown));
        }
        let headers = exchange.headers.take();
        let get = |name: &str| headers.as_ref().and_then(|headers| headers.get(name).ok().flatten());
        let headers = RetryHeaders::read(get, epoch_millis() as f64);
        drop(exchange);
        let over = match &outcome {
            Outcome::Complete => AnswerState::Done,
            Outcome::Stopped => AnswerState::Stopped,
            Outcome::Failed(_) | Outcome::Unexplained => AnswerState::Failed,
        };
        answer.borrow_mut().end(over, now_millis() - started);
        tried(outcome, headers)
    }

    /// Writes the call's cost and how it went into the books: what to tell the person.
    async fn settle(
        &self,
        quote: &Quote,
        outcome: &Outcome,
        answer: &Answer,
    ) -> (Option<crate::types::Cost>, Option<String>) {
        let failure: Option<&CallFailure> = match outcome {
            Outcome::Failed(failure) => Some(failure),
            _ => None,
        };
        self.book(quote, failure, matches!(outcome, Outcome::Stopped), answer).await
    }
}

fn comparable(event: ChatEvent, dialect: Dialect) -> ChatEvent {
    match event {
        ChatEvent::Usage(usage) => ChatEvent::Usage(pricing::comparable(usage, dialect)),
        other => other,
    }
}

/// A controller of its own that is aborted with `outer`.
fn linked(outer: &web_sys::AbortController) -> web_sys::AbortController {
    let Ok(inner) = web_sys::AbortController::new() else { return outer.clone() };
    let aborts = inner.clone();
    let abort = wasm_bindgen::closure::Closure::once_into_js(move || aborts.abort());
    let options = js_sys::Object::new();
    let _ = js_sys::Reflect::set(&options, &"once".into(), &true.into());
    if outer.signal().aborted() {
        inner.abort();
    } else {
        use wasm_bindgen::JsCast;
        let _ = outer.signal().add_event_listener_with_callback("abort", abort.unchecked_ref());
    }
    inner
}

/// The prompt for a model. Nothing is known of the model's context, so all of the evidence goes.
pub(super) fn prompt_for(
    question: &str,
    evidence: Option<&Evidence>,
    model: &str,
    parameters: &Parameters,
    style: Style,
) -> Prompt {
    let count = |text: &str| u32::try_from(text.len().div_ceil(BYTES_PER_TOKEN)).unwrap_or(u32::MAX);
    let budget = Budget { context_tokens: None, reserve_output_tokens: 0, count: &count };
    build(question, evidence, model, parameters, style, &budget)
}
