//! Text → WordPiece ids, equal to those of the Hugging Face tokenizer of BERT uncased models.
//!
//! One pass: characters are cleaned, decomposed, stripped of accents and lowercased into a buffer that holds
//! one word; at the word's end the longest pieces are taken from the vocabulary's trie. Time is linear in the
//! text and nothing is allocated per word. A word of more than 100 characters, or one that the pieces do not
//! cover, is one `[UNK]`. It refuses to keep what does not count: whitespace, case, accents, controls.

use super::classes::{Class, ascii, class};
use super::error::Error;
use super::vocabulary::{BEGIN, CONTINUE, Vocabulary};
use crate::chunk::Tokens;
use crate::types::Span;
use unicode_normalization::char::{canonical_combining_class, decompose_canonical};

/// The longest word that is looked up, in characters (`max_input_chars_per_word`).
const MAX_WORD: usize = 100;
/// Matched literally in the raw text, before anything else, as the original does with its added tokens.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// BERT uncased WordPiece over one vocabulary.
#[derive(Clone, Debug)]
pub struct Tokenizer {
    vocabulary: Vocabulary,
    special: [Option<u32>; 5],
    unknown: u32,
    begin: u32,
    end: u32,
}

impl Tokenizer {
    /// Reads a `vocab.txt`: one piece a line, the line number from 0 is the id.
    ///
    /// # Errors
    /// [`Error::VocabularyWithout`] when `[UNK]`, `[CLS]` or `[SEP]` is not there.
    pub fn from_vocab(vocab: &str) -> Result<Self, Error> {
        let vocabulary = Vocabulary::new(vocab.lines());
        let need = |token: &str| {
            vocabulary.exact(token).ok_or_else(|| Error::VocabularyWithout {
                token: token.to_owned(),
                lines: vocab.lines().count(),
            })
        };
        let (unknown, begin, end) = (need("[UNK]")?, need("[CLS]")?, need("[SEP]")?);
        let special = SPECIAL.map(|token| vocabulary.exact(token));
        Ok(Self { vocabulary, special, unknown, begin, end })
    }

    /// `[CLS]`, the pieces, `[SEP]`; pieces beyond `max_len` tokens in all are left out.
    pub fn encode(&self, text: &str, max_len: usize) -> Vec<u32> {
        let room = max_len.saturating_sub(2);
        let mut ids = Vec::with_capacity(max_len.min(text.len() / 3 + 3));
        ids.push(self.begin);
        if room > 0 {
            self.scan(text, &mut |id, _| {
                ids.push(id);
                ids.len() <= room
            });
        }
        ids.push(self.end);
        ids
    }

    /// Where each token, without `[CLS]` and `[SEP]`, stands in `text`.
    ///
    /// Spans are in order and on character boundaries. Characters that are dropped (accents, controls) belong
    /// to the token before them. Two tokens overlap only in a character that was cut between them (a Hangul
    /// syllable is several letters to BERT).
    pub fn token_spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::with_capacity(text.len() / 4);
        self.scan(text, &mut |_, span| {
            spans.push(span);
            true
        });
        spans
    }

    /// Calls `each` with every token until it answers `false`.
    fn scan(&self, text: &str, each: &mut dyn FnMut(u32, Span) -> bool) {
        let mut word = Word::default();
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let (next, go_on) = if byte < 0x80 {
                let mut next = at + 1;
                let go_on = match ascii(byte) {
                    Class::Word => {
                        word.push_byte(byte.to_ascii_lowercase(), at, next);
                        true
                    }
                    Class::Dropped => {
                        word.extend(at, next);
                        true
                    }
                    Class::Space => self.finish(&mut word, each),
                    Class::Punctuation | Class::Ideograph => {
                        let special = if byte == b'[' { self.special_at(text, at) } else { None };
                        self.finish(&mut word, each)
                            && if let Some((id, len)) = special {
                                next = at + len;
                                each(id, Span::new(at, next))
                            } else {
                                word.push_byte(byte, at, next);
                                self.finish_here(&mut word, text, &mut next, each)
                            }
                    }
                };
                (next, go_on)
            } else {
                let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { return };
                let mut next = at + c.len_utf8();
                let go_on = match class(c) {
                    Class::Dropped => {
                        word.extend(at, next);
                        true
                    }
                    Class::Space => self.finish(&mut word, each),
                    Class::Ideograph => {
                        self.finish(&mut word, each) && {
                            self.decomposed(c, at, next, &mut word, each);
                            self.finish_here(&mut word, text, &mut next, each)
                        }
                    }
                    Class::Word | Class::Punctuation => self.decomposed(c, at, next, &mut word, each),
                };
                (next, go_on)
            };
            if !go_on {
                return;
            }
            at = next;
        }
        self.finish(&mut word, each);
    }

    /// Adds what canonical decomposition and lowercasing make of `c`; a part may be punctuation of its own.
    fn decomposed(
        &self,
        c: char,
        start: usize,
        end: usize,
        word: &mut Word,
        each: &mut dyn FnMut(u32, Span) -> bool,
    ) -> bool {
        let mut go_on = true;
        decompose_canonical(c, |part| {
            if class(part) == Class::Dropped {
                word.extend(start, end);
                return;
            }
            let combining = canonical_combining_class(part);
            if combining != 0 {
                word.push_combining(combining, part, start, end);
                return;
            }
            for lower in part.to_lowercase() {
                if class(lower) == Class::Punctuation {
                    go_on = go_on && self.finish(word, each);
                    word.push(lower, start, end);
                    go_on = go_on && self.finish(word, each);
                } else {
                    word.push(lower, start, end);
                }
            }
        });
        go_on
    }

    /// Ends a one-character word, giving it the dropped characters that follow.
    fn finish_here(
        &self,
        word: &mut Word,
        text: &str,
        next: &mut usize,
        each: &mut dyn FnMut(u32, Span) -> bool,
    ) -> bool {
        while let Some(c) = text.get(*next..).and_then(|rest| rest.chars().next()) {
            if class(c) != Class::Dropped {
                break;
            }
            let end = *next + c.len_utf8();
            word.extend(*next, end);
            *next = end;
        }
        self.finish(word, each)
    }

    /// Cuts the word into pieces and empties it.
    fn finish(&self, word: &mut Word, each: &mut dyn FnMut(u32, Span) -> bool) -> bool {
        word.settle();
        let go_on = match word.extent() {
            None => true,
            Some(whole) if word.chars > MAX_WORD => each(self.unknown, whole),
            Some(whole) => self.pieces(word, whole, each),
        };
        word.clear();
        go_on
    }

    fn pieces(&self, word: &mut Word, whole: Span, each: &mut dyn FnMut(u32, Span) -> bool) -> bool {
        word.pieces.clear();
        let (mut root, mut at) = (BEGIN, 0);
        while let Some(rest) = word.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let Some((id, len)) = self.vocabulary.longest(root, rest) else {
                return each(self.unknown, whole);
            };
            word.pieces.push((id, at, at + len));
            at += len;
            root = CONTINUE;
        }
        word.pieces.iter().all(|&(id, from, to)| each(id, word.span(from, to)))
    }

    fn special_at(&self, text: &str, at: usize) -> Option<(u32, usize)> {
        let rest = text.get(at..)?;
        let found = SPECIAL.iter().zip(self.special).find(|(token, _)| rest.starts_with(**token))?;
        Some((found.1?, found.0.len()))
    }
}

