//! `decode --dialect openai-chat [--cut N] FILE`: feeds a recorded answer to a decoder in pieces of N bytes and prints
//! one JSON object: text, reasoning, tool_calls, finish_reason, usage, error (as the host sent it) and failure (as a
//! person is told, null when the answer is complete).

use serde_json::{Value, json};
use sidecite::provider::Dialect;
use sidecite::types::{ChatEvent, Usage};
use std::process::ExitCode;

const USAGE: &str = "usage: decode --dialect openai-chat [--cut N] FILE";

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

fn run(mut arguments: impl Iterator<Item = String>) -> Result<Value, String> {
    let mut dialect = Dialect::default();
    let mut cut = 4096_usize;
    let mut file = None;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value; {USAGE}"));
        match argument.as_str() {
            "--dialect" => {
                let name = value()?;
                dialect = Dialect::from_name(&name).ok_or_else(|| {
                    let known: Vec<_> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
                    format!("unknown dialect {name}; known: {}", known.join(", "))
                })?;
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
    Ok(decode(dialect, &body, cut))
}

fn decode(dialect: Dialect, body: &[u8], cut: usize) -> Value {
    let mut decoder = dialect.decoder();
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

fn counts(usage: Usage) -> Value {
    json!({
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "total": usage.total_tokens,
        "reasoning": usage.reasoning_tokens,
        "cached": usage.cached_tokens,
    })
}
