//! Bytes cut anywhere → server-sent events, after the WHATWG "event stream" grammar
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>).
//!
//! Lines end in LF, CR or CRLF (also with CR and LF in different pushes); one leading BOM is dropped; comments, `id`
//! and `retry` are ignored; several `data` lines join with LF. Each byte is looked at once, so time is linear, and
//! nothing is decoded before its line is complete, so a cut inside a UTF-8 character cannot hurt.
//!
//! One departure: the specification discards an event that lacks its closing blank line; gateways forget that line,
//! so `finish` yields such an event, marked `complete: false`. Refuses events over [`MAX_EVENT_BYTES`].

/// Most bytes of one event, lines and all.
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseEvent {
    /// The `event:` field; empty when there was none.
    pub name: String,
    /// The `data:` lines, joined with LF; bytes that are not UTF-8 have become U+FFFD.
    pub data: String,
    /// `false` when the stream ended before the blank line that closes the event.
    pub complete: bool,
}

/// Takes bytes, yields events.
#[derive(Clone, Debug, Default)]
pub struct SseDecoder {
    /// The line so far, without its end.
    line: Vec<u8>,
    /// The `data` lines so far, each followed by LF.
    data: Vec<u8>,
    name: String,
    has_data: bool,
    /// The last byte was a CR: an LF that follows belongs to it.
    after_cr: bool,
    past_first_line: bool,
    too_large: bool,
}

impl SseDecoder {
    /// Events completed by `bytes`, in order. After one that is too large nothing more comes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<SseEvent> {
        let mut events = Vec::new();
        let mut rest = bytes;
        while !self.too_large && !rest.is_empty() {
            if std::mem::take(&mut self.after_cr)
                && let Some(after) = rest.strip_prefix(b"\n")
            {
                rest = after;
                continue;
            }
            let end = rest.iter().position(|&b| b == b'\n' || b == b'\r');
            let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
            if self.line.len() + self.data.len() + part.len() > MAX_EVENT_BYTES {
                self.too_large = true;
                (self.line, self.data) = (Vec::new(), Vec::new());
                break;
            }
            self.line.extend_from_slice(part);
            rest = after;
            if let Some((&end, after)) = after.split_first() {
                self.after_cr = end == b'\r';
                events.extend(self.end_line());
                rest = after;
            }
        }
        events
    }

    /// The event that was under way when the stream ended, if it has data.
    pub fn finish(&mut self) -> Vec<SseEvent> {
        let mut events = Vec::new();
        if !self.too_large {
            if !self.line.is_empty() {
                events.extend(self.end_line());
            }
            events.extend(self.dispatch(false));
        }
        events
    }

    /// Whether an event was too large.
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }

    fn end_line(&mut self) -> Option<SseEvent> {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.past_first_line, true) && line.starts_with(BOM) {
            line.drain(..BOM.len());
        }
        if line.is_empty() {
            return self.dispatch(true);
        }
        let colon = line.iter().position(|&b| b == b':').unwrap_or(line.len());
        let (field, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
                self.has_data = true;
            }
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            // Comments (an empty field name), `id`, `retry` and fields of the future.
            _ => {}
        }
        // The line's buffer is kept for the next line.
        line.clear();
        self.line = line;
        None
    }

    fn dispatch(&mut self, complete: bool) -> Option<SseEvent> {
        let name = std::mem::take(&mut self.name);
        if !std::mem::take(&mut self.has_data) {
            return None;
        }
        let mut data = std::mem::take(&mut self.data);
        data.pop();
        let data = String::from_utf8(data)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Some(SseEvent { name, data, complete })
    }
}
