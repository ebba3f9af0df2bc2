//! One item of the output, whole → text, reasoning, a tool call; and the final response around them.

use super::parts::{Parts, Place};
use crate::provider::decode::{Out, ToolCall};
use crate::provider::dialects::loose::{count, first_text, items, text};
use crate::types::Usage;
use serde_json::Value;

/// The text parts of a message.
pub(super) fn settle_message(item: &Value, item_place: u64, parts: &mut Parts, out: &mut Out) {
    if let Some(content) = item.get("content").and_then(Value::as_str) {
        return parts.settle((item_place, 0), content, &[], out);
    }
    for (number, part) in (0..).zip(items(item, "content")) {
        settle_part(part, (item_place, number), parts, out);
    }
}

/// One text part; a refusal is what the model says instead of an answer.
pub(super) fn settle_part(part: &Value, place: Place, parts: &mut Parts, out: &mut Out) {
    let text_or_refusal = match text(part, "type") {
        "output_text" | "text" | "" => text(part, "text"),
        "refusal" => text(part, "refusal"),
        _ => return,
    };
    if !text_or_refusal.is_empty() {
        parts.settle(place, text_or_refusal, items(part, "annotations"), out);
    }
}

/// The reasoning of an item: summaries, and the thoughts themselves where a host shows them. Hosts that have no summary of
/// their own repeat the thoughts.
pub(super) fn read_reasoning(item: &Value, out: &mut Out) {
    let join = |field: &str| items(item, field).iter().map(|part| text(part, "text")).collect::<String>();
    let (summary, thoughts) = (join("summary"), join("content"));
    out.reasoning(&summary);
    if thoughts != summary {
        out.reasoning(&thoughts);
    }
}

/// A call of a tool of ours. Those that the host runs itself are of other types.
pub(super) fn tool_call(item: &Value) -> Option<ToolCall> {
    (text(item, "type") == "function_call").then(|| ToolCall {
        id: Some(first_text(item, &["call_id", "id"]).unwrap_or("").to_owned()),
        name: text(item, "name").to_owned(),
        arguments: match item.get("arguments") {
            Some(Value::String(arguments)) => arguments.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        },
    })
}

/// Token counts; `input_tokens` DOES include those read from a cache (`cached_tokens`).
pub(super) fn usage(response: &Value) -> Option<Usage> {
    let usage = response.get("usage").filter(|usage| usage.as_object().is_some_and(|o| !o.is_empty()))?;
    let count = |path: &str| count(usage, path);
    Some(Usage {
        input_tokens: count("/input_tokens"),
        output_tokens: count("/output_tokens"),
        reasoning_tokens: count("/output_tokens_details/reasoning_tokens"),
        cached_tokens: count("/input_tokens_details/cached_tokens"),
        cache_write_tokens: count("/input_tokens_details/cache_write_tokens"),
        total_tokens: count("/total_tokens"),
        ..Usage::default()
    })
}

/// How a response ended: why it is incomplete, or its status, raw; nothing while it is under way.
pub(super) fn end_reason(response: &Value) -> Option<String> {
    if let Some(reason) = response.pointer("/incomplete_details/reason").and_then(Value::as_str) {
        return Some(reason.to_owned());
    }
    match response.get("status")? {
        Value::String(status) => Some(status.clone()).filter(|s| !s.is_empty() && !is_under_way(response)),
        Value::Number(status) => Some(status.to_string()),
        _ => None,
    }
}

/// Whether the host says that the answer is still being written.
pub(super) fn is_under_way(response: &Value) -> bool {
    matches!(text(response, "status"), "in_progress" | "queued")
}
