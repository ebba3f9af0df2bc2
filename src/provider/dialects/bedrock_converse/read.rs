//! One event of the answer, or the whole of it → what it says.
//!
//! An event comes as a frame with its type in a header, as `{type: payload}` (SDKs log it so, and gateways send it so),
//! or as a named server-sent event. Usage may come before or after the stop; the stream then just ends. Unknown events,
//! deltas and fields (the padding `p`) are passed over.

use super::exception;
use crate::provider::decode::{Out, ToolCall, arguments, count};
use crate::provider::dialects::ReadAnswer;
use crate::provider::framing::Frame;
use crate::types::Usage;
use serde_json::Value;

/// What has to be remembered of one answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    /// The block under way and where it begins in the answer, bytes.
    block: Option<(u64, u64)>,
    /// Its citations: they come before or after the text that they are about, which is the whole block.
    citations: Vec<(Option<String>, Vec<String>)>,
}

/// Most citations of one block.
const MAX_CITATIONS: usize = 1_000;

impl ReadAnswer for Reader {
    fn read(&mut self, name: &str, value: &Value, out: &mut Out) {
        let payload = value.get(name).filter(|payload| payload.is_object()).unwrap_or(value);
        if self.event(name, payload, out) {
            return;
        }
        for (kind, payload) in value.as_object().into_iter().flatten() {
            self.event(kind, payload, out);
        }
        if value.get("output").is_some_and(Value::is_object) || value.get("stopReason").is_some() {
            self.whole(value, out);
        }
    }

    fn read_frame(&mut self, frame: &Frame, value: &Value, out: &mut Out) {
        // Its checksums fit: this is what it claims to be, also when its type is new.
        out.known();
        let kind = frame.header(":exception-type").or_else(|| frame.header(":error-code"));
        match frame.header(":message-type") {
            Some("exception" | "error") => Self::fail(frame, kind.unwrap_or("error"), value, out),
            None if kind.is_some() => Self::fail(frame, kind.unwrap_or("error"), value, out),
            _ => {
                self.event(frame.header(":event-type").unwrap_or(""), value, out);
            }
        }
    }
}

impl Reader {
    fn fail(frame: &Frame, kind: &str, payload: &Value, out: &mut Out) {
        let sent = exception::as_sent(frame, payload);
        let body = sent.get("body").unwrap_or(payload);
        out.fail(exception::failure(kind, body, frame.header(":error-message")));
        out.error.get_or_insert(sent);
    }

    /// Takes in the payload of an event; `false` when there is no such event.
    fn event(&mut self, kind: &str, payload: &Value, out: &mut Out) -> bool {
        let index = payload.get("contentBlockIndex").and_then(count).unwrap_or(0);
        match kind {
            "messageStart" => {}
            "contentBlockStart" => {
                self.enter(index, out);
                if let (Some(tool), false) = (payload.pointer("/start/toolUse"), out.failed) {
                    out.tools.begin(index, text_at(tool, "/toolUseId"), text_at(tool, "/name"));
                }
            }
            "contentBlockDelta" => {
                self.enter(index, out);
                self.delta(index, payload.get("delta").unwrap_or(&Value::Null), out);
            }
            "contentBlockStop" => self.leave(out),
            "messageStop" => {
                self.leave(out);
                out.finish(text_at(payload, "/stopReason"));
            }
            "metadata" => {
                if let Some(usage) = usage(payload.get("usage")) {
                    out.usage(usage);
                }
            }
            _ if kind.ends_with("Exception") => {
                out.known();
                out.error.get_or_insert_with(|| payload.clone());
                out.fail(exception::failure(kind, payload, None));
            }
            _ => return false,
        }
        out.known();
        true
    }

    fn delta(&mut self, index: u64, delta: &Value, out: &mut Out) {
        out.reasoning(reasoning_at(delta));
        out.text(text_at(delta, "/text"));
        if let (Some(input), false) = (delta.pointer("/toolUse/input"), out.failed) {
            out.tools.push_arguments(index, &arguments(input));
        }
        if let Some(citation) = delta.get("citation") {
            self.cite(citation);
        }
    }

    /// A citation of the block under way: `{title, sourceContent: [{text}], location}`.
    fn cite(&mut self, citation: &Value) {
        let quote: String = texts(citation.get("sourceContent")).collect();
        let title = text_at(citation, "/title");
        let sources = if title.is_empty() { Vec::new() } else { vec![title.to_owned()] };
        if self.citations.len() < MAX_CITATIONS {
            self.citations.push(((!quote.is_empty()).then_some(quote), sources));
        }
    }

    /// Block `index` is under way; the one before it is over, also when nobody said so.
    fn enter(&mut self, index: u64, out: &mut Out) {
        if self.block.is_none_or(|(known, _)| known != index) {
            self.leave(out);
            self.block = Some((index, out.text_bytes()));
        }
    }

    fn leave(&mut self, out: &mut Out) {
        let from = self.block.take().map_or(0, |(_, from)| from);
        for (quote, sources) in std::mem::take(&mut self.citations) {
            out.citation(from, out.text_bytes(), quote, sources);
        }
    }

    /// An answer that was not streamed.
    fn whole(&mut self, answer: &Value, out: &mut Out) {
        out.known();
        let content = answer.pointer("/output/message/content").and_then(Value::as_array);
        for (index, block) in content.into_iter().flatten().enumerate() {
            self.enter(index as u64, out);
            out.reasoning(reasoning_at(block));
            out.text(text_at(block, "/text"));
            texts(block.pointer("/citationsContent/content")).for_each(|text| out.text(text));
            let citations = block.pointer("/citationsContent/citations").and_then(Value::as_array);
            citations.into_iter().flatten().for_each(|citation| self.cite(citation));
            if let Some(tool) = block.get("toolUse") {
                out.tool_call(ToolCall {
                    id: Some(text_at(tool, "/toolUseId").to_owned()),
                    name: text_at(tool, "/name").to_owned(),
                    arguments: tool.get("input").map(arguments).unwrap_or_default(),
                });
            }
            self.leave(out);
        }
        out.finish(text_at(answer, "/stopReason"));
        if let Some(usage) = usage(answer.get("usage")) {
            out.usage(usage);
        }
    }
}

fn usage(usage: Option<&Value>) -> Option<Usage> {
    let usage = usage.filter(|usage| usage.as_object().is_some_and(|fields| !fields.is_empty()))?;
    let count = |field: &str| usage.get(field).and_then(count);
    Some(Usage {
        input_tokens: count("inputTokens"),
        output_tokens: count("outputTokens"),
        total_tokens: count("totalTokens"),
        cached_tokens: count("cacheReadInputTokens"),
        cache_write_tokens: count("cacheWriteInputTokens"),
        ..Usage::default()
    })
}

fn text_at<'a>(value: &'a Value, at: &str) -> &'a str {
    value.pointer(at).and_then(Value::as_str).unwrap_or("")
}

/// Deltas hold the text itself, whole blocks one level deeper.
fn reasoning_at(value: &Value) -> &str {
    match text_at(value, "/reasoningContent/text") {
        "" => text_at(value, "/reasoningContent/reasoningText/text"),
        text => text,
    }
}

/// The texts of `[{"text": …}, …]`.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(|item| item.get("text")?.as_str())
}
