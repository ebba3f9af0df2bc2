//! The bytes of a 200 answer, cut anywhere → `ChatEvent`s, the same way for every dialect.
//!
//! Mechanism: the first byte tells the framing (`{` JSON or an object a line, NUL an AWS event stream, anything else
//! server-sent events); the framing yields one JSON value after the other; the dialect's reader says what each means
//! and writes it into [`Out`]. The answer is over at the dialect's terminator or when the bytes end, never at a finish
//! reason alone: usage and errors may follow it. Ending with neither is reported as cut off.
//!
//! After a failure the text so far stands; tokens that are still reported are passed on, nothing else.

mod json;
mod out;
mod tools;

pub use json::{arguments, count, parse};
pub use out::Out;
pub use tools::{ToolCall, ToolCalls};

use super::dialects::{ReadAnswer, Spec};
use super::failure;
use super::framing::eventstream::{EventStream, Frame};
use super::framing::lines::Lines;
use super::framing::sse::{MAX_EVENT_BYTES, SseDecoder, SseEvent};
use crate::types::problem::host;
use crate::types::{CallFailure, ChatEvent, Dialect, FailureCause};
use serde_json::Value;

/// Bytes of the start kept for quoting.
const START_BYTES: usize = 2_000;

/// One answer under way.
///
/// ```
/// use sidecite::provider::Dialect;
/// use sidecite::types::ChatEvent;
///
/// let mut decoder = Dialect::Ollama.decoder();
/// // Bytes may be cut anywhere.
/// let mut events = decoder.push(br#"{"message":{"content":"Gr"#);
/// assert!(events.is_empty());
/// events.extend(decoder.push("üße\"},\"done\":true,\"done_reason\":\"stop\"}\n".as_bytes()));
/// events.extend(decoder.finish());
/// assert_eq!(events, [ChatEvent::TextDelta("Grüße".into()), ChatEvent::Finish("stop".into())]);
/// ```
#[derive(Debug)]
pub struct Decoder {
    spec: &'static Spec,
    reader: Box<dyn ReadAnswer>,
    framing: Framing,
    /// What came before the first telling byte, then the whole body where it is one JSON value.
    held: Vec<u8>,
    /// The first bytes, for quoting what is no chat stream.
    start: Vec<u8>,
    /// The lines together are one value (pretty-printed JSON): all of it is held until the end.
    whole: bool,
    out: Out,
    over: bool,
}

/// The framing of a body, where it is known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramingKind {
    /// Server-sent events.
    Sse,
    /// An object a line.
    Ndjson,
    /// One value.
    Json,
    /// AWS event stream.
    EventStream,
}

/// How values are separated in a body.
#[derive(Clone, Debug, Default)]
enum Framing {
    /// Only white space so far.
    #[default]
    Unknown,
    Sse(SseDecoder),
    /// An object a line.
    Lines(Lines),
    /// One value, held until the end.
    Whole,
    EventStream(EventStream),
}

impl Framing {
    fn of(kind: FramingKind) -> Self {
        match kind {
            FramingKind::Sse => Self::Sse(SseDecoder::default()),
            FramingKind::Ndjson => Self::Lines(Lines::default()),
            FramingKind::Json => Self::Whole,
            FramingKind::EventStream => Self::EventStream(EventStream::default()),
        }
    }
}

impl Decoder {
    /// For an answer in `dialect`.
    pub fn new(dialect: Dialect) -> Self {
        let spec = dialect.spec();
        Self {
            spec,
            reader: (spec.reader)(),
            framing: Framing::Unknown,
            held: Vec::new(),
            start: Vec::new(),
            whole: false,
            out: Out::default(),
            over: false,
        }
    }

    /// For an answer in `dialect` whose framing is known, so that its first byte need not tell.
    pub fn with_framing(dialect: Dialect, framing: FramingKind) -> Self {
        Self { framing: Framing::of(framing), ..Self::new(dialect) }
    }

