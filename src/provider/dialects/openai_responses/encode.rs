//! `ChatRequest` → the body of `POST {base}/responses`. Nothing is kept at the host (`store: false`).

use crate::provider::dialects::{decimal, turns};
use crate::provider::target::Fields;
use crate::provider::{SystemRole, Target};
use crate::types::{ChatRequest, Effort, Message, Role};
use serde_json::{Map, Value, json};

/// The body for `request`; `messages` are the request's, with its system message where `target` wants it.
pub(super) fn body(target: &Target, request: &ChatRequest, messages: &[Message]) -> Map<String, Value> {
    let parameters = &request.parameters;
    let as_developer = target.quirks.system == SystemRole::Developer;
    let input: Vec<Value> = messages
        .iter()
        .filter(|message| message.role != Role::System || as_developer)
        .filter(|message| !message.content.trim().is_empty())
        .map(input_item)
        .collect();
    let mut body = Fields::of(target);
    let mut put = |name: &str, value| body.put(name, value);
    put("model", Some(json!(request.model.trim())));
    put("instructions", turns::instructions(messages).filter(|_| !as_developer).map(Value::from));
    put("input", Some(json!(input)));
    put("stream", Some(json!(true)));
    put("store", Some(json!(false)));
    put("max_output_tokens", parameters.max_tokens.map(|most| json!(most)));
    put("temperature", parameters.temperature.and_then(decimal));
    put("top_p", parameters.top_p.and_then(decimal));
    put("reasoning", parameters.effort.and_then(|effort| reasoning(target, effort)));
    body.done()
}

/// What the model said is output, also when it is sent back.
fn input_item(message: &Message) -> Value {
    let (role, kind) = match message.role {
        Role::System => ("developer", "input_text"),
        Role::User => ("user", "input_text"),
        Role::Assistant => ("assistant", "output_text"),
    };
    json!({"role": role, "content": [{"type": kind, "text": message.content}]})
}

/// Hosts name the halves when they refuse them: summaries are for verified organisations only.
fn reasoning(target: &Target, effort: Effort) -> Option<Value> {
    let mut reasoning = Map::new();
    if target.takes("reasoning.effort") {
        reasoning.insert("effort".to_owned(), json!(effort.name()));
    }
    if target.takes("reasoning.summary") {
        reasoning.insert("summary".to_owned(), json!("auto"));
    }
    (!reasoning.is_empty()).then_some(Value::Object(reasoning))
}
