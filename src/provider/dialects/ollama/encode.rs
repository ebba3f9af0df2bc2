//! `ChatRequest` → the body of `POST {base}/api/chat`.

use crate::provider::Target;
use crate::provider::dialects::decimal;
use crate::types::{ChatRequest, Effort, Message};
use serde_json::{Map, Value, json};

/// How long the model stays loaded: comparing models one after the other should not load each again.
const KEEP_ALIVE: &str = "10m";
/// Bytes of prompt that a token stands for at least, over languages: context is reserved rather too large.
const BYTES_A_TOKEN: u64 = 3;
/// Tokens of answer that are reserved when no limit is set.
const ANSWER_TOKENS: u64 = 1_024;
/// The smallest context asked for, and the largest: memory grows with it.
const CONTEXT_TOKENS: (u64, u64) = (4_096, 131_072);

/// The body for `request`; `messages` are the request's, with its system message where `target` wants it.
pub(super) fn body(target: &Target, request: &ChatRequest, messages: &[Message]) -> Map<String, Value> {
    let parameters = &request.parameters;
    let put = |map: &mut Map<String, Value>, name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|_| target.takes(name)) {
            map.insert(name.to_owned(), value);
        }
    };
    let mut options = Map::new();
    let context = parameters.context_tokens.map(u64::from);
    let context = context.unwrap_or_else(|| context_tokens(messages, parameters.max_tokens));
    put(&mut options, "num_ctx", Some(json!(context)));
    put(&mut options, "temperature", parameters.temperature.and_then(decimal));
    put(&mut options, "top_p", parameters.top_p.and_then(decimal));
    put(&mut options, "seed", parameters.seed.map(|seed| json!(seed)));
    put(&mut options, "num_predict", parameters.max_tokens.map(|most| json!(most)));
    let mut body = Map::new();
    put(&mut body, "model", Some(json!(request.model.trim())));
    put(&mut body, "messages", Some(json!(messages)));
    put(&mut body, "stream", Some(json!(true)));
    put(&mut body, "think", parameters.effort.map(|effort| think(&request.model, effort)));
    put(&mut body, "keep_alive", Some(json!(KEEP_ALIVE)));
    put(&mut body, "options", (!options.is_empty()).then_some(Value::Object(options)));
    body
}

/// Only gpt-oss knows degrees; other models would refuse a word.
fn think(model: &str, effort: Effort) -> Value {
    if model.to_ascii_lowercase().contains("gpt-oss") { json!(effort.name()) } else { json!(true) }
}

/// A context that holds prompt and answer: a power of two, so that like questions do not make the model load again.
fn context_tokens(messages: &[Message], max_tokens: Option<u32>) -> u64 {
    let prompt: u64 = messages.iter().map(|message| message.content.len() as u64).sum();
    let tokens = prompt / BYTES_A_TOKEN + max_tokens.map_or(ANSWER_TOKENS, u64::from);
    let (least, most) = CONTEXT_TOKENS;
    tokens.clamp(least, most).next_power_of_two()
}
