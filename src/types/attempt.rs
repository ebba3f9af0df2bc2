use super::CallFailure;
use serde::{Deserialize, Serialize};

/// One try of a call: how long it waited, how long it took, and why it was not the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Milliseconds in the queue of its host before it was sent.
    pub queued_millis: f64,
    /// Milliseconds from sending it to its end.
    pub took_millis: f64,
    /// Why it failed; nothing for the one that was answered.
    pub failure: Option<CallFailure>,
    /// Milliseconds of pause before the next try; nothing for the last one.
    pub pause_millis: Option<f64>,
}
