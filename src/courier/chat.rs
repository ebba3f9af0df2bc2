//! Putting something to a model behind an endpoint, and streaming its answer.

use super::attempt::{Tried, Tries, Waiting};
use super::exchange::{Ending, Exchange};
use super::{Courier, EventBatch, Origin, Ports, Reply, Stop, inspect, plan, thinks};
use crate::prompt::{Budget, Prompt, PromptSpec, Sent, Style};
use crate::provider::{Dialect, Error, HttpRequest, Target, pricing};
use crate::types::problem::notice;
use crate::types::{
    Answer, AnswerState, Attempt, CallFailure, ChatEvent, Cost, Endpoint, Evidence, Parameters, Passage,
    Role, Sha256, TimedEvent, UserError,
};
use futures_util::future::{Either, select};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::pin::pin;
use std::rc::Rc;

/// Put something to a model and stream its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chat {
    /// Where to.
    pub endpoint: Endpoint,
    /// The model's name there.
    pub model: String,
    /// What.
    pub prompt: PromptSpec,
    /// Sampling and limits.
    pub parameters: Parameters,
    /// Parameters that this model was found not to take.
    pub omit: Vec<String>,
    /// Tokens of prompt and answer that the model takes; nothing where that is not known: then all of the evidence goes.
    pub context_tokens: Option<u32>,
}

/// Build the prompt for a model that only the page can call (Chrome's own).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuildPrompt {
    /// The model's name, for the request shown.
    pub model: String,
    /// What is put to it.
    pub prompt: PromptSpec,
    /// Sampling and limits.
    pub parameters: Parameters,
}

/// A prompt for a model that takes two texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuiltPrompt {
    /// What is sent, for people.
    pub sent: Sent,
    /// Standing instructions.
    pub system: String,
    /// Everything else.
    pub user: String,
}

/// Why nothing was sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum NotSent {
    /// The evidence of that hash is not here any more: hand it over again, then ask again.
    UnknownEvidence(Sha256),
    /// The endpoint or the key is unusable.
    Refused(UserError),
}

/// What happens to a call, in this order: perhaps `Waiting`, then `Started`, `Events` mixed with `Waiting`, `Ended`; or
/// `NotSent` alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ChatUpdate {
    /// It waits for its turn, or for the host.
    Waiting(Waiting),
    /// What is sent, before the first byte leaves.
    Started(Sent),
    /// Steps of the answer: those of one frame.
    Events(Vec<TimedEvent>),
    /// Nothing more will come.
    Ended(CallEnd),
    /// Nothing was sent, and nothing more will come.
    NotSent(NotSent),
}

/// What is known when a call has ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallEnd {
    /// Milliseconds after the last try was sent.
    pub at_millis: f64,
    /// What it cost; nothing when the price is unknown.
    pub cost: Option<Cost>,
    /// Something to tell the person about the day's spending.
    pub notice: Option<UserError>,
    /// Every try, the last one included.
    pub attempts: Vec<Attempt>,
}

/// A call that is ready to be sent.
struct Job<'a> {
    asked: &'a Chat,
    target: Target,
    prompt: Prompt,
    origin: Origin,
}

/// What a call has brought so far; it stays when the call is stopped.
#[derive(Default)]
struct Progress {
    answer: RefCell<Answer>,
    batch: EventBatch,
    attempts: RefCell<Vec<Attempt>>,
    /// When the last try was sent.
    sent_millis: Cell<Option<f64>>,
    /// A token count that was reported, but cannot be true.
    implausible: Cell<Option<u64>>,
}

