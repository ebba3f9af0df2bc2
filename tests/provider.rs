//! `provider`: framing, the openai-chat dialect over recorded answers, failures, models, addresses, keys.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use serde_json::{Value, json};
use sidecite::provider::framing::sse::{MAX_EVENT_BYTES, SseDecoder, SseEvent};
use sidecite::provider::{Dialect, Error, Key, address, failure, models, redact};
use sidecite::types::{ChatEvent, ChatRequest, Failure, FailureCause, Message, Parameters, Role};
use std::path::{Path, PathBuf};

const CUTS: [usize; 4] = [1, 2, 7, 4096];

// ---------------------------------------------------------------- framing

fn sse(pieces: &[&[u8]]) -> Vec<(String, String, bool)> {
    let mut decoder = SseDecoder::default();
    let mut events: Vec<SseEvent> = Vec::new();
    for piece in pieces {
        events.extend(decoder.push(piece));
    }
    events.extend(decoder.finish());
    events.into_iter().map(|event| (event.name, event.data, event.complete)).collect()
}

fn check_sse(body: &str, expected: &[(&str, &str, bool)]) {
    let expected: Vec<_> = expected.iter().map(|(n, d, c)| ((*n).to_owned(), (*d).to_owned(), *c)).collect();
    for cut in 1..=body.len().max(1) {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(cut).collect();
        assert_eq!(sse(&pieces), expected, "cut {cut} of {body:?}");
    }
}

#[test]
fn sse_follows_the_event_stream_grammar() {
    check_sse("data: a\n\n", &[("", "a", true)]);
    check_sse("data:a\r\n\r\n", &[("", "a", true)]);
    check_sse("data: a\r\rdata: b\r\r", &[("", "a", true), ("", "b", true)]);
    check_sse("\u{feff}data: a\n\n", &[("", "a", true)]);
    check_sse("\u{feff}: hi\r\n\r\ndata: é€😀\r\n\r\n", &[("", "é€😀", true)]);
    check_sse("data: a\ndata\ndata:  b\n\n", &[("", "a\n\n b", true)]);
    check_sse(": comment\n\nevent: error\ndata: x\nid: 7\nretry: 5\n\n", &[("error", "x", true)]);
    check_sse("event: ping\n\ndata: a\n\n", &[("", "a", true)]);
    check_sse("data: tail", &[("", "tail", false)]);
    check_sse("data: tail\n", &[("", "tail", false)]);
    check_sse("nonsense\n\n", &[]);
    check_sse("", &[]);
    check_sse("data\n\n", &[("", "", true)]);
    check_sse("data: a\n\n\n\n\r\n\r\ndata: b\n\n", &[("", "a", true), ("", "b", true)]);
}

#[test]
fn sse_replaces_invalid_utf8_and_goes_on() {
    assert_eq!(
        sse(&[b"data: \xff\xfe\n\nda", b"ta: ok\n\n"]),
        [(String::new(), "\u{fffd}\u{fffd}".into(), true), (String::new(), "ok".into(), true)]
    );
}

#[test]
fn sse_is_bounded() {
    let mut decoder = SseDecoder::default();
    let piece = vec![b'x'; 1 << 20];
    decoder.push(b"data: ");
    for _ in 0..(MAX_EVENT_BYTES >> 20) + 1 {
        assert!(decoder.push(&piece).is_empty());
    }
    assert!(decoder.error().is_some());
    assert!(decoder.push(b"\n\ndata: a\n\n").is_empty());
    assert!(decoder.finish().is_empty());
}

#[test]
fn sse_takes_linear_time_on_one_byte_pushes() {
    let mut decoder = SseDecoder::default();
    let line = format!("data: {}\n\n", "y".repeat(2_000_000));
    let events: usize = line.as_bytes().chunks(1).map(|piece| decoder.push(piece).len()).sum();
    assert_eq!(events, 1);
}

// ---------------------------------------------------------------- decoding

#[derive(Debug, Default, PartialEq)]
struct Decoded {
    text: String,
    reasoning: String,
    finish_reason: Option<String>,
    usage: Value,
    tool_calls: Value,
    error: Value,
    failure: Option<Failure>,
    failures: usize,
}

