//! An answer that a host's filter kept back → a failure with a message: a finish reason alone leaves an empty column.

use crate::provider::redact::{clip, redact};
use crate::types::problem::host;
use crate::types::{CallFailure, FailureCause};

/// Most characters quoted of the host's explanation.
const MAX_QUOTED_CHARS: usize = 300;

/// What was kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocked {
    /// Nothing was generated.
    Question,
    /// Nothing of the answer is shown.
    Answer,
    /// The answer ends early.
    Rest,
}

impl Blocked {
    /// For an answer that was stopped, by whether any of it came.
    pub(super) fn after(any_text: bool) -> Self {
        if any_text { Self::Rest } else { Self::Answer }
    }
}

/// The failure; `why` is the host's word for the reason, `message` its explanation.
pub(super) fn failure(what: Blocked, why: &str, message: Option<&str>) -> CallFailure {
    let message = quotable(message.unwrap_or(""));
    let error = match what {
        Blocked::Question => host::blocked_question(why, message),
        Blocked::Answer => host::blocked_answer(why, message),
        Blocked::Rest => host::blocked_rest(why, message),
    };
    // Asking the same again gives the same: no cause that is retried.
    CallFailure::new(FailureCause::BadRequest, error)
}

/// The host's explanation, to be quoted: clipped, secrets masked. Empty where there is none.
pub(super) fn quotable(message: &str) -> String {
    clip(&redact(message), MAX_QUOTED_CHARS)
}
