//! One value of the answer → what it says: an event of the stream, or the whole answer.
//!
//! Loose JSON: any field may be missing or of another type, and unknown events are passed over. A tool plan is reasoning.

use super::blocks::Blocks;
use crate::provider::decode::{Out, ToolCall, arguments, count};
use crate::provider::dialects::ReadAnswer;
use crate::provider::failure;
use crate::types::Usage;
use serde_json::{Value, json};

/// What has to be remembered of one answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    blocks: Blocks,
    /// Citations whose text has not come yet.
    early: Vec<Value>,
}

/// Most citations that wait for their text.
const MAX_EARLY: usize = 10_000;

impl ReadAnswer for Reader {
    fn read(&mut self, name: &str, value: &Value, out: &mut Out) {
        let kind = value.get("type").and_then(Value::as_str).unwrap_or(name);
        let message = value.pointer("/delta/message").unwrap_or(&Value::Null);
        let index = value.get("index").and_then(count).unwrap_or(0);
        match kind {
            "message-start" | "content-end" | "tool-call-end" | "citation-end" | "debug" => out.known(),
            "content-start" | "content-delta" => {
                out.known();
                self.content(index, message.get("content"), out);
            }
            "tool-plan-delta" => out.reasoning(text_of(message.get("tool_plan"))),
            "tool-call-start" | "tool-call-delta" => {
                out.known();
                each(message.get("tool_calls"), |call| read_call(kind, index, call, out));
            }
            "citation-start" => {
                out.known();
                each(message.get("citations"), |citation| self.cite(citation, out));
            }
            "message-end" | "stream-end" => self.end(value.get("delta").unwrap_or(value), out),
            "error" => out.error(error_in(value).unwrap_or(value)),
            _ if value.get("type").is_none() && value.get("message").is_some_and(Value::is_object) => {
                self.whole(value, out);
            }
            // An error body where an event should be: `{"id", "message": "…"}`.
            _ if kind.is_empty() && out.any_known && !text_of(value.get("message")).is_empty() => {
                out.error(value)
            }
            _ => {
                if let Some(error) = error_in(value) {
                    out.error(error);
                }
            }
        }
    }
}

impl Reader {
    /// Text and thinking: an object, a list of them, or plain text.
    fn content(&mut self, index: u64, content: Option<&Value>, out: &mut Out) {
        match content {
            Some(Value::String(text)) => self.text(index, text, out),
            Some(part @ Value::Object(_)) => {
                out.reasoning(text_of(part.get("thinking")));
                self.text(index, text_of(part.get("text")), out);
            }
            Some(Value::Array(parts)) => {
                for (at, part) in parts.iter().enumerate().filter(|(_, part)| !part.is_array()) {
                    self.content(index + at as u64, Some(part), out);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, index: u64, text: &str, out: &mut Out) {
        if !text.is_empty() && !out.failed {
            self.blocks.push(index, out.text_bytes(), text);
            out.text(text);
        }
    }

    /// `{start, end, text, sources, content_index}`: offsets count characters of a content block.
    fn cite(&mut self, citation: &Value, out: &mut Out) {
        if !self.place(citation, out) && self.early.len() < MAX_EARLY {
            self.early.push(citation.clone());
        }
    }

    /// Whether the citation could be placed, or never can be.
    fn place(&self, citation: &Value, out: &mut Out) -> bool {
        let number = |field: &str| citation.get(field).and_then(count);
        let (Some(start), Some(end)) = (number("start"), number("end")) else { return true };
        // Plans and thinking are cited too; they are not the answer.
        if matches!(text_of(citation.get("type")), "PLAN" | "THINKING_CONTENT") {
            return true;
        }
        let words = text_of(citation.get("text"));
        let Some(bytes) = self.blocks.find(number("content_index"), start..end, words) else { return false };
        let mut sources = Vec::new();
        each(citation.get("sources"), |source| {
            let id = ["/id", "/document/id"].iter().find_map(|at| source.pointer(at)?.as_str());
            sources.extend(id.map(str::to_owned));
        });
        out.citation(bytes.start, bytes.end, None, sources);
        true
    }

    fn end(&mut self, delta: &Value, out: &mut Out) {
        for citation in std::mem::take(&mut self.early) {
            self.place(&citation, out);
        }
        let reason = text_of(delta.get("finish_reason"));
        out.finish(reason);
        if let Some(usage) = usage(delta.get("usage")) {
            out.usage(usage);
        }
        match error_in(delta) {
            Some(error) => out.error(error),
            None if reason == "ERROR" => {
                out.fail(failure::from_stream_error(&json!({"message": "finish_reason ERROR"})));
            }
            None => {}
        }
        out.done();
    }

    /// An answer that was not streamed.
    fn whole(&mut self, answer: &Value, out: &mut Out) {
        let message = answer.get("message").unwrap_or(&Value::Null);
        out.reasoning(text_of(message.get("tool_plan")));
        self.content(0, message.get("content"), out);
        each(message.get("tool_calls"), |call| {
            let text = |at: &str| text_of(call.pointer(at)).to_owned();
            let arguments = call.pointer("/function/arguments").map(arguments).unwrap_or_default();
            out.tool_call(ToolCall { id: Some(text("/id")), name: text("/function/name"), arguments });
        });
        each(message.get("citations"), |citation| self.cite(citation, out));
        self.end(answer, out);
    }
}

fn read_call(kind: &str, index: u64, call: &Value, out: &mut Out) {
    if out.failed {
        return;
    }
    let text = |at: &str| text_of(call.pointer(at));
    if kind == "tool-call-start" {
        out.tools.begin(index, text("/id"), text("/function/name"));
    }
    if let Some(piece) = call.pointer("/function/arguments") {
        out.tools.push_arguments(index, &arguments(piece));
    }
}

/// `tokens` counts the hidden preamble too; `billed_units` is what is paid for.
fn usage(usage: Option<&Value>) -> Option<Usage> {
    let usage = usage.filter(|usage| usage.as_object().is_some_and(|fields| !fields.is_empty()))?;
    let count = |at: &str| usage.pointer(at).and_then(count);
    Some(Usage {
        input_tokens: count("/tokens/input_tokens"),
        output_tokens: count("/tokens/output_tokens"),
        reasoning_tokens: count("/tokens/reasoning_tokens"),
        cached_tokens: count("/cached_tokens"),
        billed_input_tokens: count("/billed_units/input_tokens"),
        billed_output_tokens: count("/billed_units/output_tokens"),
        ..Usage::default()
    })
}

fn error_in(value: &Value) -> Option<&Value> {
    value.get("error").filter(|error| match error {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        _ => true,
    })
}

fn text_of(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or("")
}

/// The items of a list, or the one object that stands where a list could.
fn each<'a>(value: Option<&'a Value>, mut take: impl FnMut(&'a Value)) {
    match value {
        Some(Value::Array(items)) => items.iter().for_each(take),
        Some(one @ Value::Object(_)) => take(one),
        _ => {}
    }
}
