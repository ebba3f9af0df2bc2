//! What several test modules share.

use sidecite::chunk::Tokens;
use sidecite::messages::ENGLISH;
use sidecite::types::{Span, UserError};
use std::path::{Path, PathBuf};

/// `part` of the shared test data, which a clone does not have: `None`, and a line saying so, where it is missing. With
/// `SIDECITE_DATA_REQUIRED=1` missing data fails the test instead.
pub fn data(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SIDECITE_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("SIDECITE_DATA_REQUIRED").is_none(), "{} is missing", path.display());
    eprintln!("skipped: {} not found", path.display());
    None
}

/// The recorded bodies in a folder, sorted: every file but the expectations and the requests beside them.
pub fn bodies(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
            ends(&[".sse", ".ndjson", ".bin", ".json", ".chunks.txt"])
                && !ends(&[".expected.json", ".request.json"])
        })
        .collect();
    files.sort();
    files
}

/// What a person reads of an error.
pub trait InWords {
    fn message(&self) -> String;
    fn hint(&self) -> String;
}

impl<T: Clone + Into<UserError>> InWords for T {
    fn message(&self) -> String {
        ENGLISH.message(&self.clone().into())
    }

    fn hint(&self) -> String {
        ENGLISH.hint(&self.clone().into())
    }
}

/// Words, punctuation marks and CJK letters, as the embedder's first step sees them.
pub struct Words;

impl Tokens for Words {
    fn token_spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut open = None;
        for (at, c) in text.char_indices() {
            let alone = !c.is_alphanumeric() || ('\u{2E80}'..='\u{9FFF}').contains(&c);
            if alone && let Some(start) = open.take() {
                spans.push(Span::new(start, at));
            }
            if !alone {
                open.get_or_insert(at);
            } else if !c.is_whitespace() && !c.is_control() {
                spans.push(Span::new(at, at + c.len_utf8()));
            }
        }
        spans.extend(open.map(|start| Span::new(start, text.len())));
        spans
    }
}