impl Tokens for Tokenizer {
    fn token_spans(&self, text: &str) -> Vec<Span> {
        Tokenizer::token_spans(self, text)
    }
}

/// One normalised word, each byte with the extent of the original character it came from.
#[derive(Default)]
struct Word {
    bytes: Vec<u8>,
    origin: Vec<Span>,
    chars: usize,
    /// Combining characters since the last starter, waiting to be put in canonical order.
    waiting: Vec<(u8, char, Span)>,
    /// (id, first byte, end) of the pieces found so far.
    pieces: Vec<(u32, usize, usize)>,
    /// The end of an overlong word, whose bytes are no longer kept.
    overlong_end: Option<usize>,
}

impl Word {
    fn push_byte(&mut self, byte: u8, start: usize, end: usize) {
        self.settle();
        self.chars += 1;
        if self.chars > MAX_WORD {
            self.overlong_end = Some(end);
            return;
        }
        self.bytes.push(byte);
        self.origin.push(Span::new(start, end));
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        self.settle();
        self.append(c, Span::new(start, end));
    }

    fn push_combining(&mut self, class: u8, c: char, start: usize, end: usize) {
        // A word of nothing but combining characters must not grow without bound.
        if self.waiting.len() > MAX_WORD {
            self.settle();
        }
        self.waiting.push((class, c, Span::new(start, end)));
    }

    /// Canonical ordering (Unicode 3.11 D109): a stable sort by combining class.
    fn settle(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by_key(|&(class, _, _)| class);
        for (_, c, span) in waiting.drain(..) {
            for lower in c.to_lowercase() {
                self.append(lower, span);
            }
        }
        self.waiting = waiting;
    }

    fn append(&mut self, c: char, span: Span) {
        self.chars += 1;
        if self.chars > MAX_WORD {
            self.overlong_end = Some(span.end as usize);
            return;
        }
        let mut utf8 = [0; 4];
        for &byte in c.encode_utf8(&mut utf8).as_bytes() {
            self.bytes.push(byte);
            self.origin.push(span);
        }
    }

    /// A dropped character right behind the word's last one belongs to it.
    fn extend(&mut self, start: usize, end: usize) {
        let touches = |span: &Span| span.end as usize == start;
        if let Some(end_of_long) = &mut self.overlong_end {
            *end_of_long = end;
        } else if let Some((_, _, span)) = self.waiting.last_mut().filter(|(_, _, span)| touches(span)) {
            *span = Span::new(span.start as usize, end);
        } else if let Some(from) = self.origin.last().copied().filter(touches) {
            for span in self.origin.iter_mut().rev().take_while(|span| **span == from) {
                *span = Span::new(from.start as usize, end);
            }
        }
    }

    fn span(&self, from: usize, to: usize) -> Span {
        let first = self.origin.get(from).copied().unwrap_or_default();
        let last = to.checked_sub(1).and_then(|at| self.origin.get(at)).copied().unwrap_or(first);
        Span { start: first.start, end: last.end }
    }

    fn extent(&self) -> Option<Span> {
        let first = self.origin.first()?;
        let last = self.origin.last()?;
        let end = self.overlong_end.map_or(last.end, |end| Span::new(0, end).end);
        Some(Span { start: first.start, end })
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.origin.clear();
        self.chars = 0;
        self.overlong_end = None;
    }
}
