//! How long to wait for what: a state machine over times that the caller reads from its clock.
//!
//! A page cannot see when a connection opens, only when the headers of the answer come, and many local servers
//! (llama.cpp, Ollama) send headers only after they have read the whole prompt. So hosts on the person's own machine or
//! network get more time. Every byte, also of a comment, restarts the idle wait.

use crate::provider::address;
use crate::types::{Failure, FailureCause};
use url::Url;

/// Until headers come, from a host on the internet.
pub const CONNECT_MILLIS: f64 = 30_000.0;
/// From headers to the first byte.
pub const FIRST_BYTE_MILLIS: f64 = 60_000.0;
/// Between two bytes.
pub const IDLE_MILLIS: f64 = 60_000.0;
/// Until headers come, from a local host: loading a model and reading a prompt on a CPU takes minutes.
pub const LOCAL_CONNECT_MILLIS: f64 = 300_000.0;
/// From headers to the first byte, and between bytes, from a local host.
pub const LOCAL_FIRST_BYTE_MILLIS: f64 = 300_000.0;

/// The waits of one request, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Until headers come.
    pub connect_millis: f64,
    /// From headers to the first byte.
    pub first_byte_millis: f64,
    /// Between two bytes.
    pub idle_millis: f64,
}

impl Limits {
    /// For a host on the internet.
    pub const REMOTE: Self = Self {
        connect_millis: CONNECT_MILLIS,
        first_byte_millis: FIRST_BYTE_MILLIS,
        idle_millis: IDLE_MILLIS,
    };
    /// For a host on the person's machine or network.
    pub const LOCAL: Self = Self {
        connect_millis: LOCAL_CONNECT_MILLIS,
        first_byte_millis: LOCAL_FIRST_BYTE_MILLIS,
        idle_millis: IDLE_MILLIS,
    };

    /// The limits that fit the host of `url`.
    pub fn for_url(url: &str) -> Self {
        match Url::parse(url) {
            Ok(url) if address::is_local(&url) => Self::LOCAL,
            _ => Self::REMOTE,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Connecting,
    AwaitingFirstByte,
    Streaming,
    Over,
}

/// The wait of one request. Times are milliseconds of any clock that does not run backwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    limits: Limits,
    phase: Phase,
    since_millis: f64,
}

impl Patience {
    /// The request is sent now.
    pub fn new(limits: Limits, now_millis: f64) -> Self {
        Self { limits, phase: Phase::Connecting, since_millis: now_millis }
    }

    /// Headers came.
    pub fn on_response(&mut self, now_millis: f64) {
        if self.phase == Phase::Connecting {
            (self.phase, self.since_millis) = (Phase::AwaitingFirstByte, now_millis);
        }
    }

    /// Bytes of the body came.
    pub fn on_bytes(&mut self, now_millis: f64) {
        if self.phase != Phase::Over {
            (self.phase, self.since_millis) = (Phase::Streaming, now_millis);
        }
    }

    /// Nothing more is waited for.
    pub fn on_end(&mut self) {
        self.phase = Phase::Over;
    }

    /// When patience ends unless something comes; nothing once the request is over.
    pub fn deadline_millis(&self) -> Option<f64> {
        self.limit_millis().map(|limit| self.since_millis + limit)
    }

    /// The failure to report if the deadline has passed; at most once.
    pub fn expire(&mut self, now_millis: f64) -> Option<Failure> {
        let limit = self.limit_millis()?;
        if now_millis < self.since_millis + limit {
            return None;
        }
        let secs = (limit / 1000.0).round();
        let message = match self.phase {
            Phase::Connecting => format!("No answer within {secs} s."),
            Phase::AwaitingFirstByte => {
                format!("The host accepted the request, but sent nothing for {secs} s.")
            }
            _ => format!("The stream stopped: nothing came for {secs} s. The text so far is kept."),
        };
        self.phase = Phase::Over;
        let hint = "Check that the host is up and not busy, then run this column again.";
        Some(Failure::new(FailureCause::TimedOut, message, hint))
    }

    fn limit_millis(&self) -> Option<f64> {
        match self.phase {
            Phase::Connecting => Some(self.limits.connect_millis),
            Phase::AwaitingFirstByte => Some(self.limits.first_byte_millis),
            Phase::Streaming => Some(self.limits.idle_millis),
            Phase::Over => None,
        }
    }
}
