//! What an answer puts in quotation marks → where the cited passage says it.
//!
//! A quotation belongs to the next marker after it in its paragraph, if no other quotation's words stand between in another
//! sentence, else to the marker before it in the same sentence (`According to [1], "…"`). Short ones (under
//! [`MIN_WORDS`] words) are names and irony, not quotations. `…` and `[...]` inside leave words out.

use super::fold::{Folded, fold};
use crate::types::{Passage, Span};

/// Words that make a quotation.
pub const MIN_WORDS: usize = 4;
/// Longest quotation looked for, in bytes.
const MAX_QUOTE_BYTES: usize = 4_000;
/// Farthest that a marker may stand from the end of its quotation, in bytes.
const MAX_DISTANCE_BYTES: usize = 300;

/// A quotation and the bracket that vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// The bracket.
    pub group: Span,
    /// The quoted words between omissions, folded.
    pieces: Vec<String>,
}

/// The quotations in `answer` that a bracket of `groups` vouches for.
pub fn find(answer: &str, groups: &[Span]) -> Vec<Quoted> {
    if groups.is_empty() {
        return Vec::new();
    }
    quotations(answer)
        .into_iter()
        .filter_map(|inside| {
            let group = group_of(answer, inside, groups)?;
            let pieces = pieces(answer, inside, groups);
            let words: usize = pieces.iter().map(|piece| piece.split(' ').count()).sum();
            (words >= MIN_WORDS).then_some(Quoted { group, pieces })
        })
        .collect()
}

/// Where the passage at `passage` in its document, folded to `folded`, says the quotation: a span of the document.
pub fn locate(quoted: &Quoted, folded: &Folded, passage: Span) -> Option<Span> {
    let mut from = 0;
    let mut found: Option<(usize, usize)> = None;
    for piece in &quoted.pieces {
        let start = find_words(&folded.text, piece, from)?;
        from = start + piece.len();
        found = Some((found.map_or(start, |(first, _)| first), from));
    }
    let (start, end) = found?;
    let (start, end) = folded.original(start, end)?;
    let offset = passage.start as usize;
    Some(Span::new(offset + start, offset + end))
}

/// Where the passage at `passage` in its document, folded to `folded`, holds `words`: a span of the document.
pub fn locate_text(words: &str, folded: &Folded, passage: Span) -> Option<Span> {
    let whole = Span::new(0, words.len());
    let pieces = pieces(words, whole, &[]);
    (!pieces.is_empty()).then_some(())?;
    locate(&Quoted { group: whole, pieces }, folded, passage)
}

/// Whether the quotation marks hold the name of the passage's document or of a heading above it.
pub fn is_title(quoted: &Quoted, passage: &Passage) -> bool {
    let plain = |text: &str| fold(text).text.replace(['-', '_'], " ");
    let titles = passage.headings.iter().chain(std::iter::once(&passage.document_name));
    let [piece] = quoted.pieces.as_slice() else { return false };
    let piece = plain(piece);
    titles.into_iter().any(|title| find_words(&plain(title), &piece, 0).is_some())
}

/// The insides of quotation marks, paragraph by paragraph.
fn quotations(answer: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    let mut previous = '\n';
    let mut chars = answer.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or('\n', |(_, next)| *next);
        match open {
            // A paragraph's end leaves an inch sign or an apostrophe behind.
            Some(_) if c == '\n' && next == '\n' => open = None,
            Some((start, close)) if at - start > MAX_QUOTE_BYTES && c != close => open = None,
            Some((start, close)) if c == close && (c != '"' || !previous.is_whitespace()) => {
                found.push(Span::new(start, at));
                open = None;
            }
            // „…“ closes with what “…” opens with; „…” is seen too.
            Some((start, '“')) if c == '”' => {
                found.push(Span::new(start, at));
                open = None;
            }
            Some(_) => {}
            None => {
                let close = match c {
                    '"' if !next.is_whitespace() && !previous.is_alphanumeric() => Some('"'),
                    '“' => Some('”'),
                    '„' => Some('“'),
                    '«' => Some('»'),
                    '»' if !next.is_whitespace() => Some('«'),
                    _ => None,
                };
                open = close.map(|close| (at + c.len_utf8(), close));
            }
        }
        previous = c;
    }
    found
}

fn group_of(answer: &str, inside: Span, groups: &[Span]) -> Option<Span> {
    let (start, end) = (inside.start as usize, inside.end as usize);
    let next = groups.iter().find(|group| group.end as usize > start);
    if let Some(next) = next {
        // A marker inside the marks vouches for them.
        let gap = answer.get(end..(next.start as usize).max(end)).unwrap_or("");
        // At most the stop of the quotation itself may stand between, not a whole sentence.
        let sentence_between =
            gap.trim_start_matches(['"', '”', '“', '»', '.', '!', '?', ',']).contains(['.', '!', '?']);
        if gap.len() <= MAX_DISTANCE_BYTES && !gap.contains('\n') && !sentence_between {
            return Some(*next);
        }
    }
    let before = groups.iter().rev().find(|group| group.end as usize <= start)?;
    let gap = answer.get(before.end as usize..start).unwrap_or("");
    let same_sentence =
        !gap.contains(['\n']) && !gap.contains(". ") && !gap.contains("! ") && !gap.contains("? ");
    (gap.len() <= MAX_DISTANCE_BYTES && same_sentence).then_some(*before)
}

/// The quoted words, markers cut out, parted at omissions, folded, with punctuation at the ends dropped: writers put
/// their own comma inside the marks.
fn pieces(answer: &str, inside: Span, groups: &[Span]) -> Vec<String> {
    let mut text = String::new();
    let mut at = inside.start as usize;
    for group in groups.iter().filter(|group| inside.contains(**group)) {
        text.push_str(answer.get(at..group.start as usize).unwrap_or(""));
        at = group.end as usize;
    }
    text.push_str(answer.get(at..inside.end as usize).unwrap_or(""));
    for omission in ["[...]", "[…]", "(...)", "(…)", "…"] {
        text = text.replace(omission, "...");
    }
    text.split("...")
        .map(|piece| fold(piece).text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// `needle` in `text` from byte `from`, between word boundaries.
fn find_words(text: &str, needle: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let start = at + text.get(at..)?.find(needle)?;
        let end = start + needle.len();
        let before = text.get(..start)?.chars().next_back();
        let after = text.get(end..)?.chars().next();
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if !is_word(before) && !is_word(after) {
            return Some(start);
        }
        at = start + needle.chars().next().map_or(1, char::len_utf8);
    }
}
