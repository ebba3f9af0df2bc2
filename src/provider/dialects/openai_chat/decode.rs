//! The bytes of a 200 answer → `ChatEvent`s.
//!
//! The first byte decides: `{` or `[` is JSON (one object from servers that ignore `stream`, or an object per line),
//! anything else is read as SSE. The answer is over at `[DONE]` or when the bytes end, never at `finish_reason`:
//! usage and errors may follow it. Ending with neither is reported as cut off.
//!
//! After a failure the text so far stands; tokens that are still reported are passed on, nothing else.

use super::loose_json::parse;
use super::{chunk, tools::ToolCalls};
use crate::provider::framing::sse::{MAX_EVENT_BYTES, SseDecoder, SseEvent};
use crate::provider::{ToolCall, failure};
use crate::types::{ChatEvent, Failure, FailureCause};
use serde_json::Value;

/// Bytes of the start kept for quoting.
const START_BYTES: usize = 2_000;

/// One answer under way.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    framing: Framing,
    sse: SseDecoder,
    /// The whole body when it is JSON; what came before the first telling byte otherwise.
    held: Vec<u8>,
    /// The first bytes, for quoting what is no chat stream.
    start: Vec<u8>,
    tools: ToolCalls,
    any_chunk: bool,
    any_text: bool,
    finish_reason: bool,
    done: bool,
    failed: bool,
    over: bool,
    error: Option<Value>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Framing {
    /// Only white space so far.
    #[default]
    Unknown,
    Sse,
    Json,
}

