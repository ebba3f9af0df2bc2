//! `provider`: the dialects of OpenAI Responses, Anthropic Messages and Gemini: recorded answers, hand-written oddities,
//! citations, failures, damage, request bodies.

mod anthropic;
mod damage;
mod gemini;
mod requests;
mod responses;

use crate::wire::{Decoded, decode};
use serde_json::{Value, json};
use sidecite::provider::{Dialect, Target};
use sidecite::types::{AuthKind, ChatRequest, Message, Role, SourceDocument, Usage};
use std::path::{Path, PathBuf};

const CUTS: [usize; 4] = [1, 2, 7, 4096];
const DIALECTS: [(Dialect, &str); 3] = [
    (Dialect::OpenaiResponses, "openai-responses"),
    (Dialect::Anthropic, "anthropic"),
    (Dialect::Gemini, "gemini"),
];

// ---------------------------------------------------------------- decoding

/// The same at every cut, or it panics.
fn decoded(dialect: Dialect, body: &str) -> Decoded {
    let whole = decode(dialect, body.as_bytes(), body.len().max(1));
    for cut in CUTS {
        assert_eq!(decode(dialect, body.as_bytes(), cut), whole, "cut {cut} of {body}");
    }
    assert!(whole.failures <= 1, "{body}");
    whole
}

/// Payloads as a stream of named events, as the dialects with names send them.
fn sse(payloads: &[Value]) -> String {
    let event = |payload: &Value| match payload["type"].as_str() {
        Some(name) => format!("event: {name}\ndata: {payload}\n\n"),
        None => format!("data: {payload}\r\n\r\n"),
    };
    payloads.iter().map(event).collect()
}

fn counts(usage: Option<Usage>) -> Value {
    usage.map_or_else(
        || json!({}),
        |usage| {
            json!({
                "input": usage.input_tokens, "output": usage.output_tokens, "total": usage.total_tokens,
                "reasoning": usage.reasoning_tokens, "cached": usage.cached_tokens,
            })
        },
    )
}

// ---------------------------------------------------------------- recordings

fn recordings(folder: &Path, start: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!("skipped: {} not found", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with(start)
                && !name.ends_with(".expected.json")
                && !name.ends_with(".request.json")
                && [".sse", ".json", ".chunks.txt"].iter().any(|end| name.ends_with(end))
        })
        .collect();
    files.sort();
    files
}

/// Calls with their arguments as values (spacing differs between writers), and no id like an empty one.
fn plain_calls(calls: &Value) -> Vec<(String, String, Value)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    calls
        .as_array()
        .unwrap()
        .iter()
        .map(|call| {
            let arguments = text(&call["arguments"]);
            let value = serde_json::from_str(&arguments).unwrap_or(Value::String(arguments));
            (text(&call["id"]), text(&call["name"]), value)
        })
        .collect()
}

fn check_recording(dialect: Dialect, path: &Path, body: &[u8]) -> Vec<String> {
    let name = path.file_name().unwrap().to_str().unwrap();
    let stem = name.rsplit_once('.').unwrap().0.trim_end_matches(".chunks");
    let expected = std::fs::read(path.with_file_name(format!("{stem}.expected.json"))).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let whole = decode(dialect, body, body.len().max(1));
    for cut in CUTS {
        assert_eq!(decode(dialect, body, cut), whole, "cut {cut} of {}", path.display());
    }
    let mut misses = Vec::new();
    let mut compare = |field: &str, got: Value| {
        if expected[field] != got {
            misses.push(format!("{}: {field}: expected {}, got {got}", path.display(), expected[field]));
        }
    };
    compare("text", json!(whole.text));
    compare("reasoning", json!(whole.reasoning));
    compare("usage", counts(whole.usage));
    compare("error", whole.error.clone());
    // A refused request's body may hold a number as its status.
    let reason = expected["finish_reason"].as_u64().map(|number| json!(number.to_string()));
    if reason.unwrap_or(expected["finish_reason"].clone()) != json!(whole.finish_reason) {
        misses.push(format!("{}: finish reason: got {:?}", path.display(), whole.finish_reason));
    }
    if plain_calls(&expected["tool_calls"]) != plain_calls(&whole.tool_calls) {
        misses.push(format!(
            "{}: calls: expected {}, got {}",
            path.display(),
            expected["tool_calls"],
            whole.tool_calls
        ));
    }
    assert!(whole.failures <= 1, "{}", path.display());
    assert!(whole.error.is_null() || whole.failure.is_some(), "{}", path.display());
    let _ = whole.cited();
    misses
}

#[test]
fn recorded_answers_decode_as_expected_at_every_cut() {
    let Some(streams) = crate::support::data("streams") else { return };
    let mut misses = Vec::new();
    let mut read = 0;
    for (dialect, folder) in DIALECTS {
        let mut files = recordings(&streams.join(folder), "");
        files.extend(recordings(&streams.join("synthetic-edge"), folder));
        read += files.len();
        for path in &files {
            let body = std::fs::read(path).unwrap();
            misses.extend(check_recording(dialect, path, &body));
            if path.to_str().unwrap().ends_with(".chunks.txt") {
                // Payloads only: also framed, as they were on the wire, and ended as gateways do.
                let framed: String = String::from_utf8(body)
                    .unwrap()
                    .lines()
                    .map(|line| format!("data: {line}\r\n\r\n"))
                    .chain(["data: [DONE]\n\n".to_owned()])
                    .collect();
                misses.extend(check_recording(dialect, path, framed.as_bytes()));
            }
        }
    }
    eprintln!("{read} recorded answers");
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn anthropic_gets_passages_as_documents_that_it_cites() {
    let document = SourceDocument { id: "1".into(), title: "a.txt".into(), text: "[1] a.txt\nÉté.".into() };
    let request = ChatRequest {
        model: "claude".into(),
        messages: vec![
            Message { role: Role::System, content: "Be brief.".into() },
            Message { role: Role::User, content: "Quand ?".into() },
        ],
        documents: vec![document],
        ..ChatRequest::default()
    };
    let target =
        Target::custom(Dialect::Anthropic, "https://api.anthropic.com/v1", AuthKind::Default).unwrap();
    let http = sidecite::provider::encode(&target, &request, None).unwrap();
    let body: Value = serde_json::from_slice(&http.body).unwrap();
    let content = &body["messages"][0]["content"];
    assert_eq!(content[0]["type"], "document");
    assert_eq!(content[0]["source"]["data"], "[1] a.txt\nÉté.");
    assert_eq!(content[0]["citations"]["enabled"], true);
    assert_eq!(content[1], serde_json::json!({"type": "text", "text": "Quand ?"}));
    assert_eq!(body["system"], "Be brief.");
}
