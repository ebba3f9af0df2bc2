//! Putting a question to a model behind an endpoint.

use super::exchange::{Exchange, Outcome};
use super::{Place, failed, unknown};
use crate::browser::clock::{epoch_millis, now_millis};
use crate::browser::serve::paint::Painter;
use crate::courier::{Limits, Patience, Purpose, Reply, Stream, inspect, plan};
use crate::prompt::{Budget, Prompt, Style, build};
use crate::types::{ChatEvent, Endpoint, Evidence, Parameters};
use crate::worker::Outbox;
use crate::worker::protocol::{CallId, FromCourier, Sent};

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

impl Place {
    pub(super) async fn send(&self, call: CallId, asked: &Asked, reply: &Outbox<FromCourier>) {
        let mut target = match self.target(&asked.endpoint) {
            Ok(target) => target,
            Err(error) => return reply.send(&failed("send", &error)),
        };
        target.quirks.omit.extend(asked.omit.iter().cloned());
        let native = asked.parameters.native_citations && target.dialect.cites_natively();
        let style = if native { Style::Documents } else { Style::Standard };
        let (prompt, painter) = prompt_for(
            &asked.question,
            asked.evidence.as_ref(),
            &asked.model,
            &asked.parameters,
            style,
            reply,
        );
        let planned = plan(&target, &prompt.request, &self.keyring.borrow(), epoch_millis() / 1000);
        let http = match planned {
            Ok(http) => http,
            Err(error) => return reply.send(&failed("send", &error)),
        };
        reply.send(&FromCourier::Started(Sent {
            request: inspect(&http).to_string(),
            evidence_sha256: prompt.evidence_sha256,
            fit: prompt.fit,
        }));
        let Ok(controller) = web_sys::AbortController::new() else { return };
        self.under_way.borrow_mut().insert(call, controller.clone());
        let started = now_millis();
        let entry = self.egress.borrow_mut().sent(&http, Purpose::Chat, started);
        let mut hear = |event: ChatEvent| {
            painter.hear(&event);
            reply.send(&FromCourier::Event(event, now_millis() - started));
        };
        let mut exchange = Exchange {
            stream: Stream::new(target.dialect, &http),
            patience: Patience::new(Limits::for_url(&http.url), started),
            controller,
            headers: None,
            hear: &mut hear,
            note: &|status, bytes| self.note(entry, status, bytes),
        };
        let mut outcome = exchange.run(&http).await;
        if let Outcome::Unexplained = outcome {
            // The browser does not say why a request failed; a second one, without body and key, helps to tell.
            let elapsed = now_millis() - started;
            let known = self.known(&asked.endpoint);
            let why = self.why(&http, "", Reply::NetworkError, elapsed, &known).await;
            outcome = exchange.fail(why.unwrap_or_else(unknown));
        }
        painter.paint();
        if let Outcome::Failed(failure) = outcome {
            reply.send(&FromCourier::Event(ChatEvent::Failed(failure), now_millis() - started));
        }
        reply.send(&FromCourier::Ended { at_millis: now_millis() - started, cost: None, notice: None });
    }
}

/// The prompt for a model, and what draws its answer. Nothing is known of the model's context, so all of the evidence goes.
pub(super) fn prompt_for(
    question: &str,
    evidence: Option<&Evidence>,
    model: &str,
    parameters: &Parameters,
    style: Style,
    reply: &Outbox<FromCourier>,
) -> (Prompt, Painter) {
    let count = |text: &str| u32::try_from(text.len().div_ceil(BYTES_PER_TOKEN)).unwrap_or(u32::MAX);
    let budget = Budget { context_tokens: None, reserve_output_tokens: 0, count: &count };
    let prompt = build(question, evidence, model, parameters, style, &budget);
    let passages = evidence.map(|evidence| evidence.passages.clone()).unwrap_or_default();
    let reply = reply.clone();
    let painter = Painter::new(passages, prompt.fit.passages_sent, move |painted| {
        reply.send(&FromCourier::Painted(painted));
    });
    (prompt, painter)
}
