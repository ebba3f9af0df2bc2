//! `ChatRequest` → the body of `POST {base}/models/{model}:streamGenerateContent`. The model is in the path only.

use crate::provider::Target;
use crate::provider::dialects::{decimal, turns};
use crate::types::{ChatRequest, Effort, Message, Role};
use serde_json::{Map, Value, json};

/// The body for `request`; `messages` are the request's, with its system message where `target` wants it.
pub(super) fn body(target: &Target, request: &ChatRequest, messages: &[Message]) -> Map<String, Value> {
    let mut body = Map::new();
    if let Some(text) = turns::instructions(messages) {
        body.insert("systemInstruction".to_owned(), json!({"parts": [{"text": text}]}));
    }
    let contents: Vec<Value> = turns::turns(messages)
        .iter()
        .map(|turn| json!({"role": role_name(turn.role), "parts": [{"text": turn.content}]}))
        .collect();
    body.insert("contents".to_owned(), json!(contents));
    let config = generation_config(target, request);
    if !config.is_empty() && takes(target, "generationConfig", "generation_config") {
        body.insert("generationConfig".to_owned(), Value::Object(config));
    }
    body
}

fn generation_config(target: &Target, request: &ChatRequest) -> Map<String, Value> {
    let parameters = &request.parameters;
    let mut config = Map::new();
    let mut put = |name: &str, other_name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|_| takes(target, name, other_name)) {
            config.insert(name.to_owned(), value);
        }
    };
    put("maxOutputTokens", "max_output_tokens", parameters.max_tokens.map(|most| json!(most)));
    put("temperature", "temperature", parameters.temperature.and_then(decimal));
    put("topP", "top_p", parameters.top_p.and_then(decimal));
    put("seed", "seed", parameters.seed.map(|seed| json!(seed)));
    put("thinkingConfig", "thinking_config", parameters.effort.and_then(|effort| thinking(target, effort)));
    config
}

/// Models before 2.5 do not think: nothing is said of it unless an effort was chosen.
fn thinking(target: &Target, effort: Effort) -> Option<Value> {
    let budget_tokens = match effort {
        Effort::Low => 1_024,
        Effort::Medium => 4_096,
        Effort::High => 16_384,
    };
    let mut thinking = Map::new();
    if takes(target, "includeThoughts", "include_thoughts") {
        thinking.insert("includeThoughts".to_owned(), json!(true));
    }
    if takes(target, "thinkingBudget", "thinking_budget") {
        thinking.insert("thinkingBudget".to_owned(), json!(budget_tokens));
    }
    (!thinking.is_empty()).then_some(Value::Object(thinking))
}

/// Google takes and names its fields in both spellings.
fn takes(target: &Target, name: &str, other_name: &str) -> bool {
    target.takes(name) && target.takes(other_name)
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Assistant => "model",
        Role::User | Role::System => "user",
    }
}
