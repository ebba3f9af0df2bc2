//! `ChatRequest` → the body of `POST {base}/messages`. Turns must alternate and hold text; `max_tokens` must be there.

use crate::provider::Target;
use crate::provider::dialects::{decimal, turns};
use crate::provider::target::Fields;
use crate::types::{ChatRequest, Effort, Message, Role, SourceDocument};
use serde_json::{Map, Value, json};

/// Most tokens of an answer when the person set no limit: every model of the dialect can do that.
const USUAL_MAX_TOKENS: u32 = 4096;

/// The body for `request`; `messages` are the request's, with its system message where `target` wants it.
pub(super) fn body(target: &Target, request: &ChatRequest, messages: &[Message]) -> Map<String, Value> {
    let parameters = &request.parameters;
    let budget = parameters.effort.filter(|_| target.takes("thinking")).map(budget_tokens);
    let mut max_tokens = parameters.max_tokens.unwrap_or(USUAL_MAX_TOKENS);
    // Thinking counts against the limit and must stay below it.
    if let Some(budget) = budget.filter(|budget| *budget >= max_tokens) {
        max_tokens = max_tokens.saturating_add(budget);
    }
    let mut body = Fields::of(target);
    let mut put = |name: &str, value| body.put(name, value);
    put("model", Some(json!(request.model.trim())));
    put("max_tokens", Some(json!(max_tokens)));
    put("system", turns::instructions(messages).map(Value::from));
    put("messages", Some(with_documents(&conversation(messages), &request.documents)));
    put("stream", Some(json!(true)));
    // A thinking model takes no sampling of ours.
    let sampled = budget.is_none();
    put(
        "temperature",
        parameters.temperature.filter(|_| sampled).and_then(|warm| decimal(warm.clamp(0.0, 1.0))),
    );
    put("top_p", parameters.top_p.filter(|_| sampled).and_then(decimal));
    put("thinking", budget.map(|budget| json!({"type": "enabled", "budget_tokens": budget})));
    body.done()
}

/// The turns; documents stand before the first question, each citable.
fn with_documents(turns: &[Message], documents: &[SourceDocument]) -> Value {
    if documents.is_empty() {
        return json!(turns);
    }
    let first = turns.iter().position(|turn| turn.role == Role::User);
    let turn = |(at, turn): (usize, &Message)| {
        if Some(at) != first {
            return json!(turn);
        }
        let document = |document: &SourceDocument| {
            let source = json!({"type": "text", "media_type": "text/plain", "data": document.text});
            json!({"type": "document", "source": source, "title": document.title, "citations": {"enabled": true}})
        };
        let mut content: Vec<Value> = documents.iter().map(document).collect();
        content.push(json!({"type": "text", "text": turn.content}));
        json!({"role": turn.role, "content": content})
    };
    turns.iter().enumerate().map(turn).collect()
}

/// Tokens of thinking for an effort; 1,024 is the least that the API takes.
fn budget_tokens(effort: Effort) -> u32 {
    match effort {
        Effort::Low => 1_024,
        Effort::Medium => 4_096,
        Effort::High => 16_384,
    }
}

/// The turns; white space at the end of what the model is to continue is refused.
fn conversation(messages: &[Message]) -> Vec<Message> {
    let mut turns = turns::turns(messages);
    if let Some(last) = turns.last_mut().filter(|last| last.role == Role::Assistant) {
        last.content.truncate(last.content.trim_end().len());
    }
    turns
}
