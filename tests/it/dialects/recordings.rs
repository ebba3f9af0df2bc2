//! Answers and refusals as providers send them decode to what is written beside them, at every cut: the project's own
//! (`tests/data/streams`), and the recordings of `SIDECITE_DATA` where they are there.

use crate::support::InWords;
use crate::support::{bodies, data};
use crate::wire::{Decoded, decode_at_all_cuts};
use serde_json::{Value, json};
use sidecite::provider::{Dialect, failure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A body and what it is.
pub struct Recording {
    pub path: PathBuf,
    pub dialect: Dialect,
    status: u16,
}

impl Recording {
    /// `http-429` in a file's name is the status that it came with.
    fn new(path: PathBuf, dialect: Dialect) -> Self {
        let status =
            path.to_string_lossy().rsplit_once("http-").map(|(_, after)| after[..3].parse().unwrap());
        Self { path, dialect, status: status.unwrap_or(200) }
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap().to_string_lossy().into_owned()
    }

    fn body(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }

    fn expected(&self) -> Value {
        let name = self.name();
        let stem = name.rsplit_once('.').unwrap().0.trim_end_matches(".chunks");
        let path = self.path.with_file_name(format!("{stem}.expected.json"));
        let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_slice(&text).unwrap()
    }

    /// The body; payload lines also framed as they were on the wire, and ended as gateways end them.
    fn forms(&self) -> Vec<Vec<u8>> {
        let body = self.body();
        if !self.name().ends_with(".chunks.txt") {
            return vec![body];
        }
        let lines: Vec<&str> =
            std::str::from_utf8(&body).unwrap().lines().filter(|line| !line.trim().is_empty()).collect();
        let framed = |end: &str| lines.iter().map(|line| format!("data: {line}{end}")).collect::<String>();
        let done = if self.dialect == Dialect::BedrockConverse { "" } else { "data: [DONE]\n\n" };
        let chat = if self.dialect == Dialect::OpenaiChat { done } else { "" };
        let forms = [framed("\n\n") + chat, framed("\r\n\r\n") + done];
        forms.into_iter().map(String::into_bytes).chain([body.clone()]).collect()
    }
}

/// The project's own.
pub fn own() -> Vec<Recording> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/streams");
    let of_dialect = |dialect: Dialect| {
        bodies(&root.join(dialect.name())).into_iter().map(move |path| Recording::new(path, dialect))
    };
    Dialect::ALL.into_iter().flat_map(of_dialect).collect()
}

/// Those of the shared data, with the dialects that `INDEX.tsv` states.
fn shared() -> Vec<Recording> {
    let Some(index) = data("streams/INDEX.tsv") else { return Vec::new() };
    let text = std::fs::read_to_string(&index).unwrap();
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let column = |name: &str| names.iter().position(|known| *known == name).unwrap();
    let (file, dialect) = (column("file"), column("dialect"));
    let of_row = |row: Vec<&str>| {
        // Other subjects (models, embeddings) have names of their own there, and so has a dialect that is not spoken here.
        let dialect = Dialect::from_name(row[dialect])?;
        Some(Recording::new(index.with_file_name(row[file]), dialect))
    };
    lines.filter_map(of_row).collect()
}

/// What differs from the expectation. `citations` and `failure` are checked where they are stated.
fn misses(recording: &Recording, got: &Decoded) -> Vec<String> {
    let expected = recording.expected();
    let cited: Vec<Value> = (got.cited().iter())
        .map(|(text, quote, sources)| json!({"text": text, "quote": quote, "sources": sources}))
        .collect();
    let mut fields = vec![
        ("text", json!(got.text)),
        ("reasoning", json!(got.reasoning)),
        ("tool_calls", got.tool_calls.clone()),
        ("finish_reason", json!(got.finish_reason)),
        ("usage", got.counts()),
        ("error", got.error.clone()),
        ("citations", json!(cited)),
        ("failure", json!(got.failure.as_ref().map(|failure| format!("{:?}", failure.cause)))),
    ];
    fields.retain(|(name, _)| !matches!(*name, "citations" | "failure") || expected.get(name).is_some());
    let mut misses: Vec<String> = (fields.iter())
        .filter(|(field, got)| expected[field] != *got)
        .map(|(field, got)| format!("{field}: expected {}, got {got}", expected[field]))
        .collect();
    if !got.error.is_null() && got.failure.is_none() {
        misses.push(format!("no failure, error {}", got.error));
    }
    misses.iter().map(|miss| format!("{}: {miss}", recording.path.display())).collect()
}

fn check_answers(recordings: &[Recording]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let mut missed = Vec::new();
    for recording in recordings.iter().filter(|one| one.status == 200) {
        for body in recording.forms() {
            missed.extend(misses(recording, &decode_at_all_cuts(recording.dialect, &body)));
        }
        *counts.entry(recording.dialect.name()).or_default() += 1;
    }
    eprintln!("recorded answers: {counts:?}");
    assert!(missed.is_empty(), "{} misses:\n{}", missed.len(), missed.join("\n"));
    counts
}

fn check_refusals(recordings: &[Recording]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for recording in recordings.iter().filter(|one| one.status != 200) {
        let (name, expected, body) = (recording.name(), recording.expected(), recording.body());
        let value: Value = serde_json::from_slice(&body).unwrap();
        // What the recording calls its error is what a body holds under that name.
        assert_eq!(value.get("error").cloned().unwrap_or(Value::Null), expected["error"], "{name}");
        assert_eq!(expected["text"], "", "{name}");
        let failure = failure::from_response("h.example", recording.status, &body, true);
        assert_eq!(failure.status, Some(recording.status), "{name}");
        assert!(failure.error.message().contains("Response: “"), "{name}: {}", failure.error.message());
        if let Some(cause) = expected.get("failure") {
            assert_eq!(json!(format!("{:?}", failure.cause)), *cause, "{name}");
        }
        // Under status 200, as some gateways pass it on.
        let decoded = decode_at_all_cuts(recording.dialect, &body);
        assert_eq!((decoded.text.as_str(), decoded.failures), ("", 1), "{name}");
        *counts.entry(recording.dialect.name()).or_default() += 1;
    }
    eprintln!("recorded refusals: {counts:?}");
    counts
}

#[test]
fn own_answers_decode_as_expected_at_every_cut() {
    assert_eq!(check_answers(&own()).len(), Dialect::ALL.len());
}

#[test]
fn own_refusals_are_distinguished_and_quoted() {
    assert_eq!(check_refusals(&own()).len(), Dialect::ALL.len());
}

#[test]
fn recorded_answers_decode_as_expected_at_every_cut() {
    let counts = check_answers(&shared());
    assert!(counts.is_empty() || counts.len() == Dialect::ALL.len(), "{counts:?}");
}

#[test]
fn recorded_refusals_are_distinguished_and_quoted() {
    check_refusals(&shared());
}

#[test]
fn the_own_recordings_cover_every_subject_of_every_dialect() {
    let own = own();
    for dialect in Dialect::ALL {
        let has =
            |subject: &str| own.iter().any(|one| one.dialect == dialect && one.name().starts_with(subject));
        for subject in
            ["text", "reasoning", "tool_call", "refusal", "error_midstream", "key_refused", "cut_off"]
        {
            assert!(has(subject), "{} has no recording named {subject}", dialect.name());
        }
    }
    let bytes: u64 = own.iter().map(|one| one.path.metadata().unwrap().len()).sum();
    assert!(bytes < 200_000, "{bytes} bytes: keep recordings short");
}
