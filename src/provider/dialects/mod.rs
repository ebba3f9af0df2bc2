//! The wire formats: one folder each with one `SPEC`, a row of facts and two pure functions (request → body, value →
//! events). `Dialect::spec` is the only place that matches on the dialect. A dialect never sends, and never sees bytes:
//! framing is done before it.

mod anthropic;
mod bedrock_converse;
mod cohere_v2;
mod gemini;
mod ollama;
mod openai_chat;
mod openai_responses;

mod blocked;
mod loose;
mod spec;
#[cfg(test)]
mod tests;
mod turns;

pub(crate) use spec::{CachedTokens, ReadAnswer, Spec};

use super::decode::Decoder;
use super::percent::path_segment;
use super::target::SystemRole;
use super::{Error, HttpRequest, Key, ModelList, Target};
use crate::types::{ChatRequest, Dialect, Message, Role};
use serde_json::Value;
use url::Url;

/// A field of a dialect's row as a constant. Through [`Dialect::spec`] the page, which shows names only, would link every
/// encoder and reader.
macro_rules! constant {
    ($dialect:expr, $field:ident) => {
        match $dialect {
            Self::OpenaiChat => const { openai_chat::SPEC.$field },
            Self::OpenaiResponses => const { openai_responses::SPEC.$field },
            Self::Anthropic => const { anthropic::SPEC.$field },
            Self::Gemini => const { gemini::SPEC.$field },
            Self::CohereV2 => const { cohere_v2::SPEC.$field },
            Self::BedrockConverse => const { bedrock_converse::SPEC.$field },
            Self::Ollama => const { ollama::SPEC.$field },
        }
    };
}

impl Dialect {
    /// What it is: the row of its folder.
    pub(crate) fn spec(self) -> &'static Spec {
        match self {
            Self::OpenaiChat => &openai_chat::SPEC,
            Self::OpenaiResponses => &openai_responses::SPEC,
            Self::Anthropic => &anthropic::SPEC,
            Self::Gemini => &gemini::SPEC,
            Self::CohereV2 => &cohere_v2::SPEC,
            Self::BedrockConverse => &bedrock_converse::SPEC,
            Self::Ollama => &ollama::SPEC,
        }
    }

    /// The name in the catalogue, in settings and on the command line.
    pub fn name(self) -> &'static str {
        constant!(self, name)
    }

    /// The name for people.
    pub fn label(self) -> &'static str {
        constant!(self, label)
    }

    /// Whether its hosts can cite documents that are sent beside the conversation.
    pub fn cites_natively(self) -> bool {
        constant!(self, cites_natively)
    }

    /// The vendor's reference of the API.
    pub fn reference(self) -> &'static str {
        constant!(self, reference)
    }

    /// The dialect of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// A decoder for one answer.
    pub fn decoder(self) -> Decoder {
        Decoder::new(self)
    }
}

/// The URL that `encode` will call, for finding the key that belongs there.
pub fn chat_url(target: &Target, model: &str) -> Url {
    let spec = target.dialect.spec();
    let model = model.trim();
    let model = model.strip_prefix(spec.model_prefix).unwrap_or(model);
    target.join(&chat_path(target).replace("{model}", &path_segment(model)))
}

/// The request that asks `request` of `target`, with `key` if there is one. A request for `AuthKind::SigV4` is still to be
/// signed (`sigv4::sign`).
///
/// ```
/// use sidecite::provider::{Dialect, Key, Target, encode};
/// use sidecite::types::{AuthKind, ChatRequest, Message, Role};
///
/// let target = Target::custom(Dialect::Anthropic, "https://api.anthropic.com/v1", AuthKind::Default)?;
/// let question = Message { role: Role::User, content: "Why?".into() };
/// let request = ChatRequest { model: "claude".into(), messages: vec![question], ..ChatRequest::default() };
/// let http = encode(&target, &request, Some(&Key::new("secret")?))?;
/// assert_eq!(http.url, "https://api.anthropic.com/v1/messages");
/// assert!(!format!("{http:?}").contains("secret"));
/// # Ok::<(), sidecite::provider::Error>(())
/// ```
///
/// # Errors
/// When no model is named.
pub fn encode(target: &Target, request: &ChatRequest, key: Option<&Key>) -> Result<HttpRequest, Error> {
    if request.model.trim().is_empty() {
        return Err(Error::NoModel);
    }
    let messages = placed(&request.messages, system_role(target));
    let mut body = (target.dialect.spec().body)(target, request, &messages);
    // The address says which model is meant, so the body must not.
    if chat_path(target).contains("{model}") {
        body.shift_remove("model");
    }
    body.extend(target.quirks.body.clone());
    Ok(HttpRequest::post(chat_url(target, &request.model), &body, target, key))
}

/// The request for the list of models; nothing where a host has none.
pub fn encode_models(target: &Target, key: Option<&Key>) -> Option<HttpRequest> {
    let url = match &target.models {
        ModelList::Usual => target.join(target.dialect.spec().models_path?),
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

/// The path of a chat request below the base URL: the host's own, else the dialect's.
fn chat_path(target: &Target) -> &str {
    target.chat_path.as_deref().unwrap_or(target.dialect.spec().chat_path)
}

/// A host that was found to refuse system messages, under whatever name, gets them folded into the question.
fn system_role(target: &Target) -> SystemRole {
    let names = target.dialect.spec().system_fields;
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

/// A decimal as a person typed it (`0.7`, not `0.699999988079071`); nothing for what JSON cannot hold.
fn decimal(value: f32) -> Option<Value> {
    serde_json::from_str(&value.to_string()).ok()
}
