//! Bytes → framed events, before any dialect looks inside.

/// Server-sent events.
pub mod sse;

pub use sse::{SseDecoder, SseError, SseEvent};
