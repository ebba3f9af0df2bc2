//! The wire formats: one folder each, two pure functions each (request → bytes, bytes → events), dispatched by a
//! closed enum. A dialect never sends.

/// OpenAI chat completions, spoken by nearly every host.
pub mod openai_chat;

use super::{Error, HttpRequest, Key, address};
use crate::types::{ChatEvent, ChatRequest};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A wire format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialect {
    /// OpenAI chat completions.
    #[default]
    OpenAiChat,
}

/// A tool call that a model asked for. Nothing here runs tools; they are kept for the `decode` program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The host's id for it; may be empty.
    pub id: String,
    /// The function's name.
    pub name: String,
    /// The arguments' JSON text, possibly cut off.
    pub arguments: String,
}

impl Dialect {
    /// All of them, in the order shown.
    pub const ALL: [Self; 1] = [Self::OpenAiChat];

    /// The name used in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAiChat => "openai-chat",
        }
    }

    /// The dialect of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// The request that asks `request` of the endpoint at `base_url` (as typed), with `key` if there is one.
    ///
    /// # Errors
    /// When the address is unusable or no model is named.
    pub fn encode(
        self,
        base_url: &str,
        request: &ChatRequest,
        key: Option<&Key>,
    ) -> Result<HttpRequest, Error> {
        match self {
            Self::OpenAiChat => openai_chat::encode(base_url, request, key),
        }
    }

    /// The request that lists the models of the endpoint at `base_url`.
    ///
    /// # Errors
    /// When the address is unusable.
    pub fn encode_models(self, base_url: &str, key: Option<&Key>) -> Result<HttpRequest, Error> {
        match self {
            Self::OpenAiChat => openai_chat::encode_models(base_url, key),
        }
    }

    /// The URL that `encode` will call, for finding the key that belongs there.
    ///
    /// # Errors
    /// When the address is unusable.
    pub fn chat_url(self, base_url: &str) -> Result<url::Url, Error> {
        let base = address::parse_base(base_url)?;
        match self {
            Self::OpenAiChat => Ok(address::join(&base, openai_chat::CHAT_PATH)),
        }
    }

    /// A decoder for one answer.
    pub fn decoder(self) -> Decoder {
        match self {
            Self::OpenAiChat => Decoder::OpenAiChat(Box::default()),
        }
    }
}

/// Takes the bytes of one 200 answer, cut anywhere, and yields its events in order.
#[derive(Clone, Debug)]
pub enum Decoder {
    /// OpenAI chat completions.
    OpenAiChat(Box<openai_chat::Decoder>),
}

impl Decoder {
    /// Events that `bytes` complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<ChatEvent> {
        match self {
            Self::OpenAiChat(decoder) => decoder.push(bytes),
        }
    }

    /// The body has ended: events that were still under way, and `Failed` when the answer is not complete.
    pub fn finish(&mut self) -> Vec<ChatEvent> {
        match self {
            Self::OpenAiChat(decoder) => decoder.finish(),
        }
    }

    /// Whether the host said that nothing more comes; the connection may be closed.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::OpenAiChat(decoder) => decoder.is_complete(),
        }
    }

    /// Tool calls so far.
    pub fn tool_calls(&self) -> &[ToolCall] {
        match self {
            Self::OpenAiChat(decoder) => decoder.tool_calls(),
        }
    }

    /// The error object as the host sent it, where it sent one.
    pub fn reported_error(&self) -> Option<&Value> {
        match self {
            Self::OpenAiChat(decoder) => decoder.reported_error(),
        }
    }
}
