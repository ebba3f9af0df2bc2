//! The wire formats: one folder each, two pure functions each (request → body, value → events), dispatched by the closed
//! enum `Dialect`. A dialect never sends, and never sees bytes: framing is done before it.

/// Anthropic Messages (<https://docs.claude.com/en/api/messages-streaming>).
pub mod anthropic;
/// AWS Bedrock ConverseStream (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>).
pub mod bedrock_converse;
/// Cohere chat, version 2 (<https://docs.cohere.com/v2/reference/chat-stream>).
pub mod cohere_v2;
/// Google Gemini and Vertex AI (<https://ai.google.dev/api/generate-content>).
pub mod gemini;
/// Ollama's own chat (<https://docs.ollama.com/api/chat>).
pub mod ollama;
/// OpenAI chat completions, spoken by nearly every host.
pub mod openai_chat;
/// OpenAI Responses (<https://platform.openai.com/docs/api-reference/responses>).
pub mod openai_responses;

mod blocked;
mod loose;
mod turns;

use super::decode::{Decoder, Out};
use super::framing::Frame;
use super::percent::path_segment;
use super::target::SystemRole;
use super::{Error, HttpRequest, Key, ModelList, Target};
use crate::types::{ChatRequest, Dialect, Message, Role};
use serde_json::Value;
use url::Url;

impl Dialect {
    /// A decoder for one answer.
    pub fn decoder(self) -> Decoder {
        Decoder::new(self)
    }

    /// The path of a chat request below the base URL; `{model}` stands for the model.
    fn chat_path(self) -> &'static str {
        match self {
            Self::OpenaiChat => openai_chat::CHAT_PATH,
            Self::OpenaiResponses => openai_responses::CHAT_PATH,
            Self::Anthropic => anthropic::CHAT_PATH,
            Self::Gemini => gemini::CHAT_PATH,
            Self::CohereV2 => cohere_v2::CHAT_PATH,
            Self::BedrockConverse => bedrock_converse::CHAT_PATH,
            Self::Ollama => ollama::CHAT_PATH,
        }
    }

    /// The path of the list of models below the base URL.
    fn models_path(self) -> &'static str {
        match self {
            Self::OpenaiChat => openai_chat::MODELS_PATH,
            Self::OpenaiResponses => openai_responses::MODELS_PATH,
            Self::Anthropic => anthropic::MODELS_PATH,
            Self::Gemini => gemini::MODELS_PATH,
            Self::CohereV2 => cohere_v2::MODELS_PATH,
            Self::BedrockConverse => bedrock_converse::MODELS_PATH,
            Self::Ollama => ollama::MODELS_PATH,
        }
    }
}

/// The URL that `encode` will call, for finding the key that belongs there.
pub fn chat_url(target: &Target, model: &str) -> Url {
    let path = target.chat_path.as_deref().unwrap_or(target.dialect.chat_path());
    let model = model.trim();
    // Google lists its models as `models/NAME`, which its chat path has already.
    let model = if target.dialect == Dialect::Gemini {
        model.strip_prefix("models/").unwrap_or(model)
    } else {
        model
    };
    target.join(&path.replace("{model}", &path_segment(model)))
}

/// The request that asks `request` of `target`, with `key` if there is one. A request for `AuthKind::SigV4` is still to be
/// signed (`sigv4::sign`).
///
/// # Errors
/// When no model is named.
pub fn encode(target: &Target, request: &ChatRequest, key: Option<&Key>) -> Result<HttpRequest, Error> {
    if request.model.trim().is_empty() {
        return Err(Error::NoModel);
    }
    let messages = placed(&request.messages, system_role(target));
    let mut body = match target.dialect {
        Dialect::OpenaiChat => openai_chat::body(target, request, &messages),
        Dialect::OpenaiResponses => openai_responses::body(target, request, &messages),
        Dialect::Anthropic => anthropic::body(target, request, &messages),
        Dialect::Gemini => gemini::body(target, request, &messages),
        Dialect::CohereV2 => cohere_v2::body(target, request, &messages),
        Dialect::BedrockConverse => bedrock_converse::body(target, request, &messages),
        Dialect::Ollama => ollama::body(target, request, &messages),
    };
    if path_names_model(target) {
        body.shift_remove("model");
    }
    body.extend(target.quirks.body.clone());
    Ok(HttpRequest::post(chat_url(target, &request.model), &body, target, key))
}

