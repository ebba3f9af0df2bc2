//! Recorded answers of every dialect decode to what is written beside them, at every cut. Needs `SIDECITE_DATA`.

use crate::wire::{Decoded, decode};
use serde_json::{Value, json};
use sidecite::provider::{Dialect, failure};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Folders of recordings whose dialect is read; the dialect is the file's in `INDEX.tsv`.
const FOLDERS: [&str; 7] =
    ["openai-chat", "openai-responses", "anthropic", "gemini", "cohere-v2", "bedrock-converse", "ollama"];
/// Dialects of the hand-written edge cases in `synthetic-edge`.
const EDGE_DIALECTS: [&str; 5] = ["anthropic", "gemini", "bedrock-converse", "ollama", "openai-chat"];

/// One row of `INDEX.tsv`.
struct Row {
    file: String,
    dialect: Dialect,
    status: u16,
    chunks: bool,
}

fn streams() -> PathBuf {
    crate::support::data("streams").unwrap_or_default()
}

/// The rows that are read here and have an expectation; none where the data is absent.
fn rows() -> Vec<Row> {
    let Some(index) = crate::support::data("streams/INDEX.tsv") else { return Vec::new() };
    let index = std::fs::read_to_string(index).unwrap();
    let mut lines = index.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| names.iter().position(|known| *known == name).unwrap();
    let (file, dialect, status) = (column("file"), column("dialect"), column("http_status"));
    lines
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|row| {
            let (folder, _) = row[file].split_once('/').unwrap();
            FOLDERS.contains(&folder) || (folder == "synthetic-edge" && EDGE_DIALECTS.contains(&row[dialect]))
        })
        .map(|row| Row {
            file: row[file].to_owned(),
            dialect: Dialect::from_name(row[dialect]).unwrap(),
            status: row[status].parse().unwrap_or(200),
            chunks: row[file].ends_with(".chunks.txt"),
        })
        .collect()
}

fn expected(file: &str) -> Value {
    let stem = file.rsplit_once('.').unwrap().0.trim_end_matches(".chunks");
    let path = streams().join(format!("{stem}.expected.json"));
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap()
}

/// Payload lines as they were on the wire.
fn framed(dialect: Dialect, body: &[u8]) -> Vec<u8> {
    let end = (dialect == Dialect::OpenaiChat).then(|| "data: [DONE]\n\n".to_owned());
    let lines = std::str::from_utf8(body).unwrap().lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| format!("data: {line}\n\n")).chain(end).collect::<String>().into_bytes()
}

fn misses(row: &Row, got: &Decoded, expected: &Value) -> Vec<String> {
    let mut misses = Vec::new();
    for (field, got) in [
        ("text", json!(got.text)),
        ("reasoning", json!(got.reasoning)),
        ("tool_calls", got.tool_calls.clone()),
        ("finish_reason", json!(got.finish_reason)),
        ("usage", got.counts()),
        ("error", got.error.clone()),
    ] {
        if expected[field] != got {
            misses.push(format!("{}: {field}: expected {}, got {got}", row.file, expected[field]));
        }
    }
    let says_why = got.failures <= 1 && (got.error.is_null() || got.failure.is_some());
    if !says_why {
        misses.push(format!("{}: {} failures, error {}", row.file, got.failures, got.error));
    }
    misses
}

#[test]
fn recorded_answers_decode_as_expected_at_every_cut() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut missed = Vec::new();
    let rows = rows();
    for row in rows.iter().filter(|row| row.status == 200) {
        let expected = expected(&row.file);
        let body = std::fs::read(streams().join(&row.file)).unwrap();
        let body = if row.chunks { framed(row.dialect, &body) } else { body };
        let whole = decode(row.dialect, &body, body.len().max(1));
        missed.extend(misses(row, &whole, &expected));
        for cut in [1, 2, 7, 4096] {
            if decode(row.dialect, &body, cut) != whole {
                missed.push(format!("{}: differs at cut {cut}", row.file));
            }
        }
        *counts.entry(row.dialect.name()).or_default() += 1;
    }
    eprintln!("recorded answers: {counts:?}");
    assert!(missed.is_empty(), "{} misses:\n{}", missed.len(), missed.join("\n"));
    assert!(rows.is_empty() || counts.len() == FOLDERS.len(), "{counts:?}");
}

#[test]
fn recorded_refusals_are_told_apart_and_quoted() {
    let mut count = 0;
    for row in rows().iter().filter(|row| row.status != 200) {
        let expected = expected(&row.file);
        let body = std::fs::read(streams().join(&row.file)).unwrap();
        let value: Value = serde_json::from_slice(&body).unwrap();
        // What the recording calls its error is what a body holds under that name.
        assert_eq!(value.get("error").cloned().unwrap_or(Value::Null), expected["error"], "{}", row.file);
        assert_eq!(expected["text"], "", "{}", row.file);
        let failure = failure::from_response("h.example", row.status, &body, true);
        assert_eq!(failure.status, Some(row.status));
        assert!(failure.message.contains("Response: “"), "{}: {}", row.file, failure.message);
        count += 1;
    }
    eprintln!("recorded refusals: {count}");
}
