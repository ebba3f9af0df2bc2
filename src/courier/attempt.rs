//! The tries of one call: wait for one's turn, ask, ask again where that can help.

use super::{CallOutcome, Courier, Origin, Ports, Retry, RetryDecision, RetryHeaders, retry};
use crate::types::problem::notice;
use crate::types::{Attempt, CallFailure, UserError};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;

/// Why a call has not been sent yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// How many requests to that host are before it.
    pub before: u32,
    /// Milliseconds until the next try, where that is known.
    pub millis: Option<f64>,
    /// Why, as text; empty when it is only a queue.
    pub why: Option<UserError>,
}

/// What is asked, and who follows it.
pub(super) struct Tries<'a> {
    /// The queue it waits in.
    pub origin: &'a Origin,
    /// The model: a limit of one leaves the others alone.
    pub model: &'a str,
    /// Receives why it waits.
    pub waiting: &'a dyn Fn(Waiting),
    /// The tries so far.
    pub attempts: &'a RefCell<Vec<Attempt>>,
}

/// How one try ended.
pub(super) struct Tried<T> {
    pub outcome: Result<T, CallFailure>,
    pub headers: RetryHeaders,
    /// Something of the answer has come: asking again would be paid twice.
    pub any_token: bool,
}

impl<P: Ports> Courier<P> {
    /// Asks by `once`, and again while that can help. `once` is given whether it is the first try.
    pub(super) async fn with_retries<T>(
        &self,
        tries: &Tries<'_>,
        mut once: impl AsyncFnMut(bool) -> Tried<T>,
    ) -> Result<T, CallFailure> {
        let Tries { origin, model, waiting, attempts } = *tries;
        let port = &*self.port;
        let mut retries = Retry::new();
        loop {
            let first = retries.retries() == 0;
            let queued = port.now_millis();
            let tell = |before: usize, millis: Option<f64>| {
                let before = u32::try_from(before).unwrap_or(u32::MAX);
                let why = millis.map(|millis| retry::rate_limited(origin, millis));
                waiting(Waiting { before, millis, why });
            };
            let place = self.queue.turn(port, (origin, model), !first, tell).await;
            let sent = port.now_millis();
            let tried = once(first).await;
            place.release(match &tried.outcome {
                Ok(_) => CallOutcome::Succeeded,
                Err(failure) => CallOutcome::of(failure, tried.headers.wait_with(failure)),
            });
            let attempt = |failure: Option<&CallFailure>, pause_millis| Attempt {
                queued_millis: sent - queued,
                took_millis: port.now_millis() - sent,
                failure: failure.cloned(),
                pause_millis,
            };
            let failure = match tried.outcome {
                Ok(done) => {
                    attempts.borrow_mut().push(attempt(None, None));
                    return Ok(done);
                }
                Err(failure) => failure,
            };
            let decision = retries.decide(&failure, &tried.headers, tried.any_token, port.chance());
            let pause_millis = match decision {
                RetryDecision::Again { after_millis } => Some(after_millis),
                RetryDecision::TooLong { .. } | RetryDecision::Over => None,
            };
            attempts.borrow_mut().push(attempt(Some(&failure), pause_millis));
            match decision {
                RetryDecision::Over => return Err(failure),
                RetryDecision::TooLong { wait_millis } => return Err(retry::with_wait(failure, wait_millis)),
                RetryDecision::Again { after_millis } => {
                    let why = Some(notice::retrying(failure.error, after_millis));
                    waiting(Waiting { before: 0, millis: Some(after_millis), why });
                    port.sleep(after_millis).await;
                }
            }
        }
    }
}