impl<P: Ports> Courier<P> {
    /// Asks, and reports to `on` what happens.
    pub async fn chat(&self, asked: &Chat, stop: &Stop, on: &dyn Fn(ChatUpdate)) {
        let (job, sent) = match self.prepare(asked) {
            Ok(ready) => ready,
            Err(reason) => return on(ChatUpdate::NotSent(reason)),
        };
        on(ChatUpdate::Started(sent));
        let most = pricing::output_tokens(&job.prompt.request.parameters);
        let tokens = (u64::from(job.prompt.fit.tokens), most);
        let quote = match self.reserve(&job.target, &asked.model, tokens).await {
            Ok(quote) => quote,
            Err(failure) => {
                let event = ChatEvent::Failed(failure);
                on(ChatUpdate::Events(vec![TimedEvent { event, at_millis: 0.0 }]));
                return on(ChatUpdate::Ended(CallEnd::default()));
            }
        };
        let progress = Progress::default();
        let send = |events| on(ChatUpdate::Events(events));
        let outcome = {
            let waiting = |waiting| on(ChatUpdate::Waiting(waiting));
            let tries = pin!(self.tries(&job, &progress, &waiting));
            let sending = pin!(progress.batch.send_due(&*self.port, send));
            stop.guard(async {
                match select(tries, sending).await {
                    Either::Left((outcome, _)) => outcome,
                    // It gathers for as long as it is polled.
                    Either::Right(_) => Ok(()),
                }
            })
            .await
        };
        let at_millis = progress.sent_millis.get().map_or(0.0, |sent| self.port.now_millis() - sent);
        let failure = outcome.as_ref().ok().and_then(|outcome| outcome.as_ref().err());
        progress.answer.borrow_mut().end(
            match (&outcome, failure) {
                (Err(_), _) => AnswerState::Stopped,
                (_, Some(_)) => AnswerState::Failed,
                _ => AnswerState::Done,
            },
            at_millis,
        );
        if let Some(failure) = failure {
            progress.batch.push(ChatEvent::Failed(failure.clone()), at_millis);
        }
        if let Some(events) = progress.batch.rest() {
            send(events);
        }
        let (cost, notice) = self.settle(quote, failure, &progress.answer.take()).await;
        let notice = notice.or_else(|| progress.implausible.get().map(notice::implausible_usage));
        on(ChatUpdate::Ended(CallEnd { at_millis, cost, notice, attempts: progress.attempts.take() }));
    }

    /// The prompt for a model that only the page can call.
    ///
    /// # Errors
    /// The evidence is not here.
    pub fn build_prompt(&self, asked: &BuildPrompt) -> Result<BuiltPrompt, NotSent> {
        let evidence = self.evidence_for(&asked.prompt)?;
        let BuildPrompt { model, prompt, parameters } = asked;
        let style = Style::Standard;
        let budget = Budget::estimated(None, parameters, style);
        let prompt = prompt.build(evidence.as_deref(), model, parameters, style, &budget);
        let content = |system: bool| {
            let messages = prompt.request.messages.iter();
            let chosen = messages.filter(|message| (message.role == Role::System) == system);
            chosen.map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n\n")
        };
        let (system, user) = (content(true), content(false));
        let request = format!("{model}\n\n[system]\n{system}\n\n[user]\n{user}");
        Ok(BuiltPrompt { sent: Sent::of(&prompt, evidence.as_deref(), request), system, user })
    }

    /// Takes in evidence that calls will name.
    pub fn put_evidence(&self, evidence: Evidence) {
        self.evidence.borrow_mut().put(evidence);
    }

    /// The passages that an answer to `prompt` may cite.
    pub fn passages(&self, prompt: &PromptSpec) -> Vec<Passage> {
        let evidence = self.evidence_for(prompt).ok().flatten();
        evidence.map(|evidence| evidence.passages.clone()).unwrap_or_default()
    }

    fn evidence_for(&self, prompt: &PromptSpec) -> Result<Option<Rc<Evidence>>, NotSent> {
        let Some(sha256) = prompt.evidence() else { return Ok(None) };
        let found = self.evidence.borrow_mut().get(sha256);
        found.map(Some).ok_or(NotSent::UnknownEvidence(sha256))
    }

