//! One JSON object of the wire (a stream chunk, or a whole completion) → its parts.
//!
//! Read as loose JSON, not as a struct: any field may be missing, null, or of another type than documented, and none
//! of that may cost the text. Choices other than index 0 are ignored.

use crate::provider::dialects::loose::{self, error};
use crate::types::Usage;
use serde_json::Value;

/// What one object says.
#[derive(Debug, Default)]
pub struct Chunk<'a> {
    /// Reasoning to append.
    pub reasoning: String,
    /// Answer to append.
    pub text: String,
    /// Tool-call deltas.
    pub tool_calls: &'a [Value],
    /// Finish reason, raw.
    pub finish_reason: Option<&'a str>,
    /// Token counts.
    pub usage: Option<Usage>,
    /// The error object or text.
    pub error: Option<&'a Value>,
    /// Whether this is an object of the dialect at all.
    pub is_known: bool,
}

/// The parts of `value`.
pub fn read(value: &Value) -> Chunk<'_> {
    let mut chunk = Chunk { usage: usage(value), error: error(value), ..Chunk::default() };
    let choices = value.get("choices").and_then(Value::as_array);
    chunk.is_known = choices.is_some() || chunk.usage.is_some() || chunk.error.is_some();
    let choice = choices
        .into_iter()
        .flatten()
        .find(|choice| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0);
    let Some(choice) = choice else { return chunk };
    // An empty reason (some gateways) says nothing.
    chunk.finish_reason =
        choice.get("finish_reason").and_then(Value::as_str).filter(|reason| !reason.is_empty());
    chunk.error = chunk.error.or_else(|| error(choice));
    // Perplexity sends `delta` and the whole `message` so far in each chunk: the delta counts.
    let Some(message) =
        ["delta", "message"].iter().find_map(|field| choice.get(field).filter(|m| m.is_object()))
    else {
        return chunk;
    };
    read_message(message, &mut chunk);
    chunk
}

fn read_message<'a>(message: &'a Value, chunk: &mut Chunk<'a>) {
    let text = |field: &str| message.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
    // Gateways in transition send the same words under both names.
    if let Some(reasoning) = text("reasoning_content").or_else(|| text("reasoning")) {
        chunk.reasoning.push_str(reasoning);
    }
    match message.get("content") {
        Some(Value::String(content)) => chunk.text.push_str(content),
        Some(Value::Array(parts)) => parts.iter().for_each(|part| read_part(part, chunk)),
        _ => {}
    }
    // A refusal is what the model says to the person instead of an answer.
    if let Some(refusal) = text("refusal") {
        chunk.text.push_str(refusal);
    }
    if let Some(calls) = message.get("tool_calls").and_then(Value::as_array) {
        chunk.tool_calls = calls;
    }
}

/// One part of an array content (Mistral): `{"type":"thinking","thinking":[{"type":"text","text"}]}` or
/// `{"type":"text","text"}`.
fn read_part(part: &Value, chunk: &mut Chunk<'_>) {
    match part {
        Value::String(text) => chunk.text.push_str(text),
        _ => match part.get("thinking") {
            Some(Value::String(text)) => chunk.reasoning.push_str(text),
            Some(Value::Array(parts)) => {
                for text in parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)) {
                    chunk.reasoning.push_str(text);
                }
            }
            _ => {
                if let Some(text) = part.get("text").and_then(Value::as_str) {
                    let reasoning =
                        matches!(part.get("type").and_then(Value::as_str), Some("thinking" | "reasoning"));
                    if reasoning { &mut chunk.reasoning } else { &mut chunk.text }.push_str(text);
                }
            }
        },
    }
}

/// Token counts: `usage`, or Groq's `x_groq.usage`.
fn usage(value: &Value) -> Option<Usage> {
    let usage = [value.get("usage"), value.pointer("/x_groq/usage")]
        .into_iter()
        .flatten()
        .find(|usage| usage.as_object().is_some_and(|fields| !fields.is_empty()))?;
    let count = |path: &str| loose::count(usage, path);
    Some(Usage {
        input_tokens: count("/prompt_tokens"),
        output_tokens: count("/completion_tokens"),
        reasoning_tokens: count("/completion_tokens_details/reasoning_tokens"),
        cached_tokens: count("/prompt_tokens_details/cached_tokens"),
        total_tokens: count("/total_tokens"),
        ..Usage::default()
    })
}
