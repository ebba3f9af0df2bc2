//! The seven dialects: answers read, requests written, and what holds for all of them.

mod across;
mod anthropic;
mod asked;
mod bedrock_converse;
mod cohere_v2;
mod damage;
mod gemini;
mod ollama;
mod openai_chat;
mod openai_responses;
mod recordings;

use crate::wire::{Decoded, decode_at_all_cuts};
use serde_json::Value;
use sidecite::provider::Dialect;

/// The answer, which is the same at every cut.
fn decoded(dialect: Dialect, body: &str) -> Decoded {
    decode_at_all_cuts(dialect, body.as_bytes())
}

/// Payloads as server-sent events, named after their type where they have one.
fn sse(payloads: &[Value]) -> String {
    let event = |payload: &Value| match payload["type"].as_str() {
        Some(name) => format!("event: {name}\ndata: {payload}\n\n"),
        None => format!("data: {payload}\r\n\r\n"),
    };
    payloads.iter().map(event).collect()
}
