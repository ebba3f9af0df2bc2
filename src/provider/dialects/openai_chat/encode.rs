//! `ChatRequest` → the body of `POST {base}/chat/completions`. Sends only parameters that were set: models refuse those
//! they do not know.

use crate::provider::dialects::decimal;
use crate::provider::target::Fields;
use crate::provider::{SystemRole, Target};
use crate::types::{ChatRequest, Message, Role};
use serde_json::{Map, Value, json};

/// The body for `request`; `messages` are the request's, with its system message where `target` wants it.
pub(super) fn body(target: &Target, request: &ChatRequest, messages: &[Message]) -> Map<String, Value> {
    let parameters = &request.parameters;
    let mut body = Fields::of(target);
    let mut put = |name: &str, value| body.put(name, value);
    put("model", Some(json!(request.model.trim())));
    put("messages", Some(messages.iter().map(|message| placed(target, message)).collect()));
    put("stream", Some(json!(true)));
    put("stream_options", target.quirks.stream_usage.then(|| json!({"include_usage": true})));
    // A host that refused one name of the limit is tried with the other.
    let renamed = target.quirks.max_completion_tokens || !target.takes("max_tokens");
    let renamed = renamed && target.takes("max_completion_tokens");
    let limit = if renamed { "max_completion_tokens" } else { "max_tokens" };
    put(limit, parameters.max_tokens.map(|most| json!(most)));
    put("temperature", parameters.temperature.and_then(decimal));
    put("top_p", parameters.top_p.and_then(decimal));
    put("seed", parameters.seed.map(|seed| json!(seed)));
    put("reasoning_effort", parameters.effort.map(|effort| json!(effort.name())));
    body.done()
}

/// One message, standing instructions under the role that `target` wants.
fn placed(target: &Target, message: &Message) -> Value {
    if message.role == Role::System && target.quirks.system == SystemRole::Developer {
        return json!({"role": "developer", "content": message.content});
    }
    json!(message)
}
