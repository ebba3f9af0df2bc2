//! A claim + a passage → the passage's words that the claim uses.
//!
//! Content words (no fillers, at least three letters, or digits) match when equal in lower case, or when they share a
//! long beginning and differ in a short ending (`employee`, `employees`): a stemmer for any language, and a weak one.
//! Words are marked only in the sentences of the passage that share most with the claim, so that a common word does not
//! light up all over the page. Marked words with only blanks between become one span.

use crate::text::{Word, Words as Scanner, characters, is_filler, is_hangul, is_unspaced};
use crate::types::Span;
use std::ops::Range;

/// Share of the best sentence's matches that another sentence needs to be marked too.
const KEEP_SHARE: f64 = 0.6;
/// Longest claim and passage looked at, in words.
const MAX_WORDS: usize = 3_000;

/// A passage cut into content words.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Folded word, start, end, sentence.
    words: Vec<(String, usize, usize, usize)>,
    /// Byte ranges between two consecutive words that hold only blanks: index of the first word.
    joined: Vec<bool>,
}

impl Words {
    /// The content words of a passage's text.
    pub fn of(text: &str) -> Self {
        let mut out = Self::default();
        let mut sentence = 0;
        let mut last_end = 0;
        for Piece { range, word } in pieces(text).into_iter().take(MAX_WORDS) {
            let gap = text.get(last_end..range.start).unwrap_or("");
            if gap.contains(['.', '!', '?', '。', '\n']) {
                sentence += 1;
            }
            if let Some(folded) = content_word(word) {
                let joined = out.words.last().is_some_and(|(_, _, before, _)| *before == last_end)
                    && gap.chars().all(|c| c == ' ');
                out.joined.push(joined);
                out.words.push((folded, range.start, range.end, sentence));
            }
            last_end = range.end;
        }
        out
    }
}

/// The distinct content words of a claim.
pub fn words_of(claim: &str) -> Vec<String> {
    let mut words: Vec<String> =
        pieces(claim).iter().take(MAX_WORDS).filter_map(|piece| content_word(piece.word)).collect();
    words.sort();
    words.dedup();
    words
}

/// Where the passage at `passage` in its document uses words of `claim`: spans of the document, in order.
pub fn find(claim: &[String], words: &Words, passage: Span) -> Vec<Span> {
    let matched: Vec<Option<usize>> =
        words.words.iter().map(|(word, ..)| claim.iter().position(|other| same_word(other, word))).collect();
    let sentences = words.words.last().map_or(0, |(.., sentence)| sentence + 1);
    let mut distinct: Vec<Vec<usize>> = vec![Vec::new(); sentences];
    for ((.., sentence), place) in words.words.iter().zip(&matched) {
        if let (Some(place), Some(seen)) = (place, distinct.get_mut(*sentence))
            && !seen.contains(place)
        {
            seen.push(*place);
        }
    }
    let best = distinct.iter().map(Vec::len).max().unwrap_or(0);
    let enough = (best as f64 * KEEP_SHARE).ceil().max(1.0) as usize;
    let mut spans: Vec<Span> = Vec::new();
    let mut last_marked = false;
    let offset = passage.start as usize;
    for (((_, start, end, sentence), place), joined) in words.words.iter().zip(&matched).zip(&words.joined) {
        let marked = place.is_some() && distinct.get(*sentence).is_some_and(|seen| seen.len() >= enough);
        if marked {
            let span = Span::new(offset + start, offset + end);
            match spans.last_mut() {
                Some(last) if last_marked && *joined => last.end = span.end,
                _ => spans.push(span),
            }
        }
        last_marked = marked;
    }
    spans
}

/// Equal, or equal but for a short ending.
fn same_word(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let numeric = |word: &str| word.bytes().any(|c| c.is_ascii_digit());
    if numeric(a) || numeric(b) {
        return false;
    }
    let shared = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let longest = a.chars().count().max(b.chars().count());
    shared >= 4 && longest - shared <= 3 && shared * 3 >= longest * 2
}

