//! A failure → whether to ask again, and when. The whole policy, over times and chances that the caller gives.
//!
//! Asks again only while nothing of the answer has come (a second answer would be paid twice), only where that can
//! help (408, 409, 425, 429 that is no quota, 500 and above, an unreachable host), and at most [`MAX_RETRIES`] times.
//! A timeout without a status is not retried: the person has waited long enough to be asked. The waits double from
//! [`FIRST_WAIT_MILLIS`] up to [`MAX_WAIT_MILLIS`], shortened by up to a quarter by chance, as in openai-node. Where
//! the host says how long to wait, that counts instead; above [`MAX_HINT_MILLIS`] the person sees it and decides.

use super::{Origin, http_date};
use crate::types::problem::{advice, notice, with};
use crate::types::{CallFailure, FailureCause, UserError};

/// Second tries and third ones; then it is over.
pub const MAX_RETRIES: u32 = 2;
/// Before the second try, when the host says nothing.
pub const FIRST_WAIT_MILLIS: f64 = 500.0;
/// Doubling ends here.
pub const MAX_WAIT_MILLIS: f64 = 8_000.0;
/// A host that asks for a longer wait is not asked again by itself.
pub const MAX_HINT_MILLIS: f64 = 60_000.0;
/// The part of a wait that chance may take away, so that columns do not come back all at once.
pub const JITTER: f64 = 0.25;

/// What the headers of a refusal say, where a page may read them: most hosts hide them (CORS).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RetryHeaders {
    /// How long to wait, from `retry-after-ms`, else from `retry-after` in seconds or as a date.
    pub wait_millis: Option<f64>,
    /// The host's own word, `x-should-retry`.
    pub should_retry: Option<bool>,
}

impl RetryHeaders {
    /// Reads the headers through `get`; a date counts from `now_epoch_millis`.
    pub fn read(get: impl Fn(&str) -> Option<String>, now_epoch_millis: f64) -> Self {
        let number = |name| get(name)?.trim().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
        let dated = || {
            let at_millis = http_date::parse(get("retry-after")?.trim())?;
            Some((at_millis - now_epoch_millis).max(0.0))
        };
        let should_retry = get("x-should-retry").and_then(|word| match word.trim() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        });
        let wait_millis = number("retry-after-ms")
            .or_else(|| number("retry-after").map(|seconds| seconds * 1_000.0))
            .or_else(dated);
        Self { wait_millis, should_retry }
    }

    /// The longest wait that headers or body ask for.
    pub fn wait_with(&self, failure: &CallFailure) -> Option<f64> {
        let body = failure.retry_after_millis.map(|millis| millis as f64);
        match (self.wait_millis, body) {
            (Some(header), Some(body)) => Some(header.max(body)),
            (one, other) => one.or(other),
        }
    }
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RetryDecision {
    /// Ask again after so long.
    Again {
        /// Milliseconds.
        after_millis: f64,
    },
    /// It would help, but the host asks for so long a wait that the person decides.
    TooLong {
        /// Milliseconds.
        wait_millis: f64,
    },
    /// Asking again cannot help, would be paid twice, or has been done often enough.
    Over,
}

/// The tries of one question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retry {
    retries: u32,
}

impl Retry {
    /// Nothing was tried again yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often it was decided to ask again.
    pub fn retries(&self) -> u32 {
        self.retries
    }

    /// Decides after `failure`; `Again` counts as a retry. `any_token`: whether any text or reasoning has come;
    /// `random`: evenly from 0 to 1.
    pub fn decide(
        &mut self,
        failure: &CallFailure,
        headers: &RetryHeaders,
        any_token: bool,
        random: f64,
    ) -> RetryDecision {
        if any_token || self.retries >= MAX_RETRIES || !can_help(failure, headers.should_retry) {
            return RetryDecision::Over;
        }
        // A wait of 0 (a date just past) is no reason to hammer the host.
        let after_millis = match headers.wait_with(failure).filter(|millis| *millis > 0.0) {
            Some(wait_millis) if wait_millis > MAX_HINT_MILLIS => {
                return RetryDecision::TooLong { wait_millis };
            }
            Some(wait_millis) => wait_millis,
            None => backoff_millis(self.retries, random),
        };
        self.retries += 1;
        RetryDecision::Again { after_millis }
    }
}

/// What a column shows while it waits for `origin`.
pub fn rate_limited(origin: &Origin, millis: f64) -> UserError {
    let host = origin.as_str().split_once("://").map_or(origin.as_str(), |(_, host)| host);
    notice::rate_limited(host, millis)
}

/// The same failure, saying how long the host asks to wait.
pub fn with_wait(failure: CallFailure, wait_millis: f64) -> CallFailure {
    CallFailure {
        error: with::advice(failure.error, advice::wait_as_asked(wait_millis)),
        retry_after_millis: Some(wait_millis.ceil() as u64),
        ..failure
    }
}

/// The wait before retry number `retries` + 1: doubling, capped, shortened by chance.
pub fn backoff_millis(retries: u32, random: f64) -> f64 {
    let doubled = FIRST_WAIT_MILLIS * f64::from(2u32.saturating_pow(retries.min(16)));
    doubled.min(MAX_WAIT_MILLIS) * (1.0 - JITTER * random.clamp(0.0, 1.0))
}

/// Whether the same request may fare better the next time. The host's own word counts within these bounds.
fn can_help(failure: &CallFailure, should_retry: Option<bool>) -> bool {
    let never = matches!(
        failure.cause,
        FailureCause::Unauthorized
            | FailureCause::BrowserForbidden
            | FailureCause::QuotaUsedUp
            | FailureCause::OverBudget
    );
    if never || should_retry == Some(false) {
        return false;
    }
    match failure.status {
        Some(400..=404) => false,
        Some(408 | 409 | 425 | 429 | 500..) => true,
        Some(405..500) => should_retry == Some(true),
        // Redirects are not followed, and a failure inside a 2xx stream says nothing about a second try.
        Some(_) => false,
        // Nothing of a request reached a host that is unreachable: asking again costs nothing.
        None => failure.cause == FailureCause::Unreachable,
    }
}
