//! Text → runs of letters and digits, kept together where a joiner makes them one name.
//!
//! `ERR-4032`, `config.max_size` and `12:30` are one [`Word`] of several parts; `end of a sentence.` is not.

use super::{is_invisible, is_unspaced};
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// A stretch of text to be made into terms; ranges are bytes of the whole text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// Letters and digits, in one part or several with one joiner between them.
    Spaced {
        /// The parts.
        parts: Vec<Range<usize>>,
        /// Where the word ends with what says nothing: `’s` and its like.
        end: usize,
    },
    /// A run of a script that does not part its words.
    Unspaced(Range<usize>),
}

/// The words of `text` in order.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    /// Nothing is read before the first call of `next`.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or("")
    }

    fn peek(&self, at: usize) -> Option<char> {
        self.rest(at).chars().next()
    }

    /// The end of the letters and digits that start at `start`.
    fn end_of_part(&self, start: usize) -> usize {
        let mut end = start;
        while let Some(c) = self.peek(end) {
            if is_inside_word(c) {
                end += c.len_utf8();
            } else if c == ',' && self.is_thousand(start, end) {
                end += 4;
            } else {
                break;
            }
        }
        end
    }

    /// Whether the comma at `comma` groups the digits of one number: `5,183`.
    fn is_thousand(&self, start: usize, comma: usize) -> bool {
        let before = self.text.get(start..comma).unwrap_or("");
        let mut after = self.rest(comma + 1).bytes();
        let three = after.by_ref().take(3).filter(u8::is_ascii_digit).count() == 3;
        let head = before.split(',').next().unwrap_or("");
        three
            && !after.next().is_some_and(|byte| byte.is_ascii_alphanumeric())
            && (1..=3).contains(&head.len())
            && before.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
    }

    /// Where the next part starts when a joiner at `end` ties it to the part before.
    fn next_part(&self, start: usize, end: usize) -> Option<usize> {
        let joiner = self.peek(end)?;
        let next = end + joiner.len_utf8();
        let follower = self.peek(next).filter(|c| starts_word(*c))?;
        let joins = match joiner {
            '-' | '_' | '.' | '@' | '\u{2010}' | '\u{2011}' | '\u{2013}' => true,
            ':' => {
                let before = self.text.get(start..end).and_then(|part| part.chars().next_back());
                follower.is_numeric() && before.is_some_and(char::is_numeric)
            }
            _ => false,
        };
        joins.then_some(next)
    }

    /// Steps over `’s`, `'t`, `'d`: one letter behind an apostrophe says nothing.
    fn skip_clitic(&self, end: usize) -> usize {
        let mut chars = self.rest(end).chars();
        match (chars.next(), chars.next(), chars.next()) {
            (Some(mark @ ('\'' | '’')), Some(letter), after)
                if letter.is_alphabetic() && !after.is_some_and(is_inside_word) =>
            {
                end + mark.len_utf8() + letter.len_utf8()
            }
            _ => end,
        }
    }

    /// The end of `++` or `#` right behind a word that stands alone: `C++`, `F#`.
    fn with_suffix(&self, end: usize) -> usize {
        let rest = self.rest(end);
        let suffix = if rest.starts_with("++") { 2 } else { usize::from(rest.starts_with('#')) };
        if self.peek(end + suffix).is_some_and(is_inside_word) { end } else { end + suffix }
    }

    fn spaced(&mut self, start: usize) -> Word {
        let mut parts = Vec::with_capacity(1);
        let (mut start, mut end) = (start, self.end_of_part(start));
        while let Some(next) = self.next_part(start, end) {
            parts.push(start..end);
            (start, end) = (next, self.end_of_part(next));
        }
        if parts.is_empty() && self.text.get(start..end).is_some_and(|part| part.len() <= 2) {
            end = self.with_suffix(end);
        }
        parts.push(start..end);
        self.at = self.skip_clitic(end);
        Word::Spaced { parts, end: self.at }
    }

    fn unspaced(&mut self, start: usize) -> Word {
        let len = self.rest(start).find(|c| !(is_unspaced(c) || is_combining_mark(c)));
        let end = len.map_or(self.text.len(), |len| start + len);
        self.at = end;
        Word::Unspaced(start..end)
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let skipped = self.rest(self.at).find(|c| is_unspaced(c) || starts_word(c));
        let start = self.at + skipped?;
        Some(match self.peek(start) {
            Some(c) if is_unspaced(c) => self.unspaced(start),
            _ => self.spaced(start),
        })
    }
}

fn starts_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric() && !is_unspaced(c) && !is_invisible(c))
}

/// Letters, digits, their marks, and characters that cannot be seen (soft hyphen, joiners).
fn is_inside_word(c: char) -> bool {
    starts_word(c) || (!c.is_ascii() && !is_unspaced(c) && (is_combining_mark(c) || is_invisible(c)))
}

/// The words of `text` one by one, as byte ranges in order: parts of a joined word apart, a run without spaces as one.
pub fn plain_words(text: &str) -> impl Iterator<Item = Range<usize>> {
    Words::new(text).flat_map(|word| match word {
        Word::Spaced { parts, .. } => parts,
        Word::Unspaced(run) => vec![run],
    })
}