    /// Events that `bytes` complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<ChatEvent> {
        if self.over {
            return Vec::new();
        }
        let room = START_BYTES.saturating_sub(self.start.len());
        self.start.extend(bytes.iter().take(room));
        if matches!(self.framing, Framing::Unknown) {
            self.framing = sniff(&self.start, self.spec.framing);
            // What came before the first telling byte belongs to the body: the framing sees every byte in order.
            if !matches!(self.framing, Framing::Unknown) {
                let held = std::mem::take(&mut self.held);
                self.take(&held);
            }
        }
        self.take(bytes);
        self.out.take_events()
    }

    /// The body has ended: events that were still under way, and `Failed` when the answer is not complete.
    pub fn finish(&mut self) -> Vec<ChatEvent> {
        if std::mem::replace(&mut self.over, true) {
            return self.out.take_events();
        }
        match std::mem::take(&mut self.framing) {
            Framing::Unknown => {}
            Framing::Sse(mut sse) => sse.finish().iter().for_each(|event| self.read_event(event)),
            Framing::Lines(mut lines) => {
                if let Some(line) = lines.finish() {
                    self.read_line(&line, false);
                }
                self.read_whole();
            }
            Framing::Whole => self.read_whole(),
            Framing::EventStream(stream) => {
                if stream.is_amid_frame() {
                    // Half a frame is the end of what came.
                    self.out.known();
                }
            }
        }
        let nothing_known = !self.out.any_known && !self.out.done && !self.out.failed;
        if nothing_known && !self.start.trim_ascii().is_empty() {
            let start = String::from_utf8_lossy(&self.start).into_owned();
            self.out.fail(failure::garbled(&start));
        } else if !self.out.finished && !self.out.done {
            self.out.fail(failure::cut_off(self.out.any_text));
        }
        self.out.take_events()
    }

    /// Whether the host said that nothing more comes; the connection may be closed.
    pub fn is_complete(&self) -> bool {
        self.out.done
    }

    /// Tool calls so far.
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.out.tools.calls()
    }

    /// The error object as the host sent it, where it sent one.
    pub fn reported_error(&self) -> Option<&Value> {
        self.out.error.as_ref()
    }

    fn take(&mut self, bytes: &[u8]) {
        match &mut self.framing {
            Framing::Unknown | Framing::Whole => {
                if self.held.len() + bytes.len() > MAX_EVENT_BYTES {
                    return self.give_up(too_large());
                }
                self.held.extend_from_slice(bytes);
            }
            Framing::Sse(sse) => {
                let events = sse.push(bytes);
                let failed = sse.is_too_large();
                events.iter().for_each(|event| self.read_event(event));
                if failed {
                    self.give_up(too_large());
                }
            }
            Framing::Lines(lines) => {
                let found = lines.push(bytes);
                let failed = lines.is_too_large();
                found.iter().for_each(|line| self.read_line(line, true));
                if failed {
                    self.give_up(too_large());
                }
            }
            Framing::EventStream(stream) => {
                let (frames, error) = stream.push(bytes);
                frames.iter().for_each(|frame| self.read_frame(frame));
                if let Some(error) = error {
                    self.give_up(CallFailure::new(FailureCause::Garbled, host::damaged(error)));
                }
            }
        }
    }

    fn give_up(&mut self, failure: CallFailure) {
        self.held = Vec::new();
        self.over = true;
        self.out.fail(failure);
    }

    fn read_event(&mut self, event: &SseEvent) {
        let data = event.data.trim();
        if data.is_empty() {
            return;
        }
        // Also after dialects that have an end of their own (gateways add it).
        if data == "[DONE]" {
            self.out.done = true;
            return;
        }
        match parse(data) {
            Some(value) => self.reader.read(&event.name, &value, &mut self.out),
            None if event.name == "error" => self.out.error(&Value::String(data.to_owned())),
            // Half an object at the very end: `finish` says that the stream was cut off.
            None if !event.complete => self.out.known(),
            // `event: ping` and the like carry what they want.
            None if !event.name.is_empty() && event.name != "message" => {}
            None => self.out.fail(failure::garbled(data)),
        }
    }

    /// A line of a body that began like JSON.
    fn read_line(&mut self, line: &[u8], complete: bool) {
        let text = String::from_utf8_lossy(line);
        let trimmed = text.trim_start_matches('\u{feff}').trim();
        if self.whole {
            self.held.extend_from_slice(line);
            self.held.push(b'\n');
        } else if matches!(trimmed, "[DONE]" | "data: [DONE]") {
            self.out.done = true;
        } else if let Some(value) = parse(trimmed) {
            self.read_value(&value);
        } else if !trimmed.is_empty() && !self.out.any_known {
            self.held.extend_from_slice(line);
            self.held.push(b'\n');
            self.whole = complete;
        }
        // Else half a line, which is the end of what came.
    }

    fn read_whole(&mut self) {
        let body = std::mem::take(&mut self.held);
        let text = String::from_utf8_lossy(&body);
        let text = text.trim_start_matches('\u{feff}').trim();
        match parse(text) {
            Some(value) => self.read_value(&value),
            None if body.len() > START_BYTES && self.is_like(text) => self.out.known(),
            None => {}
        }
    }

    /// Whether a body that is not whole JSON looks like an answer of the dialect that was cut off.
    fn is_like(&self, text: &str) -> bool {
        text.contains(&format!("\"{}\"", self.spec.answer_field))
    }

    /// One value of a body in JSON. Google answers without `alt=sse` with an array of chunks, and so errors.
    fn read_value(&mut self, value: &Value) {
        let values = match value {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in values {
            self.reader.read("", value, &mut self.out);
        }
        if let (false, Some(value)) = (self.out.any_known, values.first()) {
            self.read_foreign_error(value);
        }
    }

    /// A 200 body that is JSON but of no dialect: `{"detail": …}`, `{"message": …}`.
    fn read_foreign_error(&mut self, value: &Value) {
        if ["detail", "message", "Message"].iter().any(|field| value.get(field).is_some()) {
            self.out.known();
            self.out.fail(failure::from_stream_error(value));
        }
    }

    fn read_frame(&mut self, frame: &Frame) {
        let payload = String::from_utf8_lossy(&frame.payload);
        let value = parse(payload.trim()).unwrap_or(Value::Null);
        self.reader.read_frame(frame, &value, &mut self.out);
    }
}

/// The framing of a body that begins with `start`; `usual` is the dialect's.
fn sniff(start: &[u8], usual: FramingKind) -> Framing {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    // The length of an event-stream frame is below 16 MiB, so its first byte is 0.
    if start.first() == Some(&0) {
        return Framing::EventStream(EventStream::default());
    }
    match start.trim_ascii_start().first() {
        // So much white space is a server keeping the connection warm.
        None if start.len() >= START_BYTES - 3 => match usual {
            // An event stream does not begin with white space, so this is a gateway in front of one.
            FramingKind::EventStream => Framing::of(FramingKind::Sse),
            usual => Framing::of(usual),
        },
        None => Framing::Unknown,
        // The BOM itself may be cut.
        Some(0xef) if start.len() < 3 => Framing::Unknown,
        Some(b'{') => Framing::Lines(Lines::default()),
        Some(b'[') => Framing::Whole,
        Some(_) => Framing::Sse(SseDecoder::default()),
    }
}

fn too_large() -> CallFailure {
    CallFailure::new(FailureCause::Garbled, host::event_too_large(MAX_EVENT_BYTES >> 20))
}
