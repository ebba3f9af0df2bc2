//! One request whose answer is read whole: queued, timed, tried again where that can help, booked.

use super::queue::pause;
use super::{CourierState, options, unknown};
use crate::browser::clock::{epoch_millis, now_millis, sleep};
use crate::browser::fetch::{Body, send};
use crate::courier::vectors::{origin_of, refusal};
use crate::courier::{
    CallOutcome, Deadlines, EgressEnd, Limits, Purpose, Reply, Retry, RetryDecision, RetryHeaders, retry,
};
use crate::format;
use crate::provider::{Error, HttpRequest, Target};
use crate::types::{Answer, CallFailure, Endpoint, FailureCause, Usage};
use crate::worker::Outbox;
use crate::worker::protocol::FromCourier;
use futures_util::future::{Either, select};
use std::pin::pin;

/// An answer longer than this is not one.
const MAX_BYTES: usize = 64 << 20;
/// What a token is taken for where the host does not count.
const BYTES_PER_TOKEN: usize = 4;

/// What is asked, and how it is planned: anew for each try, because a signature holds for some minutes only.
pub struct Request<'a> {
    /// Where to.
    pub endpoint: &'a Endpoint,
    /// The same, resolved.
    pub target: &'a Target,
    /// The model's name there.
    pub model: &'a str,
    /// Why.
    pub purpose: Purpose,
    /// Text in it, for the estimate of its price.
    pub bytes: usize,
    /// At that many seconds since 1970.
    pub plan: &'a dyn Fn(u64) -> Result<HttpRequest, Error>,
    /// The tokens that the answer says were read.
    pub read_tokens: &'a dyn Fn(&[u8]) -> Option<u64>,
}

/// Why there is no answer.
pub enum Ended {
    /// The person stopped it.
    Stopped,
    /// It failed, and asking again could not help.
    Failed(CallFailure),
}

impl CourierState {
    /// The body of the answer, its status being 2xx.
    pub(super) async fn fetch_all(
        &self,
        request: &Request<'_>,
        controller: &web_sys::AbortController,
        reply: &Outbox<FromCourier>,
    ) -> Result<Vec<u8>, Ended> {
        let refused = |error: Error| Ended::Failed(error.to_failure());
        let signal = controller.signal();
        let mut retries = Retry::new();
        loop {
            self.close_vault_in_time();
            let planned = (request.plan)(epoch_millis() / 1000).map_err(refused)?;
            let origin = origin_of(&planned).map_err(refused)?;
            let waiting = |before: usize, millis: Option<f64>| {
                let before = u32::try_from(before).unwrap_or(u32::MAX);
                let why = millis.map_or_else(String::new, |millis| retry::rate_limited(&origin, millis));
                reply.send(&FromCourier::Waiting { before, millis, why });
            };
            let again = retries.retries() > 0;
            let ticket = self.queue.turn(&origin, again, &signal, waiting).await.ok_or(Ended::Stopped)?;
            let (outcome, headers) = self.one_try(request, controller).await;
            let ending = match &outcome {
                Ok(_) => CallOutcome::Succeeded,
                Err(Ended::Failed(failure)) => CallOutcome::of(failure, headers.wait_with(failure)),
                Err(Ended::Stopped) => CallOutcome::Other,
            };
            self.queue.release(ticket, ending);
            let failure = match outcome {
                Err(Ended::Failed(failure)) => failure,
                other => return other,
            };
            match retries.decide(&failure, &headers, false, js_sys::Math::random()) {
                RetryDecision::Over => return Err(Ended::Failed(failure)),
                RetryDecision::TooLong { wait_millis } => {
                    return Err(Ended::Failed(retry::with_wait(failure, wait_millis)));
                }
                RetryDecision::Again { after_millis } => {
                    let why = format!("{} Retrying in {}.", failure.message, format::duration(after_millis));
                    reply.send(&FromCourier::Waiting { before: 0, millis: Some(after_millis), why });
                    if pause(after_millis, &signal).await {
                        return Err(Ended::Stopped);
                    }
                }
            }
        }
    }

