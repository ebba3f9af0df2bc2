//! One `GenerateContentResponse` → what it says.
//!
//! Counts come with every chunk, cumulative. `input_tokens` DOES include those read from a cache (`cached_tokens`);
//! `candidatesTokenCount` does not include thoughts, so `output_tokens` is the sum of both.

use super::grounding::Grounding;
use super::stop;
use crate::provider::decode::{self, Out, ToolCall};
use crate::provider::dialects::ReadAnswer;
use crate::provider::dialects::loose::{count, error, items, text};
use crate::types::Usage;
use serde_json::Value;

/// What has to be remembered of one answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    /// The answer so far, for finding what the host cites.
    answer: String,
    grounding: Grounding,
}

impl ReadAnswer for Reader {
    fn read(&mut self, name: &str, value: &Value, out: &mut Out) {
        if name == "error" {
            return out.error(error(value).unwrap_or(value));
        }
        // Code Assist wraps each chunk.
        let value = value.get("response").filter(|inner| inner.is_object()).unwrap_or(value);
        let candidates = value.get("candidates").and_then(Value::as_array);
        if candidates.is_some() || value.get("promptFeedback").is_some() {
            out.known();
        }
        if let Some(usage) = usage(value) {
            out.usage(usage);
        }
        let candidate = candidates.into_iter().flatten().find(|one| count(one, "/index").unwrap_or(0) == 0);
        match candidate {
            Some(candidate) => self.read_candidate(candidate, out),
            None => read_feedback(value.get("promptFeedback").unwrap_or(&Value::Null), out),
        }
        if let Some(error) = error(value) {
            out.error(error);
        }
    }
}

impl Reader {
    fn read_candidate(&mut self, candidate: &Value, out: &mut Out) {
        for part in candidate.get("content").map_or(&[][..], |content| items(content, "parts")) {
            self.read_part(part, out);
        }
        let reason = text(candidate, "finishReason");
        let reason = if reason == "FINISH_REASON_UNSPECIFIED" { "" } else { reason };
        let metadata = candidate.get("groundingMetadata");
        if let Some(metadata) = metadata {
            self.grounding.read(metadata);
        }
        // Text may come after the supports that are about it.
        if metadata.is_some() || !reason.is_empty() {
            self.grounding.give(&self.answer, out);
        }
        if reason.is_empty() {
            return;
        }
        out.finish(reason);
        let any_call = !out.tools.calls().is_empty();
        if let Some(failure) = stop::answer(reason, candidate, !self.answer.is_empty(), any_call) {
            out.fail(failure);
        }
    }

    fn read_part(&mut self, part: &Value, out: &mut Out) {
        let words = text(part, "text");
        if part.get("thought").and_then(Value::as_bool) == Some(true) {
            out.reasoning(words);
        } else if !words.is_empty() {
            out.text(words);
            if !out.failed {
                self.answer.push_str(words);
            }
        }
        // A part each: Vertex can stream arguments (`partialArgs`), whose pieces are kept apart, not put together.
        if let Some(call) = part.get("functionCall").filter(|call| call.is_object()) {
            let arguments = call.get("args").filter(|arguments| !arguments.is_null());
            out.tool_call(ToolCall {
                id: call.get("id").and_then(Value::as_str).map(str::to_owned),
                name: text(call, "name").to_owned(),
                arguments: arguments.map_or_else(|| "{}".to_owned(), decode::arguments),
            });
        }
    }
}

/// A question that was blocked has feedback and no candidates. The reason is made of Google's own word.
fn read_feedback(feedback: &Value, out: &mut Out) {
    let reason = text(feedback, "blockReason");
    if !reason.is_empty() {
        out.finish(&format!("PROMPT_BLOCKED:{reason}"));
        out.fail(stop::question(reason, feedback));
    }
}

/// The counts, where there are any: chunks of Vertex may name a kind of traffic only.
fn usage(value: &Value) -> Option<Usage> {
    let usage = value.get("usageMetadata")?;
    let (answer, thoughts) = (count(usage, "/candidatesTokenCount"), count(usage, "/thoughtsTokenCount"));
    let input_tokens = count(usage, "/promptTokenCount");
    let total_tokens = count(usage, "/totalTokenCount");
    input_tokens.or(total_tokens).or(answer)?;
    Some(Usage {
        input_tokens,
        output_tokens: Some(answer.unwrap_or(0).saturating_add(thoughts.unwrap_or(0))),
        reasoning_tokens: thoughts,
        cached_tokens: count(usage, "/cachedContentTokenCount"),
        total_tokens,
        ..Usage::default()
    })
}