/// A word of a text: where it stands with all that belongs to it, and the part that is compared.
struct Piece<'a> {
    range: Range<usize>,
    word: &'a str,
}

/// The words of `text` in order: parts of joined words apart, numbers whole, a character each in scripts without word
/// spacing but for Korean.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found: Vec<Piece<'_>> = Vec::new();
    for word in Scanner::new(text) {
        match word {
            Word::Spaced { parts, end } => {
                let parts = if is_number(text, &parts) { whole(&parts) } else { parts };
                for part in parts {
                    push(text, part, &mut found);
                }
                if let Some(last) = found.last_mut() {
                    last.range.end = end;
                }
            }
            Word::Unspaced(run) => {
                let letters = characters(text.get(run.clone()).unwrap_or(""));
                let mut syllable = false;
                for letter in letters {
                    let letter = run.start + letter.start..run.start + letter.end;
                    let hangul = text.get(letter.clone()).is_some_and(|letter| letter.starts_with(is_hangul));
                    match found.last_mut() {
                        Some(last) if hangul && syllable => {
                            last.range.end = letter.end;
                            last.word = text.get(last.range.clone()).unwrap_or("");
                        }
                        _ => push(text, letter, &mut found),
                    }
                    syllable = hangul;
                }
            }
        }
    }
    found
}

/// Adds a word; what follows a decimal comma belongs to the number before it.
fn push<'a>(text: &'a str, range: Range<usize>, found: &mut Vec<Piece<'a>>) {
    let word = text.get(range.clone()).unwrap_or("");
    if let Some(last) = found.last_mut()
        && text.get(last.range.end..range.start) == Some(",")
        && last.word.ends_with(char::is_numeric)
        && word.starts_with(char::is_numeric)
    {
        last.range.end = range.end;
        last.word = text.get(last.range.clone()).unwrap_or("");
        return;
    }
    found.push(Piece { range, word });
}

/// Whether the parts are the digits of one number or date: `2.1`, `12.05.2021`.
fn is_number(text: &str, parts: &[Range<usize>]) -> bool {
    let written = whole(parts).pop().and_then(|range| text.get(range)).unwrap_or("");
    parts.len() > 1 && written.chars().all(|c| c.is_numeric() || c == '.' || c == ',')
}

/// From the first part to the last.
fn whole(parts: &[Range<usize>]) -> Vec<Range<usize>> {
    let ends = parts.first().zip(parts.last());
    ends.map(|(first, last)| first.start..last.end).into_iter().collect()
}

fn content_word(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let digits = lower.chars().any(char::is_numeric);
    // Scripts without word spacing come one character or few at a time.
    let unspaced = lower.chars().any(is_unspaced);
    let long = lower.chars().count() >= 3;
    ((digits || unspaced || long) && !is_filler(&lower)).then_some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = pieces(text);
        let short: Vec<_> = found.iter().map(|piece| (&text[piece.range.clone()], piece.word)).collect();
        assert_eq!(short, expected);
    }

    #[test]
    fn pieces_are_words_with_all_that_belongs_to_them() {
        check("the dog’s don't", &[("the", "the"), ("dog’s", "dog"), ("don't", "don")]);
        check("ERR-40 ga\u{AD}te", &[("ERR", "ERR"), ("40", "40"), ("ga\u{AD}te", "ga\u{AD}te")]);
        check("2.1, 1,5 and 5,183.", &[("2.1", "2.1"), ("1,5", "1,5"), ("and", "and"), ("5,183", "5,183")]);
        check("12.05.2021 v2.1", &[("12.05.2021", "12.05.2021"), ("v2", "v2"), ("1", "1")]);
        check("猫と한국어 글", &[("猫", "猫"), ("と", "と"), ("한국어", "한국어"), ("글", "글")]);
    }
}