    /// Planned once before it is its turn: what cannot be sent is said at once, and what will be is shown.
    fn prepare<'a>(&self, asked: &'a Chat) -> Result<(Job<'a>, Sent), NotSent> {
        let refused = |error: Error| NotSent::Refused(error.into());
        let evidence = self.evidence_for(&asked.prompt)?;
        let mut target = self.target(&asked.endpoint).map_err(refused)?;
        target.quirks.omit.extend(asked.omit.iter().cloned());
        let native = asked.parameters.native_citations && target.dialect.cites_natively();
        let style = if native { Style::Documents } else { Style::Standard };
        let Chat { prompt, model, parameters, context_tokens, .. } = asked;
        let budget = Budget::estimated(*context_tokens, parameters, style);
        let prompt = prompt.build(evidence.as_deref(), model, parameters, style, &budget);
        let http = self.plan_chat(&target, &prompt).map_err(refused)?;
        let origin = super::vectors::origin_of(&http).map_err(refused)?;
        let sent = Sent::of(&prompt, evidence.as_deref(), inspect(&http).to_string());
        Ok((Job { asked, target, prompt, origin }, sent))
    }

    fn plan_chat(&self, target: &Target, prompt: &Prompt) -> Result<HttpRequest, Error> {
        self.close_vault_in_time();
        let http = plan(target, &prompt.request, &self.keyring.borrow(), self.epoch_secs())?;
        self.key_was_used(&http);
        Ok(http)
    }

    async fn tries(
        &self,
        job: &Job<'_>,
        progress: &Progress,
        waiting: &dyn Fn(Waiting),
    ) -> Result<(), CallFailure> {
        let (origin, model, attempts) = (&job.origin, job.asked.model.as_str(), &progress.attempts);
        let tries = Tries { origin, model, waiting, attempts };
        self.with_retries(&tries, async |first| self.one_try(job, progress, first).await).await
    }

    /// One request and its answer.
    async fn one_try(&self, job: &Job<'_>, progress: &Progress, first: bool) -> Tried<()> {
        let sent = self.port.now_millis();
        progress.sent_millis.set(Some(sent));
        *progress.answer.borrow_mut() = Answer::default();
        let elapsed = || self.port.now_millis() - sent;
        // Planned again: a signature holds for some minutes only, and the key may have been deleted meanwhile.
        let http = match self.plan_chat(&job.target, &job.prompt) {
            Ok(http) => http,
            Err(error) => return Tried::failed(error.to_failure()),
        };
        let mut take = |event: ChatEvent| {
            let at_millis = elapsed();
            if let ChatEvent::Usage(usage) = &event {
                let received = progress.answer.borrow().received_bytes();
                if let Some(tokens) = pricing::implausible(usage, http.body.len(), received) {
                    progress.implausible.set(Some(tokens));
                    return ControlFlow::Continue(());
                }
            }
            progress.answer.borrow_mut().apply(&event, at_millis);
            progress.batch.push(comparable(event, job.target.dialect), at_millis);
            ControlFlow::Continue(())
        };
        let reasoning = thinks(&job.asked.model, &job.asked.parameters);
        let mut exchange = Exchange::new(self, job.target.dialect, &http, reasoning, &mut take);
        let mut ending = exchange.run(&http, first).await;
        if let Ending::Unexplained = ending {
            let why =
                self.why(&http, "", Reply::NetworkError, elapsed(), &self.known(&job.asked.endpoint)).await;
            ending = exchange.fail(why);
        }
        let headers = exchange.headers();
        let any_token = progress.answer.borrow().timing.first_token_millis.is_some();
        let outcome = match ending {
            Ending::Failed(failure) => Err(failure),
            Ending::Complete | Ending::Unexplained => Ok(()),
        };
        Tried { outcome, headers, any_token }
    }
}

impl<T> Tried<T> {
    /// Nothing came but this.
    pub(super) fn failed(failure: CallFailure) -> Self {
        Self { outcome: Err(failure), headers: super::RetryHeaders::default(), any_token: false }
    }
}

fn comparable(event: ChatEvent, dialect: Dialect) -> ChatEvent {
    match event {
        ChatEvent::Usage(usage) => ChatEvent::Usage(pricing::comparable(usage, dialect)),
        other => other,
    }
}