/// The request for the list of models; nothing where a host has none.
pub fn encode_models(target: &Target, key: Option<&Key>) -> Option<HttpRequest> {
    let url = match &target.models {
        // Bedrock lists models at another host, where the key may not go.
        ModelList::Usual if target.dialect.models_path().is_empty() => return None,
        ModelList::Usual => target.join(target.dialect.models_path()),
        ModelList::Path(path) => target.join(path),
        ModelList::Url(url) => url.clone(),
        ModelList::None => return None,
    };
    // No body, so no content type: a keyless check is then a simple request without preflight.
    let mut http = HttpRequest { method: "GET".into(), url: url.into(), ..HttpRequest::default() };
    http.add_headers(&target.headers);
    http.set_auth(target.auth, key);
    Some(http)
}

/// Whether the address says which model is meant, so that the body must not.
fn path_names_model(target: &Target) -> bool {
    target.chat_path.as_deref().unwrap_or(target.dialect.chat_path()).contains("{model}")
}

/// A host that was found to refuse system messages, under whatever name, gets them folded into the question.
fn system_role(target: &Target) -> SystemRole {
    let names = ["system", "instructions", "systemInstruction", "system_instruction"];
    if names.iter().all(|name| target.takes(name)) { target.quirks.system } else { SystemRole::Fold }
}

/// The messages with the system message where the host wants it.
fn placed(messages: &[Message], role: SystemRole) -> Vec<Message> {
    if role != SystemRole::Fold {
        return messages.to_vec();
    }
    let mut standing = String::new();
    let mut placed: Vec<Message> = Vec::new();
    for message in messages {
        match message.role {
            Role::System => {
                standing.push_str(&message.content);
                standing.push_str("\n\n");
            }
            role => {
                let content = format!("{}{}", std::mem::take(&mut standing), message.content);
                placed.push(Message { role, content });
            }
        }
    }
    placed
}

/// What reads one answer's values: the dialects with what each has to remember.
#[derive(Clone, Debug)]
pub enum Reader {
    /// OpenAI chat completions.
    OpenaiChat,
    /// OpenAI Responses.
    OpenaiResponses(openai_responses::Reader),
    /// Anthropic Messages.
    Anthropic(anthropic::Reader),
    /// Google Gemini and Vertex AI.
    Gemini(gemini::Reader),
    /// Cohere chat, version 2.
    CohereV2(cohere_v2::Reader),
    /// AWS Bedrock ConverseStream.
    BedrockConverse(bedrock_converse::Reader),
    /// Ollama's own chat.
    Ollama(ollama::Reader),
}

impl Reader {
    /// For an answer in `dialect`.
    pub fn new(dialect: Dialect) -> Self {
        match dialect {
            Dialect::OpenaiChat => Self::OpenaiChat,
            Dialect::OpenaiResponses => Self::OpenaiResponses(openai_responses::Reader::default()),
            Dialect::Anthropic => Self::Anthropic(anthropic::Reader::default()),
            Dialect::Gemini => Self::Gemini(gemini::Reader::default()),
            Dialect::CohereV2 => Self::CohereV2(cohere_v2::Reader::default()),
            Dialect::BedrockConverse => Self::BedrockConverse(bedrock_converse::Reader::default()),
            Dialect::Ollama => Self::Ollama(ollama::Reader::default()),
        }
    }

    /// Takes in one value; `name` is the event's, where it had one.
    pub fn read(&mut self, name: &str, value: &Value, out: &mut Out) {
        match self {
            Self::OpenaiChat => openai_chat::read(name, value, out),
            Self::OpenaiResponses(reader) => reader.read(name, value, out),
            Self::Anthropic(reader) => reader.read(name, value, out),
            Self::Gemini(reader) => reader.read(name, value, out),
            Self::CohereV2(reader) => reader.read(name, value, out),
            Self::BedrockConverse(reader) => reader.read(name, value, out),
            Self::Ollama(reader) => reader.read(name, value, out),
        }
    }

    /// Takes in one frame of an AWS event stream; `value` is its payload.
    pub fn read_frame(&mut self, frame: &Frame, value: &Value, out: &mut Out) {
        match self {
            Self::BedrockConverse(reader) => reader.read_frame(frame, value, out),
            other => other.read(frame.header(":event-type").unwrap_or(""), value, out),
        }
    }

    /// Whether a body that is not whole JSON looks like an answer of the dialect that was cut off.
    pub fn is_like(&self, text: &str) -> bool {
        let sign = match self {
            Self::OpenaiChat => "\"choices\"",
            Self::OpenaiResponses(_) => "\"output\"",
            Self::Anthropic(_) => "\"content\"",
            Self::Gemini(_) => "\"candidates\"",
            Self::CohereV2(_) | Self::Ollama(_) => "\"message\"",
            Self::BedrockConverse(_) => "\"output\"",
        };
        text.contains(sign)
    }
}

/// A decimal as a person typed it (`0.7`, not `0.699999988079071`); nothing for what JSON cannot hold.
fn decimal(value: f32) -> Option<Value> {
    serde_json::from_str(&value.to_string()).ok()
}
