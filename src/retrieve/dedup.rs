//! A ranking → the best `top_k` that do not repeat each other.
//!
//! Chunks overlap, and the same file is often there twice. A passage that repeats another costs context and teaches
//! the model nothing, so a chunk is left out when a better one has the same text (white space aside), or covers
//! more than half of it in the same document. Neighbours with the usual overlap (up to half) both stay: each has
//! something of its own. A near-duplicate (nine tenths of its runs of three terms are in a better one too: Broder, SEQUENCES 1997) goes
//! only when both have the same numbers, so that a price list of this year does not hide that of last year. What was left out, and
//! for which, is reported.

use super::ScoredKey;
use crate::lexical::terms;
use crate::types::{DocumentId, Span};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Where a chunk is, and its text.
#[derive(Clone, Copy, Debug)]
pub struct ChunkText<'a> {
    /// Its document.
    pub document: DocumentId,
    /// Its bytes there.
    pub span: Span,
    /// Its text.
    pub text: &'a str,
}

/// A chunk that was left out because `kept` says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// Left out.
    pub key: u32,
    /// Kept in its stead.
    pub kept: u32,
}

/// What becomes evidence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selected {
    /// At most `top_k`, in the ranking's order.
    pub kept: Vec<ScoredKey>,
    /// What was met on the way and left out.
    pub duplicates: Vec<Duplicate>,
}

/// Share of the runs of both texts together that both have, from which they say the same.
const NEAR: f32 = 0.9;
/// Terms in a run.
const RUN: usize = 3;

/// What a text is compared by.
struct Print {
    runs: HashSet<u64>,
    numbers: BTreeSet<String>,
}

impl Print {
    fn of(text: &str) -> Self {
        let terms: Vec<String> = terms(text).into_iter().map(|term| term.text).collect();
        let run = |run: &[String]| {
            let mut hasher = DefaultHasher::new();
            run.hash(&mut hasher);
            hasher.finish()
        };
        let runs = terms.windows(RUN).map(run).collect();
        let is_number = |term: &&String| term.chars().any(char::is_numeric);
        Self { runs, numbers: terms.iter().filter(is_number).cloned().collect() }
    }

    fn is_near(&self, other: &Self) -> bool {
        let both = self.runs.intersection(&other.runs).count();
        let either = self.runs.len() + other.runs.len() - both;
        both > 0 && both as f32 >= NEAR * either as f32 && self.numbers == other.numbers
    }
}

/// Takes the best `top_k` dedup chunks of `ranked`. `place` looks a key up; keys it does not know (their document
/// was just removed) are passed over.
pub fn dedup<'a>(
    ranked: &[ScoredKey],
    top_k: usize,
    place: impl Fn(u32) -> Option<ChunkText<'a>>,
) -> Selected {
    let mut selected = Selected::default();
    let mut taken: Vec<(u32, ChunkText<'a>)> = Vec::new();
    let mut texts: HashMap<String, u32> = HashMap::new();
    let mut prints: Vec<(u32, Print)> = Vec::new();
    for scored in ranked {
        if taken.len() == top_k {
            break;
        }
        let Some(here) = place(scored.key) else { continue };
        let text = here.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let same_text = texts.get(&text).copied();
        let twin = same_text.or_else(|| {
            taken
                .iter()
                .find(|(_, other)| other.document == here.document && other.span.covers_most_of(here.span))
                .map(|(key, _)| *key)
        });
        let print = Print::of(here.text);
        let twin =
            twin.or_else(|| prints.iter().find(|(_, other)| other.is_near(&print)).map(|(key, _)| *key));
        match twin {
            Some(kept) => selected.duplicates.push(Duplicate { key: scored.key, kept }),
            None => {
                texts.insert(text, scored.key);
                taken.push((scored.key, here));
                prints.push((scored.key, print));
                selected.kept.push(*scored);
            }
        }
    }
    selected
}
