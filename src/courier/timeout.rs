//! How long to wait for what: a state machine over times that the caller reads from its clock.
//!
//! A page cannot see when a connection opens, only when the headers of the answer come, and many local servers
//! (llama.cpp, Ollama) send headers only after they have read the whole prompt. So hosts on the person's own machine or
//! network get more time, and so do models that think before they answer. Every byte, also of a comment, restarts the
//! wait; but only the answer's text begins the short wait between two pieces, because a thinking model is silent for
//! minutes after its first sign of life. Comments alone keep a connection waiting for [`SILENCE_MILLIS`] at most.

use crate::provider::address;
use crate::types::problem::reach;
use crate::types::{CallFailure, ChatEvent, FailureCause};
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
/// Until headers come, and between two bytes before the answer's text, from a model that thinks.
pub const REASONING_MILLIS: f64 = 300_000.0;
/// From headers to the first event, whatever comments come.
pub const SILENCE_MILLIS: f64 = 600_000.0;

/// The waits of one request, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Until headers come.
    pub connect_millis: f64,
    /// Between two bytes before the answer's text.
    pub first_byte_millis: f64,
    /// Between two bytes from then on.
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
    /// For a model that thinks, wherever it is. Some hosts hold back even the headers until it has thought.
    pub const REASONING: Self = Self {
        connect_millis: REASONING_MILLIS,
        first_byte_millis: REASONING_MILLIS,
        idle_millis: IDLE_MILLIS,
    };

    /// The limits that fit the host of `url`, and a model that thinks (`reasoning`, see `is_reasoning_model`) or not.
    pub fn for_request(url: &str, reasoning: bool) -> Self {
        match Url::parse(url) {
            _ if reasoning => Self::REASONING,
            Ok(url) if address::is_local(&url) => Self::LOCAL,
            _ => Self::REMOTE,
        }
    }

    /// The limits that fit the host of `url`, for a model that does not think.
    pub fn for_url(url: &str) -> Self {
        Self::for_request(url, false)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Connecting,
    /// Headers came, but no event yet: comments at most.
    AwaitingFirstEvent,
    /// The model thinks, or the host says that it is at work.
    AwaitingText,
    Streaming,
    Over,
}

/// The wait of one request. Times are milliseconds of any clock that does not run backwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deadlines {
    limits: Limits,
    phase: Phase,
    since_millis: f64,
    /// When headers came.
    responded_millis: f64,
}

impl Deadlines {
    /// The request is sent now.
    pub fn new(limits: Limits, now_millis: f64) -> Self {
        Self { limits, phase: Phase::Connecting, since_millis: now_millis, responded_millis: now_millis }
    }

    /// Headers came.
    pub fn on_response(&mut self, now_millis: f64) {
        if self.phase == Phase::Connecting {
            self.phase = Phase::AwaitingFirstEvent;
            (self.since_millis, self.responded_millis) = (now_millis, now_millis);
        }
    }

    /// Bytes of the body came, be it a comment: the wait starts over.
    pub fn on_bytes(&mut self, now_millis: f64) {
        self.on_response(now_millis);
        if self.phase != Phase::Over {
            self.since_millis = now_millis;
        }
    }

    /// What those bytes meant. Text begins the short wait between two pieces; any event ends the wait for a first one.
    pub fn on_events(&mut self, events: &[ChatEvent]) {
        let waits = matches!(self.phase, Phase::AwaitingFirstEvent | Phase::AwaitingText);
        let has_text = events.iter().any(|event| matches!(event, ChatEvent::TextDelta(_)));
        if waits && has_text {
            self.phase = Phase::Streaming;
        } else if waits && !events.is_empty() {
            self.phase = Phase::AwaitingText;
        }
    }

    /// Nothing more is waited for.
    pub fn on_end(&mut self) {
        self.phase = Phase::Over;
    }

    /// When deadlines ends unless something comes; nothing once the request is over.
    pub fn deadline_millis(&self) -> Option<f64> {
        let deadline = self.since_millis + self.limit_millis()?;
        Some(match self.phase {
            Phase::AwaitingFirstEvent => deadline.min(self.responded_millis + SILENCE_MILLIS),
            _ => deadline,
        })
    }

    /// The failure to report if the deadline has passed; at most once.
    pub fn expire(&mut self, now_millis: f64) -> Option<CallFailure> {
        let deadline = self.deadline_millis()?;
        if now_millis < deadline {
            return None;
        }
        let secs = |since: f64| ((deadline - since) / 1_000.0).round();
        let error = match self.phase {
            Phase::Connecting => reach::silent(secs(self.since_millis)),
            Phase::AwaitingFirstEvent if self.since_millis > self.responded_millis => {
                reach::only_open(secs(self.responded_millis))
            }
            Phase::AwaitingFirstEvent => reach::nothing_sent(secs(self.since_millis)),
            Phase::AwaitingText | Phase::Streaming | Phase::Over => reach::stalled(secs(self.since_millis)),
        };
        self.phase = Phase::Over;
        Some(CallFailure::new(FailureCause::TimedOut, error))
    }

    fn limit_millis(&self) -> Option<f64> {
        match self.phase {
            Phase::Connecting => Some(self.limits.connect_millis),
            Phase::AwaitingFirstEvent | Phase::AwaitingText => Some(self.limits.first_byte_millis),
            Phase::Streaming => Some(self.limits.idle_millis),
            Phase::Over => None,
        }
    }
}
