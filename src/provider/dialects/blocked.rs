//! An answer that a host's filter kept back → a failure in words: a finish reason alone leaves an empty column.

use crate::provider::redact::{clip, redact};
use crate::types::{CallFailure, FailureCause};

/// Most characters quoted of the host's explanation.
const MAX_WORDS_CHARS: usize = 300;

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

/// The failure; `why` is the host's word for the reason, `words` its explanation.
pub(super) fn failure(what: Blocked, why: &str, words: Option<&str>) -> CallFailure {
    let what = match what {
        Blocked::Question => format!("The provider blocked the question ({why})."),
        Blocked::Answer => format!("The provider blocked the answer ({why})."),
        Blocked::Rest => format!("The provider stopped the answer here ({why}); the text so far is kept."),
    };
    CallFailure::new(
        // Asking the same again gives the same: no cause that is retried.
        FailureCause::BadRequest,
        what + &quoted(words.unwrap_or("")),
        "Rephrase the question, or choose another model.",
    )
}

/// The host's explanation, to be appended: clipped, secrets masked, and marked as its own. Empty where there is none.
pub(super) fn quoted(words: &str) -> String {
    let words = clip(&redact(words), MAX_WORDS_CHARS);
    if words.is_empty() { words } else { format!(" Response: “{words}”") }
}