    /// Asks once, within the day's spending limit, and books what it cost.
    async fn one_try(
        &self,
        request: &Request<'_>,
        controller: &web_sys::AbortController,
    ) -> (Result<Vec<u8>, Ended>, RetryHeaders) {
        let none = RetryHeaders::default();
        let http = match (request.plan)(epoch_millis() / 1000) {
            Ok(http) => http,
            Err(error) => return (Err(Ended::Failed(error.to_failure())), none),
        };
        if http.key().is_some() {
            self.vault_was_used();
        }
        let estimate = u64::try_from(request.bytes.div_ceil(BYTES_PER_TOKEN)).unwrap_or(u64::MAX);
        let quote = match self.quote_tokens(request.target, request.model, (estimate, 0)).await {
            Ok(quote) => quote,
            Err(failure) => return (Err(Ended::Failed(failure)), none),
        };
        let (outcome, headers) = self.whole(request, &http, controller).await;
        let mut answer = Answer::default();
        let mut failure = None;
        match &outcome {
            Ok(body) => {
                let tokens = (request.read_tokens)(body).unwrap_or(estimate);
                answer.usage =
                    Some(Usage { input_tokens: Some(tokens), output_tokens: Some(0), ..Usage::default() });
            }
            Err(Ended::Failed(why)) => failure = Some(why),
            Err(Ended::Stopped) => {}
        }
        let stopped = matches!(outcome, Err(Ended::Stopped));
        self.book(&quote, failure, stopped, &answer).await;
        (outcome, headers)
    }

    async fn whole(
        &self,
        request: &Request<'_>,
        http: &HttpRequest,
        controller: &web_sys::AbortController,
    ) -> (Result<Vec<u8>, Ended>, RetryHeaders) {
        let signal = controller.signal();
        let started = now_millis();
        let entry = self.egress.borrow_mut().sent(http, request.purpose, epoch_millis() as f64);
        let mut deadlines = Deadlines::new(Limits::for_url(&http.url), started);
        let mut headers = RetryHeaders::default();
        let mut status = None;
        let read = async {
            let response = within(&mut deadlines, send(&http.url, &options(http, Some(&signal)))).await?;
            deadlines.on_response(now_millis());
            self.note(entry, response.status(), 0);
            status = Some(response.status());
            let get = |name: &str| response.headers().get(name).ok().flatten();
            headers = RetryHeaders::read(get, epoch_millis() as f64);
            let mut body = Body::of(&response);
            let mut bytes = Vec::new();
            while let Some(piece) = within(&mut deadlines, body.next()).await? {
                deadlines.on_bytes(now_millis());
                self.note(entry, response.status(), piece.len());
                bytes.extend_from_slice(&piece);
                if bytes.len() > MAX_BYTES {
                    let hint = "Check that the base URL points to an embeddings API.";
                    let message = format!("The response is larger than {} MB.", MAX_BYTES >> 20);
                    return Err(Missed::Failed(CallFailure::new(FailureCause::Garbled, message, hint)));
                }
            }
            Ok((response.status(), bytes))
        };
        let outcome = read.await;
        let end = match &outcome {
            Ok(_) => EgressEnd::Complete,
            Err(Missed::Network) if status.is_none() && !signal.aborted() => EgressEnd::Blocked,
            Err(_) => EgressEnd::Aborted,
        };
        self.end(entry, end);
        let outcome = match outcome {
            Ok((status, body)) => match refusal(http, status, &body) {
                Some(failure) => Err(Ended::Failed(failure)),
                None => Ok(body),
            },
            Err(Missed::Failed(failure)) => {
                // Such a failure is the last one, so that the signal is needed no more.
                controller.abort();
                Err(Ended::Failed(failure))
            }
            Err(Missed::Network) if signal.aborted() => Err(Ended::Stopped),
            Err(Missed::Network) if status.is_some() => {
                let hint = "Check that the server is up, then run this column again.";
                let message = "The connection closed before the response was complete.";
                Err(Ended::Failed(CallFailure::new(FailureCause::CutOff, message, hint)))
            }
            Err(Missed::Network) => {
                // The browser does not say why a request failed; a second one, without body and key, helps to tell.
                let known = self.known(request.endpoint);
                let elapsed = now_millis() - started;
                let why = self.why(http, "", Reply::NetworkError, elapsed, &known).await;
                Err(Ended::Failed(why.unwrap_or_else(unknown)))
            }
        };
        (outcome, headers)
    }
}

/// Why a body is not at hand.
enum Missed {
    /// The browser does not say.
    Network,
    /// Deadlines ran out, or it is too long.
    Failed(CallFailure),
}

/// `future`, or the failure when deadlines runs out first.
async fn within<T, E>(
    deadlines: &mut Deadlines,
    future: impl Future<Output = Result<T, E>>,
) -> Result<T, Missed> {
    let mut future = pin!(future);
    loop {
        let left = deadlines.deadline_millis().map_or(0.0, |deadline| deadline - now_millis());
        match select(future.as_mut(), pin!(sleep(left.max(0.0) as i32 + 1))).await {
            Either::Left((Ok(done), _)) => return Ok(done),
            Either::Left((Err(_), _)) => return Err(Missed::Network),
            Either::Right(_) => {
                if let Some(failure) = deadlines.expire(now_millis()) {
                    return Err(Missed::Failed(failure));
                }
            }
        }
    }
}