fn decode(body: &[u8], cut: usize) -> Decoded {
    let mut decoder = Dialect::OpenAiChat.decoder();
    let mut events = Vec::new();
    for piece in body.chunks(cut) {
        events.extend(decoder.push(piece));
    }
    events.extend(decoder.finish());
    let mut out = Decoded { usage: json!({}), ..Decoded::default() };
    for event in events {
        match event {
            ChatEvent::TextDelta(text) => out.text += &text,
            ChatEvent::ReasoningDelta(text) => out.reasoning += &text,
            ChatEvent::Finish(reason) => out.finish_reason = Some(reason),
            ChatEvent::Usage(usage) => {
                out.usage = json!({
                    "input": usage.input_tokens, "output": usage.output_tokens, "total": usage.total_tokens,
                    "reasoning": usage.reasoning_tokens, "cached": usage.cached_tokens,
                });
            }
            ChatEvent::Failed(failure) => {
                out.failures += 1;
                out.failure = Some(failure);
            }
        }
    }
    out.tool_calls = serde_json::to_value(decoder.tool_calls()).unwrap();
    out.error = decoder.reported_error().cloned().unwrap_or(Value::Null);
    out
}

fn check_recording(path: &Path, body: &[u8]) -> Vec<String> {
    let expected_path = path.with_file_name(format!(
        "{}.expected.json",
        path.file_name().unwrap().to_str().unwrap().rsplit_once('.').unwrap().0.trim_end_matches(".chunks")
    ));
    let Ok(expected) = std::fs::read(&expected_path) else {
        return vec![format!("{}: no expectation", path.display())];
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut misses = Vec::new();
    let whole = decode(body, body.len().max(1));
    for cut in CUTS {
        assert_eq!(decode(body, cut), whole, "cut {cut} of {}", path.display());
    }
    let mut compare = |field: &str, got: Value| {
        if expected[field] != got {
            misses.push(format!("{}: {field}: expected {}, got {got}", path.display(), expected[field]));
        }
    };
    compare("text", json!(whole.text));
    compare("reasoning", json!(whole.reasoning));
    compare("finish_reason", json!(whole.finish_reason));
    compare("usage", whole.usage.clone());
    compare("tool_calls", whole.tool_calls.clone());
    compare("error", whole.error.clone());
    assert!(whole.failures <= 1, "{}", path.display());
    assert!(whole.error.is_null() || whole.failure.is_some(), "{}", path.display());
    misses
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!("skipped: {} not found", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            !name.ends_with(".expected.json")
                && !name.ends_with(".request.json")
                && [".sse", ".json", ".chunks.txt"].iter().any(|end| name.ends_with(end))
        })
        .collect();
    files.sort();
    files
}

fn shared_data() -> PathBuf {
    std::env::var_os("SIDECITE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from)
}

#[test]
fn recorded_answers_decode_as_expected_at_every_cut() {
    let streams = shared_data().join("streams");
    let mut files = recordings(&streams.join("openai-chat"));
    files.extend(
        recordings(&streams.join("synthetic-edge"))
            .into_iter()
            .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("openai")),
    );
    let mut misses = Vec::new();
    for path in &files {
        let body = std::fs::read(path).unwrap();
        misses.extend(check_recording(path, &body));
        if path.to_str().unwrap().ends_with(".chunks.txt") {
            // Grade B holds payloads only: also framed, as they were on the wire.
            let framed: String = String::from_utf8(body)
                .unwrap()
                .lines()
                .map(|line| format!("data: {line}\n\n"))
                .chain(["data: [DONE]\n\n".to_owned()])
                .collect();
            misses.extend(check_recording(path, framed.as_bytes()));
        }
    }
    eprintln!("{} recorded answers", files.len());
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn own_vectors_decode_as_expected_at_every_cut() {
    let files = recordings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/streams"));
    assert!(files.len() >= 10);
    let misses: Vec<String> =
        files.iter().flat_map(|path| check_recording(path, &std::fs::read(path).unwrap())).collect();
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}
