//! `ChatRequest` → `POST {base}/chat/completions`, and `GET {base}/models`.
//!
//! Sends only the headers `authorization` and `content-type`: many hosts refuse any other at the CORS preflight. Sends
//! only parameters that were set: models refuse those they do not know.

use crate::provider::{Error, HttpRequest, Key, address};
use crate::types::{ChatRequest, Message};
use serde::Serialize;
use url::Url;

/// Appended to the base for an answer.
pub const CHAT_PATH: &str = "chat/completions";
/// Appended to the base for the list of models.
pub const MODELS_PATH: &str = "models";

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: &'a [Message],
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// The streaming request for `request` at the endpoint `base_url` (as typed), with `key` in its header.
///
/// # Errors
/// When the address is unusable or no model is named.
pub fn encode(base_url: &str, request: &ChatRequest, key: Option<&Key>) -> Result<HttpRequest, Error> {
    let base = address::parse_base(base_url)?;
    if request.model.trim().is_empty() {
        return Err(Error::NoModel);
    }
    let parameters = &request.parameters;
    let renamed = wants_max_completion_tokens(&base);
    let body = Body {
        model: request.model.trim(),
        messages: &request.messages,
        stream: true,
        stream_options: takes_stream_options(&base).then_some(StreamOptions { include_usage: true }),
        max_tokens: parameters.max_tokens.filter(|_| !renamed),
        max_completion_tokens: parameters.max_tokens.filter(|_| renamed),
        temperature: parameters.temperature.filter(|value| value.is_finite()),
        top_p: parameters.top_p.filter(|value| value.is_finite()),
        seed: parameters.seed,
    };
    Ok(HttpRequest {
        method: "POST".into(),
        url: address::join(&base, CHAT_PATH).into(),
        headers: headers(key, true),
        // Strings, numbers and booleans only: this cannot fail, and an empty body would be refused by the host.
        body: serde_json::to_vec(&body).unwrap_or_default(),
    })
}

/// The request for the list of models.
///
/// # Errors
/// When the address is unusable.
pub fn encode_models(base_url: &str, key: Option<&Key>) -> Result<HttpRequest, Error> {
    let base = address::parse_base(base_url)?;
    Ok(HttpRequest {
        method: "GET".into(),
        url: address::join(&base, MODELS_PATH).into(),
        // No body, so no content type: a keyless check is then a simple request without preflight.
        headers: headers(key, false),
        body: Vec::new(),
    })
}

fn headers(key: Option<&Key>, with_body: bool) -> Vec<(String, String)> {
    let authorization = key.map(|key| ("authorization".to_owned(), format!("Bearer {}", key.expose())));
    let content_type = with_body.then(|| ("content-type".to_owned(), "application/json".to_owned()));
    authorization.into_iter().chain(content_type).collect()
}

/// OpenAI's newer models refuse `max_tokens`; its API and Azure's take the new name for all models. Nearly everyone
/// else knows only the old one.
fn wants_max_completion_tokens(base: &Url) -> bool {
    host_is(base, &["api.openai.com", "openai.azure.com", "services.ai.azure.com"])
}

/// Hosts that send usage anyway and refuse unknown fields.
fn takes_stream_options(base: &Url) -> bool {
    !host_is(base, &["api.mistral.ai", "api.perplexity.ai", "api.cohere.ai", "api.cohere.com"])
}

/// Whether the host of `base` is one of `names` or lies under one.
fn host_is(base: &Url, names: &[&str]) -> bool {
    let Some(host) = base.host_str() else { return false };
    names
        .iter()
        .any(|name| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}
