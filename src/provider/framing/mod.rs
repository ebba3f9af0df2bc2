//! Bytes → framed events, before any dialect looks inside.

/// AWS event stream.
pub mod eventstream;
/// An object a line.
pub mod lines;
/// Server-sent events.
pub mod sse;

pub use eventstream::{EventStream, EventStreamError, Frame};
pub use lines::Lines;
pub use sse::{SseDecoder, SseEvent};
