//! `decode --dialect D [--framing F] [--status N] [--cut N] FILE`: feeds a recorded answer to a decoder in pieces of N
//! bytes and prints one JSON object: text, reasoning, tool_calls, finish_reason, usage, citations, error (as the host
//! sent it) and failure (as a person sees it, null when the answer is complete).
//!
//! Without `--framing` the first byte tells it, as it does in the page; `chunks` (or a name that ends in `.chunks.txt`)
//! is a payload a line, framed here as it was on the wire. `--status` outside 200..299 makes the file an error body.

use serde_json::{Value, json};
use sidecite::provider::decode::FramingKind;
use sidecite::provider::{Decoder, Dialect, failure};
use sidecite::types::{ChatEvent, Usage};
use std::process::ExitCode;

const USAGE: &str = "usage: decode --dialect D [--framing F] [--status N] [--cut N] FILE";
const FRAMINGS: &str = "sse, ndjson, json, aws-eventstream, chunks";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("decode: {message}");
            ExitCode::FAILURE
        }
    }
}

/// How the file is to be read.
enum Framing {
    Told(FramingKind),
    /// A payload a line.
    Chunks,
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<Value, String> {
    let mut dialect = Dialect::default();
    let (mut cut, mut status) = (4096_usize, 200_u16);
    let (mut framing, mut file) = (None, None);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value; {USAGE}"));
        match argument.as_str() {
            "--dialect" => dialect = dialect_named(&value()?)?,
            "--framing" => framing = Some(framing_named(&value()?)?),
            "--status" => {
                let number = value()?;
                status = number
                    .parse()
                    .ok()
                    .filter(|status| (100..600).contains(status))
                    .ok_or_else(|| format!("--status wants an HTTP status, not {number}"))?;
            }
            "--cut" => {
                let number = value()?;
                cut = number
                    .parse()
                    .ok()
                    .filter(|cut| *cut > 0)
                    .ok_or_else(|| format!("--cut wants a number above 0, not {number}"))?;
            }
            _ if argument.starts_with("--") => return Err(format!("unknown option {argument}; {USAGE}")),
            _ if file.is_some() => return Err(format!("one file only; {USAGE}")),
            _ => file = Some(argument),
        }
    }
    let file = file.ok_or(USAGE)?;
    let body = std::fs::read(&file).map_err(|error| format!("{file}: {error}"))?;
    if !(200..300).contains(&status) {
        return Ok(refused(status, &body));
    }
    if framing.is_none() && file.ends_with(".chunks.txt") {
        framing = Some(Framing::Chunks);
    }
    let (decoder, body) = match framing {
        None => (dialect.decoder(), body),
        Some(Framing::Told(kind)) => (Decoder::with_framing(dialect, kind), body),
        Some(Framing::Chunks) => (Decoder::with_framing(dialect, FramingKind::Sse), framed(dialect, &body)),
    };
    Ok(decode(decoder, &body, cut))
}

fn dialect_named(name: &str) -> Result<Dialect, String> {
    Dialect::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
        format!("unknown dialect {name}; known: {}", known.join(", "))
    })
}

fn framing_named(name: &str) -> Result<Framing, String> {
    Ok(Framing::Told(match name {
        "sse" => FramingKind::Sse,
        "ndjson" => FramingKind::Ndjson,
        "json" => FramingKind::Json,
        "aws-eventstream" | "eventstream" => FramingKind::EventStream,
        "chunks" => return Ok(Framing::Chunks),
        _ => return Err(format!("unknown framing {name}; known: {FRAMINGS}")),
    }))
}

/// Payload lines as server-sent events.
fn framed(dialect: Dialect, body: &[u8]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(body.len());
    for line in body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()) {
        framed.extend_from_slice(b"data: ");
        framed.extend_from_slice(line);
        framed.extend_from_slice(b"\n\n");
    }
    if dialect == Dialect::OpenaiChat {
        framed.extend_from_slice(b"data: [DONE]\n\n");
    }
    framed
}

fn decode(mut decoder: Decoder, body: &[u8], cut: usize) -> Value {
    let mut events = Vec::new();
    for piece in body.chunks(cut) {
        events.extend(decoder.push(piece));
    }
    events.extend(decoder.finish());

    let (mut text, mut reasoning) = (String::new(), String::new());
    let mut citations = Vec::new();
    let (mut finish_reason, mut usage, mut failure) = (None, None, None);
    for event in events {
        match event {
            ChatEvent::TextDelta(delta) => text.push_str(&delta),
            ChatEvent::ReasoningDelta(delta) => reasoning.push_str(&delta),
            ChatEvent::Citation(citation) => citations.push(citation),
            ChatEvent::Usage(counts) => usage = Some(counts),
            ChatEvent::Finish(reason) => finish_reason = Some(reason),
            ChatEvent::Failed(why) => failure = Some(why),
        }
    }
    json!({
        "text": text,
        "reasoning": reasoning,
        "tool_calls": decoder.tool_calls(),
        "finish_reason": finish_reason,
        "usage": usage.map_or_else(|| json!({}), counts),
        "citations": citations,
        "error": decoder.reported_error(),
        "failure": failure,
    })
}

/// An error body: nothing was answered.
fn refused(status: u16, body: &[u8]) -> Value {
    let (error, finish_reason) = match serde_json::from_slice::<Value>(body) {
        Ok(value) => {
            // Google sends a list of one.
            let first = value.as_array().and_then(|items| items.first()).unwrap_or(&value);
            let member = |name: &str| first.get(name).cloned().unwrap_or(Value::Null);
            (member("error"), member("status"))
        }
        Err(_) => (json!(String::from_utf8_lossy(body)), Value::Null),
    };
    json!({
        "text": "",
        "reasoning": "",
        "tool_calls": [],
        "finish_reason": finish_reason,
        "usage": {},
        "citations": [],
        "error": error,
        "failure": failure::from_response("The host", status, body, true),
    })
}

fn counts(usage: Usage) -> Value {
    json!({
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "total": usage.total_tokens,
        "reasoning": usage.reasoning_tokens,
        "cached": usage.cached_tokens,
    })
}
