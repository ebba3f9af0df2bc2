//! What a dialect's reader found → `ChatEvent`s in order, under the rules that all dialects share.

use super::{ToolCall, ToolCalls};
use crate::provider::failure;
use crate::types::{CallFailure, ChatEvent, NativeCitation, Span, Usage};
use serde_json::Value;

/// Collects the events of one answer. After a failure only usage is let through.
#[derive(Clone, Debug, Default)]
pub struct Out {
    events: Vec<ChatEvent>,
    text_bytes: u64,
    /// Tool calls under assembly.
    pub tools: ToolCalls,
    /// The first error, as sent.
    pub error: Option<Value>,
    /// Anything of the dialect has come.
    pub any_known: bool,
    /// Any text or reasoning has come.
    pub any_text: bool,
    /// A finish reason has come.
    pub finished: bool,
    /// The terminator has come.
    pub done: bool,
    /// The answer has failed.
    pub failed: bool,
}

impl Out {
    /// The value just read is one of the dialect.
    pub fn known(&mut self) {
        self.any_known = true;
    }

    /// Text of the answer.
    pub fn text(&mut self, text: &str) {
        self.any_known = true;
        if !text.is_empty() && !self.failed {
            self.any_text = true;
            self.text_bytes += text.len() as u64;
            self.events.push(ChatEvent::TextDelta(text.to_owned()));
        }
    }

    /// Reasoning of the model.
    pub fn reasoning(&mut self, text: &str) {
        self.any_known = true;
        if !text.is_empty() && !self.failed {
            self.any_text = true;
            self.events.push(ChatEvent::ReasoningDelta(text.to_owned()));
        }
    }

    /// Bytes of answer text so far: where the next text begins.
    pub fn text_bytes(&self) -> u64 {
        self.text_bytes
    }

    /// A citation over the bytes `from..to` of the answer.
    pub fn citation(&mut self, from: u64, to: u64, quote: Option<String>, sources: Vec<String>) {
        self.any_known = true;
        if !self.failed && from <= to {
            let span = Span::new(from as usize, to as usize);
            self.events.push(ChatEvent::Citation(NativeCitation { span, quote, sources }));
        }
    }

    /// Token counts; the last ones count.
    pub fn usage(&mut self, usage: Usage) {
        self.any_known = true;
        self.events.push(ChatEvent::Usage(usage));
    }

    /// Why generation ended, raw; an empty reason (some gateways) says nothing.
    pub fn finish(&mut self, reason: &str) {
        self.any_known = true;
        if !reason.is_empty() && !self.failed {
            self.finished = true;
            self.events.push(ChatEvent::Finish(reason.to_owned()));
        }
    }

    /// As `finish`, for hosts that report an error first and then say how the answer ended.
    pub fn finish_anyway(&mut self, reason: &str) {
        self.any_known = true;
        if !reason.is_empty() {
            self.finished = true;
            self.events.push(ChatEvent::Finish(reason.to_owned()));
        }
    }

    /// Nothing more comes.
    pub fn done(&mut self) {
        self.any_known = true;
        self.done = true;
    }

    /// A tool call of which all is known.
    pub fn tool_call(&mut self, call: ToolCall) {
        self.any_known = true;
        if !self.failed {
            self.tools.push_whole(call);
        }
    }

    /// The host reports an error: an object or a text.
    pub fn error(&mut self, error: &Value) {
        self.any_known = true;
        self.error.get_or_insert_with(|| error.clone());
        self.fail(failure::from_stream_error(error));
    }

    /// The first failure is the one that counts.
    pub fn fail(&mut self, failure: CallFailure) {
        if !std::mem::replace(&mut self.failed, true) {
            self.events.push(ChatEvent::Failed(failure));
        }
    }

    /// The events since last asked.
    pub fn take_events(&mut self) -> Vec<ChatEvent> {
        std::mem::take(&mut self.events)
    }
}
