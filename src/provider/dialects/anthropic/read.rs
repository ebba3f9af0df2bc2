//! One event, or a whole message → what it says.
//!
//! Token counts come in `message_start` and, cumulative, in `message_delta`, which may leave fields out: the last value
//! of each field counts. `input_tokens` does NOT include those read from a cache (`cached_tokens`) or written to one
//! (`cache_write_tokens`): the prompt is the sum of the three.

use super::block::{self, Block};
use crate::provider::decode::Out;
use crate::provider::dialects::ReadAnswer;
use crate::provider::dialects::blocked::{self, Blocked};
use crate::provider::dialects::loose::{count, error, first_text, items, text};
use crate::types::Usage;
use serde_json::Value;

/// What has to be remembered of one answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    /// Blocks that have begun and not ended.
    blocks: Vec<Block>,
    usage: Usage,
}

impl ReadAnswer for Reader {
    fn read(&mut self, name: &str, value: &Value, out: &mut Out) {
        let kind = first_text(value, &["type"]).unwrap_or(name);
        match kind {
            "message_start" => self.read_start(value.get("message").unwrap_or(&Value::Null), out),
            "content_block_start" => {
                out.known();
                let index = count(value, "/index").unwrap_or(0);
                self.end_block(index, out);
                let start = value.get("content_block").unwrap_or(&Value::Null);
                self.blocks.push(Block::begin(index, start, out));
            }
            "content_block_delta" => {
                out.known();
                let index = count(value, "/index").unwrap_or(0);
                self.read_delta(index, value.get("delta").unwrap_or(&Value::Null), out);
            }
            "content_block_stop" => {
                out.known();
                self.end_block(count(value, "/index").unwrap_or(0), out);
            }
            "message_delta" => {
                self.read_usage(value, out);
                self.read_stop(value.get("delta").unwrap_or(&Value::Null), out);
            }
            "message_stop" => out.done(),
            "ping" => out.known(),
            "error" => out.error(error(value).unwrap_or(value)),
            _ if name == "error" => out.error(error(value).unwrap_or(value)),
            "message" | "" if value.get("content").is_some() => self.read_message(value, out),
            _ => {
                if let Some(error) = error(value) {
                    out.error(error);
                }
            }
        }
    }
}

impl Reader {
    /// Gateways repeat the start, or splice in that of another call; some put the first blocks into it.
    fn read_start(&mut self, message: &Value, out: &mut Out) {
        out.known();
        if !out.any_text && out.tools.calls().is_empty() {
            items(message, "content").iter().for_each(|part| block::read_whole(part, out));
        }
        self.read_usage(message, out);
        self.read_stop(message, out);
    }

    fn read_message(&mut self, message: &Value, out: &mut Out) {
        out.known();
        match message.get("content") {
            Some(Value::String(content)) => out.text(content),
            _ => items(message, "content").iter().for_each(|part| block::read_whole(part, out)),
        }
        self.read_usage(message, out);
        self.read_stop(message, out);
        if let Some(error) = error(message) {
            out.error(error);
        }
        out.done();
    }

    fn read_delta(&mut self, index: u64, delta: &Value, out: &mut Out) {
        match text(delta, "type") {
            "text_delta" => out.text(text(delta, "text")),
            "thinking_delta" => out.reasoning(text(delta, "thinking")),
            "input_json_delta" => {
                if let Some(block) = self.block(index) {
                    block.push_input(text(delta, "partial_json"), out);
                }
            }
            "citations_delta" => {
                if let (Some(block), Some(citation)) = (self.block(index), delta.get("citation")) {
                    block.push_citation(citation.clone());
                }
            }
            // Signatures, and whatever will be invented.
            _ => {}
        }
    }

    fn block(&mut self, index: u64) -> Option<&mut Block> {
        self.blocks.iter_mut().rfind(|block| block.index == index)
    }

    fn end_block(&mut self, index: u64, out: &mut Out) {
        if let Some(at) = self.blocks.iter().rposition(|block| block.index == index) {
            self.blocks.remove(at).end(out);
        }
    }

    /// Takes in the counts that `holder` has, and passes on all that are known.
    fn read_usage(&mut self, holder: &Value, out: &mut Out) {
        let Some(usage) = holder.get("usage").filter(|usage| usage.is_object()) else { return };
        let put = |field: &mut Option<u64>, name: &str| *field = count(usage, name).or(*field);
        put(&mut self.usage.input_tokens, "/input_tokens");
        put(&mut self.usage.output_tokens, "/output_tokens");
        put(&mut self.usage.cached_tokens, "/cache_read_input_tokens");
        put(&mut self.usage.cache_write_tokens, "/cache_creation_input_tokens");
        if self.usage != Usage::default() {
            out.usage(self.usage);
        }
    }

    /// Why generation ended; a refusal without text gets a message.
    fn read_stop(&mut self, holder: &Value, out: &mut Out) {
        let reason = text(holder, "stop_reason");
        out.finish(reason);
        if reason == "refusal" {
            let details = holder.get("stop_details").unwrap_or(&Value::Null);
            let message = first_text(details, &["explanation"]);
            let why = first_text(details, &["category"])
                .map_or_else(|| reason.into(), |c| format!("{reason}: {c}"));
            out.fail(blocked::failure(Blocked::after(out.text_bytes() > 0), &why, message));
        }
    }
}
