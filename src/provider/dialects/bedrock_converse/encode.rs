//! `ChatRequest` → the body of `POST {base}/model/{model}/converse-stream`. The model stands in the path.
//!
//! Converse has no seed and no degree of reasoning that all models share, so neither is sent.

use crate::provider::Target;
use crate::provider::dialects::decimal;
use crate::types::{ChatRequest, Message, Role};
use serde_json::{Map, Value, json};

/// The body for `request`; `messages` are the request's, with its system message where `target` wants it.
pub(super) fn body(target: &Target, request: &ChatRequest, messages: &[Message]) -> Map<String, Value> {
    let parameters = &request.parameters;
    let put = |map: &mut Map<String, Value>, name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|_| target.takes(name)) {
            map.insert(name.to_owned(), value);
        }
    };
    let mut config = Map::new();
    put(&mut config, "maxTokens", parameters.max_tokens.map(|most| json!(most)));
    put(&mut config, "temperature", parameters.temperature.and_then(decimal));
    put(&mut config, "topP", parameters.top_p.and_then(decimal));
    // UrlParam text is refused.
    let said = || messages.iter().filter(|message| !message.content.trim().is_empty());
    let system: Vec<Value> = said().filter(|message| message.role == Role::System).map(block).collect();
    let mut body = Map::new();
    put(&mut body, "messages", Some(Value::Array(turns(said()))));
    put(&mut body, "system", (!system.is_empty()).then_some(Value::Array(system)));
    put(&mut body, "inferenceConfig", (!config.is_empty()).then_some(Value::Object(config)));
    body
}

/// Roles must alternate: what one side says in a row becomes one turn of several blocks.
fn turns<'a>(messages: impl Iterator<Item = &'a Message>) -> Vec<Value> {
    let mut turns: Vec<(Role, Vec<Value>)> = Vec::new();
    for message in messages.filter(|message| message.role != Role::System) {
        match turns.last_mut() {
            Some((role, blocks)) if *role == message.role => blocks.push(block(message)),
            _ => turns.push((message.role, vec![block(message)])),
        }
    }
    turns.into_iter().map(|(role, content)| json!({"role": role, "content": content})).collect()
}

fn block(message: &Message) -> Value {
    json!({"text": message.content})
}
