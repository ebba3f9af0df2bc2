//! Bytes cut anywhere → lines, for NDJSON (<https://github.com/ndjson/ndjson-spec>). Each byte is looked at once.
//!
//! Lines end in LF; a CR before it is white space to JSON. Refuses lines over [`MAX_EVENT_BYTES`].

use super::sse::MAX_EVENT_BYTES;

/// Takes bytes, yields lines without their ends.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    line: Vec<u8>,
    too_large: bool,
}

impl Lines {
    /// Lines completed by `bytes`. After a line that is too large nothing more comes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        let mut rest = bytes;
        while !self.too_large && !rest.is_empty() {
            let end = rest.iter().position(|&b| b == b'\n');
            let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
            if self.line.len() + part.len() > MAX_EVENT_BYTES {
                self.too_large = true;
                self.line = Vec::new();
                break;
            }
            self.line.extend_from_slice(part);
            rest = after;
            if end.is_some() {
                lines.push(std::mem::take(&mut self.line));
                rest = after.get(1..).unwrap_or(&[]);
            }
        }
        lines
    }

    /// The line that was under way when the body ended.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.line);
        (!self.too_large && !line.is_empty()).then_some(line)
    }

    /// Whether a line was too large.
    pub fn is_too_large(&self) -> bool {
        self.too_large
    }
}
