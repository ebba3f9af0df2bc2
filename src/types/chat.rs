use serde::{Deserialize, Serialize};

/// What is sent to a model, before any provider's wire format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The model's name at its host.
    pub model: String,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// Sampling and limits.
    pub parameters: Parameters,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Standing instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// Sampling and limits; `None` leaves the host's default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// Most tokens to generate.
    pub max_tokens: Option<u32>,
    /// 0 is deterministic.
    pub temperature: Option<f32>,
    /// Nucleus sampling.
    pub top_p: Option<f32>,
    /// For hosts that can repeat themselves.
    pub seed: Option<u64>,
}

/// One step of a streamed answer, in the order in which it happened. Every model's stream becomes these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ChatEvent {
    /// Text of the answer to append.
    TextDelta(String),
    /// Text of the model's reasoning to append.
    ReasoningDelta(String),
    /// Token counts as the host reports them; a later one replaces an earlier one.
    Usage(Usage),
    /// Why generation ended, in the host's own word (`stop`, `length`, …). More events may follow.
    Finish(String),
    /// The stream failed here; the text so far stands.
    Failed(Failure),
}

/// Token counts as reported by a host; `None` where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of the prompt.
    pub input_tokens: Option<u64>,
    /// Tokens generated, reasoning included.
    pub output_tokens: Option<u64>,
    /// Tokens of reasoning among the generated.
    pub reasoning_tokens: Option<u64>,
    /// Prompt tokens served from a cache.
    pub cached_tokens: Option<u64>,
    /// Prompt and output together.
    pub total_tokens: Option<u64>,
}

/// Why a column failed, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind, for tests and retry rules.
    pub cause: FailureCause,
    /// HTTP status, where there was one.
    pub status: Option<u16>,
    /// What happened, in one sentence; a provider's own words are quoted as its own.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// Kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureCause {
    /// The browser has no network.
    Offline,
    /// Nothing answers at that address.
    Unreachable,
    /// Something answers, but not to pages of this origin (CORS).
    Cors,
    /// A page served over https may not call plain http.
    MixedContent,
    /// Key missing, refused or without permission (401, 403).
    Unauthorized,
    /// Wrong path or unknown model (404).
    NotFound,
    /// Rate limited or quota used up (429).
    RateLimited,
    /// The request was refused as malformed (other 4xx).
    BadRequest,
    /// The host failed (5xx) or reported an error inside the stream.
    HostError,
    /// The stream ended before it was complete.
    CutOff,
    /// Nothing arrived in time.
    TimedOut,
    /// The answer was not in the expected format.
    Garbled,
    /// The built-in model failed.
    Model,
    /// A worker of the page died.
    Crashed,
}
