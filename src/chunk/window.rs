//! Plain text → windows of one size, one behind the other.

use super::cut::{Boundary, Cutter, Rank};
use super::sentence::sentences;
use crate::types::Span;

/// Windows that end where the size is reached, between two words.
pub fn fixed(text: &str, cutter: &Cutter<'_>) -> Vec<Span> {
    cut(text, &[], cutter)
}

/// Windows of whole sentences that repeat whole sentences, as far as a sentence fits the size.
pub fn of_sentences(text: &str, cutter: &Cutter<'_>) -> Vec<Span> {
    let starts =
        sentences(text).iter().map(|sentence| (sentence.start as usize, Rank::Sentence)).collect::<Vec<_>>();
    cut(text, &starts, cutter)
}

fn cut(text: &str, boundaries: &[Boundary], cutter: &Cutter<'_>) -> Vec<Span> {
    let mut spans = Vec::new();
    cutter.cut(0, text.len(), boundaries, &mut spans);
    spans
}
