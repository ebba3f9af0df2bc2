//! One content block under way. Blocks of unknown kinds and of tools that the host runs itself say nothing here.

use crate::provider::decode::{self, Out, ToolCall};
use crate::provider::dialects::loose::{count, first_text, items, text};
use serde_json::Value;

/// A block that has begun and not ended.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Its number in the message.
    pub index: u64,
    /// Where its text begins in the answer, in bytes.
    from: u64,
    /// Citations so far: they are about the block's whole text, so they wait for its end.
    citations: Vec<Value>,
    /// A call of a tool of ours.
    is_tool: bool,
    /// The tool's input came with the start; deltas, if any come, say it again.
    has_input: bool,
}

impl Block {
    /// What `content_block_start` begins.
    pub(super) fn begin(index: u64, start: &Value, out: &mut Out) -> Self {
        let is_tool = text(start, "type") == "tool_use";
        let mut block =
            Self { index, from: out.text_bytes(), citations: Vec::new(), is_tool, has_input: false };
        match text(start, "type") {
            "text" => {
                out.text(text(start, "text"));
                block.citations.extend_from_slice(items(start, "citations"));
            }
            "thinking" => out.reasoning(text(start, "thinking")),
            "tool_use" if !out.failed => {
                out.tools.begin(index, text(start, "id"), text(start, "name"));
                let input =
                    start.get("input").filter(|input| input.as_object().is_some_and(|o| !o.is_empty()));
                if let (Some(input), Some(call)) = (input, out.tools.under(index)) {
                    call.arguments = input.to_string();
                    block.has_input = true;
                }
            }
            _ => {}
        }
        block
    }

    /// A piece of a tool's input.
    pub(super) fn push_input(&mut self, piece: &str, out: &mut Out) {
        if !self.is_tool || piece.is_empty() || out.failed {
            return;
        }
        if std::mem::take(&mut self.has_input)
            && let Some(call) = out.tools.under(self.index)
        {
            call.arguments.clear();
        }
        out.tools.push_arguments(self.index, piece);
    }

    /// A citation of what the block says.
    pub(super) fn push_citation(&mut self, citation: Value) {
        self.citations.push(citation);
    }

    /// The block has ended: its citations are about all of its text.
    pub(super) fn end(self, out: &mut Out) {
        let to = out.text_bytes();
        for citation in &self.citations {
            cite(citation, self.from, to, out);
        }
    }
}

/// A block of a message that came whole.
pub(super) fn read_whole(block: &Value, out: &mut Out) {
    match text(block, "type") {
        "tool_use" => out.tool_call(ToolCall {
            id: Some(text(block, "id").to_owned()),
            name: text(block, "name").to_owned(),
            arguments: block.get("input").map_or_else(String::new, decode::arguments),
        }),
        _ => Block::begin(0, block, out).end(out),
    }
}

/// The places differ (`char_location`, `page_location`, `content_block_location`, `web_search_result_location`,
/// `search_result_location`); what is quoted and of which source is said alike.
fn cite(citation: &Value, from: u64, to: u64, out: &mut Out) {
    let quote = first_text(citation, &["cited_text"]).map(str::to_owned);
    let source = first_text(citation, &["document_title", "title", "source", "url"])
        .map(str::to_owned)
        // Documents without a title are known by their place among those sent, from 1.
        .or_else(|| count(citation, "/document_index").map(|index| (index + 1).to_string()))
        .or_else(|| count(citation, "/search_result_index").map(|index| (index + 1).to_string()));
    if to > from && (quote.is_some() || source.is_some()) {
        out.citation(from, to, quote, source.into_iter().collect());
    }
}
