//! `provider::framing`: bytes cut anywhere → events, frames, lines.

mod eventstream;
mod sse;
mod time;