impl Decoder {
    /// Events that `bytes` complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<ChatEvent> {
        let mut events = Vec::new();
        if self.over {
            return events;
        }
        let room = START_BYTES.saturating_sub(self.start.len());
        self.start.extend(bytes.iter().take(room));
        if self.framing == Framing::Unknown {
            self.framing = sniff(&self.start);
        }
        match self.framing {
            Framing::Sse => self.push_sse(bytes, &mut events),
            Framing::Unknown | Framing::Json if self.held.len() + bytes.len() > MAX_EVENT_BYTES => {
                self.held = Vec::new();
                self.over = true;
                self.fail(too_large(), &mut events);
            }
            // What came before the first telling byte is held too: SSE must see every byte in order.
            Framing::Unknown | Framing::Json => self.held.extend_from_slice(bytes),
        }
        events
    }

    /// The body has ended.
    pub fn finish(&mut self) -> Vec<ChatEvent> {
        let mut events = Vec::new();
        if std::mem::replace(&mut self.over, true) {
            return events;
        }
        match self.framing {
            Framing::Unknown => {}
            Framing::Sse => {
                for event in self.sse.finish() {
                    self.read_event(&event, &mut events);
                }
            }
            Framing::Json => self.read_json(&mut events),
        }
        if !self.any_chunk && !self.done && !self.failed && !self.start.trim_ascii().is_empty() {
            let start = String::from_utf8_lossy(&self.start).into_owned();
            self.fail(failure::garbled(&start), &mut events);
        } else if !self.finish_reason && !self.done {
            self.fail(failure::cut_off(self.any_text), &mut events);
        }
        events
    }

    /// Whether `[DONE]` has come.
    pub fn is_complete(&self) -> bool {
        self.done
    }

    /// Tool calls so far.
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.tools.calls()
    }

    /// The error object as the host sent it.
    pub fn reported_error(&self) -> Option<&Value> {
        self.error.as_ref()
    }

    /// Feeds SSE; the first time also what was held while the framing was unknown.
    fn push_sse(&mut self, bytes: &[u8], events: &mut Vec<ChatEvent>) {
        let held = std::mem::take(&mut self.held);
        for bytes in [held.as_slice(), bytes] {
            for event in self.sse.push(bytes) {
                self.read_event(&event, events);
            }
        }
        if self.sse.error().is_some() {
            self.over = true;
            self.fail(too_large(), events);
        }
    }

    fn read_event(&mut self, event: &SseEvent, events: &mut Vec<ChatEvent>) {
        let data = event.data.trim();
        if data.is_empty() {
            return;
        }
        if data == "[DONE]" {
            self.done = true;
            return;
        }
        let Some(value) = parse(data) else {
            match () {
                () if event.name == "error" => self.read_error(&Value::String(data.to_owned()), events),
                // Half an object at the very end: `finish` says that the stream was cut off.
                () if !event.complete => self.any_chunk = true,
                // `event: ping` and the like carry what they want.
                () if !event.name.is_empty() && event.name != "message" => {}
                () => self.fail(failure::garbled(data), events),
            }
            return;
        };
        if event.name == "error" {
            let inner = value.get("error").filter(|error| !error.is_null()).unwrap_or(&value).clone();
            self.any_chunk = true;
            self.read_error(&inner, events);
        } else {
            self.read_chunk(&value, events);
        }
    }

    fn read_json(&mut self, events: &mut Vec<ChatEvent>) {
        let body = std::mem::take(&mut self.held);
        let text = String::from_utf8_lossy(&body);
        let text = text.trim_start_matches('\u{feff}').trim();
        if let Some(value) = parse(text) {
            // Google answers errors as `[{"error": …}]`.
            let values = match &value {
                Value::Array(items) => items.as_slice(),
                one => std::slice::from_ref(one),
            };
            for value in values {
                self.read_chunk(value, events);
            }
            if !self.any_chunk {
                self.read_foreign_error(values.first().unwrap_or(&Value::Null), events);
            }
            return;
        }
        // An object per line, as NDJSON servers send.
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match parse(line) {
                Some(value) => self.read_chunk(&value, events),
                None if line == "[DONE]" || line == "data: [DONE]" => self.done = true,
                // Half a line is the end of what came; anything else is no answer.
                None => break,
            }
        }
        if !self.any_chunk && body.len() > START_BYTES {
            self.any_chunk = text.contains("\"choices\"");
        }
    }

    /// A 200 body that is JSON but no completion: `{"detail": …}`, `{"message": …}`.
    fn read_foreign_error(&mut self, value: &Value, events: &mut Vec<ChatEvent>) {
        if ["detail", "message", "Message"].iter().any(|field| value.get(field).is_some()) {
            self.any_chunk = true;
            self.fail(failure::from_stream_error(value), events);
        }
    }

    fn read_chunk(&mut self, value: &Value, events: &mut Vec<ChatEvent>) {
        let chunk = chunk::read(value);
        self.any_chunk |= chunk.is_known;
        if !self.failed {
            if !chunk.reasoning.is_empty() {
                self.any_text = true;
                events.push(ChatEvent::ReasoningDelta(chunk.reasoning));
            }
            if !chunk.text.is_empty() {
                self.any_text = true;
                events.push(ChatEvent::TextDelta(chunk.text));
            }
            chunk.tool_calls.iter().for_each(|delta| self.tools.push(delta));
            if let Some(reason) = chunk.finish_reason {
                self.finish_reason = true;
                events.push(ChatEvent::Finish(reason.to_owned()));
            }
        }
        events.extend(chunk.usage.map(ChatEvent::Usage));
        if let Some(error) = chunk.error {
            self.read_error(error, events);
        }
    }

    fn read_error(&mut self, error: &Value, events: &mut Vec<ChatEvent>) {
        self.any_chunk = true;
        self.error.get_or_insert_with(|| error.clone());
        self.fail(failure::from_stream_error(error), events);
    }

    /// The first failure is the one that counts.
    fn fail(&mut self, failure: Failure, events: &mut Vec<ChatEvent>) {
        if !std::mem::replace(&mut self.failed, true) {
            events.push(ChatEvent::Failed(failure));
        }
    }
}

fn sniff(start: &[u8]) -> Framing {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    match start.trim_ascii_start().first() {
        // So much white space is a server keeping the connection warm.
        None if start.len() >= START_BYTES - 3 => Framing::Sse,
        None => Framing::Unknown,
        // The BOM itself may be cut.
        Some(0xef) if start.len() < 3 => Framing::Unknown,
        Some(b'{' | b'[') => Framing::Json,
        Some(_) => Framing::Sse,
    }
}

fn too_large() -> Failure {
    Failure {
        cause: FailureCause::Garbled,
        status: None,
        message: format!("The host sent one piece of more than {} MB.", MAX_EVENT_BYTES / (1024 * 1024)),
        hint: "The host does not answer as a chat endpoint does; check the base URL.".into(),
    }
}
