//! `ChatRequest` → the body of `POST {base}/chat`. The limit of probability is `p`; thinking has a switch, no degrees.

use crate::provider::Target;
use crate::provider::dialects::decimal;
use crate::provider::target::Fields;
use crate::types::{ChatRequest, Message};
use serde_json::{Map, Value, json};

/// The body for `request`; `messages` are the request's, with its system message where `target` wants it.
pub(super) fn body(target: &Target, request: &ChatRequest, messages: &[Message]) -> Map<String, Value> {
    let parameters = &request.parameters;
    let mut body = Fields::of(target);
    let mut put = |name: &str, value| body.put(name, value);
    put("model", Some(json!(request.model.trim())));
    put("messages", Some(json!(messages)));
    let documents: Vec<Value> = request
        .documents
        .iter()
        .map(|document| json!({"id": document.id, "data": {"title": document.title, "text": document.text}}))
        .collect();
    let any = !documents.is_empty();
    put("documents", any.then_some(Value::Array(documents)));
    put("citation_options", any.then(|| json!({"mode": "ACCURATE"})));
    put("stream", Some(json!(true)));
    put("max_tokens", parameters.max_tokens.map(|most| json!(most)));
    put("temperature", parameters.temperature.and_then(decimal));
    put("p", parameters.top_p.and_then(decimal));
    put("seed", parameters.seed.map(|seed| json!(seed)));
    put("thinking", parameters.effort.map(|_| json!({"type": "enabled"})));
    body.done()
}
