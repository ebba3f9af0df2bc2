//! Text → the pieces within which byte pairs may be merged.
//!
//! SmolLM splits every number character off by itself, then cuts what is between as GPT-2 does:
//! `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`. Written by hand, because a regex
//! engine with Unicode tables and look-ahead would weigh more than the rest of the worker.

use unicode_normalization::char::is_combining_mark;

/// What the expression tells apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Number,
    Space,
    Other,
}

/// Unicode's general categories from what the standard library knows: `Alphabetic` is the letters, the letter numbers
/// (Nl, numeric too), marks, and the circled and squared Latin letters, which are symbols.
fn class(c: char) -> Class {
    if c.is_numeric() {
        Class::Number
    } else if c.is_whitespace() {
        Class::Space
    } else if c.is_alphabetic()
        && !is_combining_mark(c)
        && !matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}')
    {
        Class::Letter
    } else {
        Class::Other
    }
}

/// Calls `piece` with every piece of `text`, in order; together they are `text`.
pub(super) fn pieces<'a>(text: &'a str, mut piece: impl FnMut(&'a str)) {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match class(first) {
            Class::Number => first.len_utf8(),
            _ => {
                // Look-ahead sees the end of the text before a number, for numbers were split off first.
                let until = rest.find(|c| class(c) == Class::Number).unwrap_or(rest.len());
                next(rest.get(..until).unwrap_or(rest))
            }
        };
        let (head, tail) = rest.split_at_checked(end.max(1)).unwrap_or((rest, ""));
        piece(head);
        rest = tail;
    }
}

/// Length in bytes of the first piece of `text`, which is not empty and has no number.
fn next(text: &str) -> usize {
    for contraction in ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"] {
        if text.starts_with(contraction) {
            return contraction.len();
        }
    }
    let lead = usize::from(text.starts_with(' '));
    let after = text.get(lead..).unwrap_or("");
    if let Some(first) = after.chars().next() {
        let kind = class(first);
        if kind != Class::Space {
            return lead + after.find(|c| class(c) != kind).unwrap_or(after.len());
        }
    }
    let spaces = text.find(|c| class(c) != Class::Space).unwrap_or(text.len());
    let last = text.get(..spaces).and_then(|run| run.chars().next_back()).map_or(1, char::len_utf8);
    // `\s+(?!\S)` leaves the last space of a run for the word after it; a run of one falls to `\s+`.
    if spaces < text.len() && spaces > last { spaces - last } else { spaces }
}
