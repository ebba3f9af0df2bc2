//! `groundingMetadata` → citations over the answer.
//!
//! A support names a segment by bytes of its part and by its words. Streams cut parts into pieces, so that the words are
//! what counts and the bytes only choose between equal ones. Supports come at the end or grow from chunk to chunk.

use crate::provider::decode::Out;
use crate::provider::dialects::loose::{count, first_text, items, text};
use serde_json::Value;

/// Most supports kept of one answer.
const MAX_SUPPORTS: usize = 1_000;
/// How often the words of a support are looked for: text that comes later comes soon after.
const MAX_TRIES: u8 = 8;

/// Supports under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Grounding {
    /// The chunks' titles or addresses.
    sources: Vec<String>,
    /// Each support once, with the tries it still has.
    supports: Vec<(Value, u8)>,
}

impl Grounding {
    /// Takes in `groundingMetadata`.
    pub(super) fn read(&mut self, metadata: &Value) {
        let chunks = items(metadata, "groundingChunks");
        if !chunks.is_empty() {
            self.sources = chunks.iter().map(source).collect();
        }
        for support in items(metadata, "groundingSupports") {
            let known = self.supports.iter().any(|(known, _)| known == support);
            if !known && self.supports.len() < MAX_SUPPORTS {
                self.supports.push((support.clone(), MAX_TRIES));
            }
        }
    }

    /// Gives out what is about text that has come; `answer` is all of it.
    pub(super) fn give(&mut self, answer: &str, out: &mut Out) {
        for (support, tries) in &mut self.supports {
            if *tries == 0 {
                continue;
            }
            *tries -= 1;
            let Some((from, to)) = support.get("segment").and_then(|segment| place(segment, answer)) else {
                continue;
            };
            let sources = items(support, "groundingChunkIndices")
                .iter()
                .filter_map(|index| self.sources.get(usize::try_from(index.as_u64()?).ok()?))
                .filter(|source| !source.is_empty())
                .cloned()
                .collect();
            *tries = 0;
            out.citation(from as u64, to as u64, None, sources);
        }
    }
}

/// A chunk of the web, of a document store or of maps.
fn source(chunk: &Value) -> String {
    ["web", "retrievedContext", "maps"]
        .iter()
        .find_map(|kind| first_text(chunk.get(kind)?, &["title", "uri"]))
        .unwrap_or("")
        .to_owned()
}

/// The bytes of `answer` that a segment means; nothing while they have not come.
fn place(segment: &Value, answer: &str) -> Option<(usize, usize)> {
    let byte = |pointer: &str| count(segment, pointer).and_then(|at| usize::try_from(at).ok());
    // Zero is left out, as protocol buffers do.
    let from = byte("/startIndex").unwrap_or(0);
    let words = text(segment, "text");
    if words.is_empty() {
        let to = byte("/endIndex")?;
        return answer.get(from..to).map(|_| (from, to));
    }
    if answer.get(from..).is_some_and(|rest| rest.starts_with(words)) {
        return Some((from, from + words.len()));
    }
    let nearest = answer.match_indices(words).map(|(at, _)| at).min_by_key(|at| at.abs_diff(from))?;
    Some((nearest, nearest + words.len()))
}
