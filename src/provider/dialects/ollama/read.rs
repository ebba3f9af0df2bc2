//! One line of the answer (or the whole, when it was not streamed: the same shape) → what it says.

use crate::provider::decode::{Out, ToolCall, arguments, count};
use crate::provider::dialects::ReadAnswer;
use crate::types::Usage;
use serde_json::Value;

/// What has to be remembered of one answer: nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader;

impl ReadAnswer for Reader {
    fn read(&mut self, _name: &str, value: &Value, out: &mut Out) {
        let done = value.get("done").and_then(Value::as_bool);
        let message = value.get("message").filter(|message| message.is_object());
        if done.is_some() || message.is_some() {
            out.known();
        }
        if let Some(message) = message {
            out.reasoning(text_at(message, "/thinking"));
            out.text(text_at(message, "/content"));
            for call in message.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
                out.tool_call(ToolCall {
                    id: Some(text_at(call, "/id").to_owned()),
                    name: text_at(call, "/function/name").to_owned(),
                    arguments: call.pointer("/function/arguments").map(arguments).unwrap_or_default(),
                });
            }
        }
        // The status stays 200 when a model dies midway; the line says so.
        if let Some(error) = value.get("error").filter(|error| is_said(error)) {
            out.error(error);
        }
        if done == Some(true) {
            out.finish(text_at(value, "/done_reason"));
            if let Some(usage) = usage(value) {
                out.usage(usage);
            }
            out.done();
        }
    }
}

fn is_said(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// `prompt_eval_count` is missing when the whole prompt was cached.
fn usage(value: &Value) -> Option<Usage> {
    let count = |field: &str| value.get(field).and_then(count);
    let (input_tokens, output_tokens) = (count("prompt_eval_count"), count("eval_count"));
    input_tokens.or(output_tokens)?;
    Some(Usage { input_tokens, output_tokens, ..Usage::default() })
}

fn text_at<'a>(value: &'a Value, at: &str) -> &'a str {
    value.pointer(at).and_then(Value::as_str).unwrap_or("")
}
