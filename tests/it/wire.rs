//! For suites that decode answers: one answer decoded, and frames of an AWS event stream written.

use serde_json::{Value, json};
use sidecite::provider::decode::FramingKind;
use sidecite::provider::{Decoder, Dialect};
use sidecite::types::{CallFailure, ChatEvent, NativeCitation, Usage};

/// What came of one answer.
#[derive(Debug, Default, PartialEq)]
pub struct Decoded {
    pub text: String,
    pub reasoning: String,
    pub finish_reason: Option<String>,
    pub usage: Option<Usage>,
    pub tool_calls: Value,
    pub citations: Vec<NativeCitation>,
    pub error: Value,
    pub failure: Option<CallFailure>,
    pub failures: usize,
    pub complete: bool,
}

impl Decoded {
    /// What each citation covers, its quote and its sources.
    pub fn cited(&self) -> Vec<(&str, &str, Vec<&str>)> {
        self.citations
            .iter()
            .map(|citation| {
                let covered = self.text.get(citation.span.range());
                assert!(covered.is_some(), "{citation:?} is no piece of the answer");
                let sources = citation.sources.iter().map(String::as_str).collect();
                (covered.unwrap_or(""), citation.quote.as_deref().unwrap_or(""), sources)
            })
            .collect()
    }

    /// Why it failed, or it panics.
    pub fn failure(&self) -> &CallFailure {
        self.failure.as_ref().unwrap_or_else(|| panic!("no failure: {self:?}"))
    }

    /// The five counts, or `{}`.
    pub fn counts(&self) -> Value {
        self.usage.map_or_else(
            || json!({}),
            |usage| {
                json!({
                    "input": usage.input_tokens, "output": usage.output_tokens, "total": usage.total_tokens,
                    "reasoning": usage.reasoning_tokens, "cached": usage.cached_tokens,
                })
            },
        )
    }
}

/// `body` in pieces of `cut` bytes; its first byte shows the framing.
pub fn decode(dialect: Dialect, body: &[u8], cut: usize) -> Decoded {
    run(dialect.decoder(), body.chunks(cut))
}

/// The same with the framing given.
pub fn decode_framed(dialect: Dialect, framing: FramingKind, body: &[u8], cut: usize) -> Decoded {
    run(Decoder::with_framing(dialect, framing), body.chunks(cut))
}

/// The same at every one of the usual cuts: they must agree.
pub fn decode_at_all_cuts(dialect: Dialect, body: &[u8]) -> Decoded {
    let whole = decode(dialect, body, body.len().max(1));
    for cut in [1, 2, 7, 4096] {
        assert_eq!(decode(dialect, body, cut), whole, "{dialect:?} at cut {cut}");
    }
    assert!(whole.failures <= 1, "{whole:?}");
    whole
}

fn run<'a>(mut decoder: Decoder, pieces: impl Iterator<Item = &'a [u8]>) -> Decoded {
    let mut events = Vec::new();
    for piece in pieces {
        events.extend(decoder.push(piece));
    }
    events.extend(decoder.finish());
    let mut out = Decoded::default();
    for event in events {
        match event {
            ChatEvent::TextDelta(text) => out.text += &text,
            ChatEvent::ReasoningDelta(text) => out.reasoning += &text,
            ChatEvent::Finish(reason) => out.finish_reason = Some(reason),
            ChatEvent::Citation(citation) => out.citations.push(citation),
            ChatEvent::Usage(usage) => out.usage = Some(usage),
            ChatEvent::Failed(failure) => {
                out.failures += 1;
                out.failure = Some(failure);
            }
        }
    }
    out.tool_calls = serde_json::to_value(decoder.tool_calls()).unwrap();
    out.error = decoder.reported_error().cloned().unwrap_or(Value::Null);
    out.complete = decoder.is_complete();
    out
}

/// Server-sent events, each `(name, data)`; an empty name writes no `event:` line.
pub fn sse(events: &[(&str, Value)]) -> Vec<u8> {
    let write = |(name, data): &(&str, Value)| {
        let line = if name.is_empty() { String::new() } else { format!("event: {name}\n") };
        format!("{line}data: {data}\n\n")
    };
    events.iter().map(write).collect::<String>().into_bytes()
}

/// One frame with string headers.
pub fn frame(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut head = Vec::new();
    for (name, value) in headers {
        head.push(name.len() as u8);
        head.extend_from_slice(name.as_bytes());
        head.push(7);
        head.extend_from_slice(&(value.len() as u16).to_be_bytes());
        head.extend_from_slice(value.as_bytes());
    }
    raw_frame(&head, payload)
}

/// One frame with headers as bytes.
pub fn raw_frame(head: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    frame.extend_from_slice(&((16 + head.len() + payload.len()) as u32).to_be_bytes());
    frame.extend_from_slice(&(head.len() as u32).to_be_bytes());
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame.extend_from_slice(head);
    frame.extend_from_slice(payload);
    frame.extend_from_slice(&crc32fast::hash(&frame).to_be_bytes());
    frame
}

/// An event of Bedrock.
pub fn event(kind: &str, payload: Value) -> Vec<u8> {
    let headers = [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")];
    frame(&headers, payload.to_string().as_bytes())
}
