//! Bytes cut anywhere → AWS event-stream frames, both checksums verified.
//!
//! A frame is `u32 total | u32 headers length | u32 CRC-32 of these eight bytes | headers | payload | u32 CRC-32 of all
//! before it`, big-endian (`smithy-rs` `aws-smithy-eventstream`, `frame.rs`). A header is `u8 length, name, u8 type,
//! value`; strings (type 7) have a `u16` length. A damaged frame ends the stream: what follows cannot be trusted.

use crate::types::UserError;
use crate::types::problem::frame;
use serde::{Deserialize, Serialize};

/// Largest frame, after the service's own limit.
pub const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;

const PRELUDE_BYTES: usize = 12;
const CRC_BYTES: usize = 4;

/// One frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The string headers, in order, such as `:event-type`.
    pub headers: Vec<(String, String)>,
    /// The payload.
    pub payload: Vec<u8>,
}

impl Frame {
    /// The header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why frames cannot be read further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", UserError::from(*self))]
pub enum EventStreamError {
    /// The lengths in front are wrong or damaged.
    Prelude {
        /// As stated.
        expected: u32,
        /// As computed.
        found: u32,
    },
    /// The frame's bytes are damaged.
    Message {
        /// Size of the frame.
        bytes: usize,
        /// As stated.
        expected: u32,
        /// As computed.
        found: u32,
    },
    /// Lengths that cannot be.
    Lengths {
        /// Whole frame.
        total: usize,
        /// Its headers.
        headers: usize,
    },
    /// Headers that end in the middle or are of an unknown type.
    Headers,
}

impl From<EventStreamError> for UserError {
    fn from(error: EventStreamError) -> Self {
        match error {
            EventStreamError::Prelude { expected, found } => frame::prelude(hex(expected), hex(found)),
            EventStreamError::Message { bytes, expected, found } => {
                frame::message(bytes, hex(expected), hex(found))
            }
            EventStreamError::Lengths { total, headers } => frame::lengths(total, headers),
            EventStreamError::Headers => frame::headers(),
        }
    }
}

fn hex(checksum: u32) -> String {
    format!("{checksum:08x}")
}

/// Takes bytes, yields frames.
#[derive(Clone, Debug, Default)]
pub struct EventStream {
    held: Vec<u8>,
    failed: bool,
}

impl EventStream {
    /// Frames completed by `bytes`, and what is wrong with the next one, if anything. Nothing comes after an error.
    pub fn push(&mut self, bytes: &[u8]) -> (Vec<Frame>, Option<EventStreamError>) {
        let mut frames = Vec::new();
        if self.failed {
            return (frames, None);
        }
        self.held.extend_from_slice(bytes);
        let mut at = 0;
        let error = loop {
            match read_frame(self.held.get(at..).unwrap_or(&[])) {
                Ok(Some((frame, len))) => {
                    frames.push(frame);
                    at += len;
                }
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
        };
        self.held.drain(..at.min(self.held.len()));
        if error.is_some() {
            self.failed = true;
            self.held = Vec::new();
        }
        (frames, error)
    }

    /// Whether the bytes so far end within a frame.
    pub fn is_amid_frame(&self) -> bool {
        !self.held.is_empty()
    }
}

/// The frame at the start of `bytes` and its length; nothing while it is not all there.
fn read_frame(bytes: &[u8]) -> Result<Option<(Frame, usize)>, EventStreamError> {
    let (Some(total), Some(headers), Some(expected)) = (u32_at(bytes, 0), u32_at(bytes, 4), u32_at(bytes, 8))
    else {
        return Ok(None);
    };
    let found = crc32fast::hash(bytes.get(..8).unwrap_or(&[]));
    if found != expected {
        return Err(EventStreamError::Prelude { expected, found });
    }
    let (total, headers) = (total as usize, headers as usize);
    // Subtraction, not a sum: lengths near 4 GiB must not wrap where addresses have 32 bits.
    if total > MAX_FRAME_BYTES
        || total.checked_sub(PRELUDE_BYTES + CRC_BYTES).is_none_or(|room| room < headers)
    {
        return Err(EventStreamError::Lengths { total, headers });
    }
    let Some(frame) = bytes.get(..total) else { return Ok(None) };
    let (body, stated) = frame.split_at(total - CRC_BYTES);
    let (expected, found) = (u32_at(stated, 0).unwrap_or(0), crc32fast::hash(body));
    if found != expected {
        return Err(EventStreamError::Message { bytes: total, expected, found });
    }
    let (head, payload) = body.split_at(PRELUDE_BYTES + headers);
    let headers = read_headers(head.get(PRELUDE_BYTES..).unwrap_or(&[])).ok_or(EventStreamError::Headers)?;
    Ok(Some((Frame { headers, payload: payload.to_vec() }, total)))
}

fn read_headers(mut bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let mut headers = Vec::new();
    while let Some((&len, rest)) = bytes.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(len))?;
        let (&kind, rest) = rest.split_first()?;
        let (len, rest) = match kind {
            0 | 1 => (0, rest),
            2 => (1, rest),
            3 => (2, rest),
            4 => (4, rest),
            5 | 8 => (8, rest),
            9 => (16, rest),
            6 | 7 => {
                let (len, rest) = rest.split_at_checked(2)?;
                (usize::from(u16::from_be_bytes(len.try_into().ok()?)), rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(len)?;
        if kind == 7 {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            headers.push((text(name), text(value)));
        }
        bytes = rest;
    }
    Some(headers)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
