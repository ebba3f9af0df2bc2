use super::{Span, UserError};
use serde::{Deserialize, Serialize};

/// What is sent to a model, before any provider's wire format.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The model's name at its host.
    pub model: String,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// Passages sent beside the conversation, for hosts that cite natively; otherwise they stand in a message.
    #[serde(default)]
    pub documents: Vec<SourceDocument>,
    /// Sampling and limits.
    pub parameters: Parameters,
}

/// A passage as a document of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceDocument {
    /// The passage's number: citations name it.
    pub id: String,
    /// The document it is from.
    pub title: String,
    /// Its part of the evidence text, word for word.
    pub text: String,
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
    /// How long the model should think, where it can.
    #[serde(default)]
    pub effort: Option<Effort>,
    /// Send the passages as documents and let the host cite them, where it can (Anthropic, Cohere).
    #[serde(default)]
    pub native_citations: bool,
    /// Most tokens of prompt and answer together: evidence beyond it is not sent. Ollama is sent it as `num_ctx`.
    #[serde(default)]
    pub context_tokens: Option<u32>,
}

/// How long a reasoning model should think.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Briefly.
    Low,
    /// As usual.
    Medium,
    /// Thoroughly.
    High,
}

impl Effort {
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The word on the wire and on the page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One step of a streamed answer, in the order in which it happened. Every model's stream becomes these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ChatEvent {
    /// Text of the answer to append.
    TextDelta(String),
    /// Text of the model's reasoning to append.
    ReasoningDelta(String),
    /// What the host itself cites; may come after the text it is about.
    Citation(NativeCitation),
    /// Token counts as the host reports them; a later one replaces an earlier one.
    Usage(Usage),
    /// Why generation ended, in the host's own word (`stop`, `length`, …). More events may follow.
    Finish(String),
    /// The stream failed here; the text so far stands.
    Failed(CallFailure),
}

/// A step of an answer and when it happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedEvent {
    /// The step.
    pub event: ChatEvent,
    /// Milliseconds after the request was sent.
    pub at_millis: f64,
}

/// A citation that a host states beside the text (Anthropic, Cohere), before it is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NativeCitation {
    /// The words of the ANSWER that are backed: bytes of the text so far.
    pub span: Span,
    /// The words of the source, where the host quotes them.
    pub quote: Option<String>,
    /// The sources' names or ids, as they were sent: of our evidence the passage's number.
    pub sources: Vec<String>,
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
    /// Prompt tokens written to a cache, where that is billed apart.
    pub cache_write_tokens: Option<u64>,
    /// Prompt tokens that are billed, where the host counts them apart (Cohere).
    pub billed_input_tokens: Option<u64>,
    /// Output tokens that are billed, where that is not `output_tokens` (Cohere; xAI bills reasoning besides).
    pub billed_output_tokens: Option<u64>,
}

/// Why a column failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallFailure {
    /// The kind, for tests and retry rules.
    pub cause: FailureCause,
    /// HTTP status, where there was one.
    pub status: Option<u16>,
    /// What happened; a provider's own words are among its arguments, to be quoted as its own.
    pub error: UserError,
    /// The request parameter that the host does not take: the page offers to run again without it.
    pub parameter: Option<String>,
    /// How long the host asks to wait.
    pub retry_after_millis: Option<u64>,
    /// Commands that repair it, ready to copy.
    pub fixes: Vec<Fix>,
}

impl CallFailure {
    /// A failure without a status, parameter, wait or command.
    pub fn new(cause: FailureCause, error: UserError) -> Self {
        Self { cause, status: None, error, parameter: None, retry_after_millis: None, fixes: Vec::new() }
    }

    /// The same, with the HTTP status that came.
    pub fn with_status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }
}

/// A command or a file that repairs something, ready to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it is, such as `LiteLLM` or `Caddyfile`.
    pub title: String,
    /// The text to copy.
    pub text: String,
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
    /// Too many requests for now (429).
    RateLimited,
    /// The plan's quota or the balance is used up (402, some 429).
    QuotaUsedUp,
    /// The organisation forbids calls from browsers (Anthropic).
    BrowserForbidden,
    /// The browser asks the person first, or was configured not to let this page reach local addresses.
    LocalNetworkDenied,
    /// The day's spending limit, set here, is reached.
    OverBudget,
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
    /// There is no evidence to answer from; the run says why.
    NoEvidence,
    /// The answer grew beyond what a column takes in: it was cut off here.
    TooLong,
}
