//! Plain text → boundaries of paragraphs, lines and sentences, cut into pieces.

use super::cut::{Boundary, Cutter, Rank};
use super::sentence::sentences;
use crate::types::Span;

/// Cuts the whole text by what it looks like, whatever its format said.
pub fn cut(text: &str, cutter: &Cutter<'_>) -> Vec<Span> {
    let mut spans = Vec::new();
    cutter.cut(0, text.len(), &boundaries(text), &mut spans);
    spans
}

fn boundaries(text: &str) -> Vec<Boundary> {
    let mut found: Vec<Boundary> = lines(text, 0, Rank::Line);
    for boundary in &mut found {
        // A blank line before makes the line a paragraph.
        let before = text.get(..boundary.0).unwrap_or("").trim_end_matches([' ', '\t']);
        if before
            .strip_suffix('\n')
            .is_some_and(|before| before.trim_end_matches([' ', '\t']).ends_with('\n'))
        {
            boundary.1 = Rank::Paragraph;
        }
    }
    found.extend(sentences(text).iter().map(|sentence| (sentence.start as usize, Rank::Sentence)));
    settle(found)
}

/// Where the lines of `text` begin that are not blank, `base` added.
pub fn lines(text: &str, base: usize, rank: Rank) -> Vec<Boundary> {
    let mut at = base;
    let mut found = Vec::new();
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            found.push((at + (line.len() - line.trim_start().len()), rank));
        }
        at += line.len();
    }
    found
}

/// Boundaries in order, the strongest where several fall on one place.
pub fn settle(mut found: Vec<Boundary>) -> Vec<Boundary> {
    found.sort_unstable();
    found.dedup_by_key(|(at, _)| *at);
    found
}
