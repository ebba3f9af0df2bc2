//! A stretch of text with ranked boundaries → spans of at most so many tokens.
//!
//! From where the last piece ended a window of the asked size is laid out; if the rest fits it is the last
//! piece, else the cut falls on the strongest boundary that does not leave the piece too small: paragraphs
//! before lines, lines before sentences, sentences before words, words before tokens, tokens before
//! characters. Every piece moves on by at least one character, so that it ends.

use super::tokens::Counter;
use crate::types::Span;

/// How strong a boundary is; stronger ones come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Between paragraphs or blocks.
    Paragraph,
    /// Between lines, table rows or list items.
    Line,
    /// Between sentences.
    Sentence,
}

impl Rank {
    const ALL: [Self; 3] = [Self::Paragraph, Self::Line, Self::Sentence];

    /// A boundary is taken when the piece then holds at least this share of the size. A paragraph is worth
    /// a smaller piece than a sentence break is: a third keeps neighbours whole without making crumbs.
    fn worth(self, size: usize) -> usize {
        match self {
            Self::Paragraph => size / 3,
            Self::Line => size / 2,
            Self::Sentence => size / 4,
        }
    }
}

/// A place where text may be cut: the first byte after the boundary's white space.
pub type Boundary = (usize, Rank);

/// Bytes per token that a piece may hold at most: bounds pieces of text that the tokenizer does not see or
/// takes for one endless word.
const BYTES_PER_TOKEN: usize = 32;

/// Cuts stretches of one text.
#[derive(Debug)]
pub struct Cutter<'a> {
    text: &'a str,
    counter: &'a Counter,
    size: usize,
    overlap: usize,
}

impl<'a> Cutter<'a> {
    /// A cutter for pieces of at most `size` tokens that repeat at most `overlap` tokens.
    pub fn new(text: &'a str, counter: &'a Counter, size: usize, overlap: usize) -> Self {
        Self { text, counter, size, overlap }
    }

    /// Largest piece, in tokens.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Whether the stretch fits one piece.
    pub fn fits(&self, start: usize, end: usize) -> bool {
        self.counter.count(Span::new(start, end)) <= self.size && end - start <= self.size * BYTES_PER_TOKEN
    }

    /// The stretch without outer white space; `None` when nothing else is in it.
    pub fn trim(&self, start: usize, end: usize) -> Option<Span> {
        let piece = self.text.get(start..end)?;
        let lead = piece.len() - piece.trim_start().len();
        let body = piece.trim();
        (!body.is_empty()).then(|| Span::new(start + lead, start + lead + body.len()))
    }

    /// Cuts `start..end`; `boundaries` lie within it, in order.
    pub fn cut(&self, start: usize, end: usize, boundaries: &[Boundary], out: &mut Vec<Span>) {
        let mut floor = start; // everything before is in some piece already
        let mut from = start; // where this piece begins, overlap included
        while let Some(rest) = self.trim(floor, end) {
            if from >= floor {
                from = rest.start as usize;
            }
            floor = floor.max(rest.start as usize);
            if self.fits(from, rest.end as usize) {
                out.extend(self.trim(from, end));
                return;
            }
            let next = self.next_cut(from, floor, end, boundaries);
            let Some(piece) = self.trim(from, next) else { return };
            out.push(piece);
            from = self.overlap_start(piece, boundaries).unwrap_or(next);
            floor = next;
        }
    }

    /// Where the piece that begins at `from` ends; after `floor`, at most at `end`.
    fn next_cut(&self, from: usize, floor: usize, end: usize, boundaries: &[Boundary]) -> usize {
        let first = self.counter.first_after(from);
        // The first token that does not fit any more bounds the window.
        let by_tokens = self.counter.start(first + self.size).unwrap_or(end);
        let by_bytes = self.char_floor(from + self.size * BYTES_PER_TOKEN);
        let limit = by_tokens.min(by_bytes).min(end);
        let lower = boundaries.partition_point(|(at, _)| *at <= floor);
        let upper = boundaries.partition_point(|(at, _)| *at <= limit);
        let window = boundaries.get(lower..upper).unwrap_or(&[]);
        for rank in Rank::ALL {
            let last = window.iter().rev().find(|(_, found)| *found == rank);
            if let Some((at, _)) = last
                && self.counter.count(Span::new(from, *at)) >= rank.worth(self.size)
            {
                return *at;
            }
        }
        // Words: step back over tokens that hang together, then settle for a token, then for a character.
        let last = self.counter.first_after(limit.saturating_sub(1));
        let beyond = if self.counter.start(last).is_some_and(|at| at >= limit) { last } else { last + 1 };
        let bound = self.counter.first_after(floor);
        let mut index = beyond;
        if self.counter.start(beyond) == Some(limit) || by_bytes < by_tokens {
            while index > bound && (self.counter.is_joined(index) || self.counter.start(index) > Some(limit))
            {
                index -= 1;
            }
        }
        match self.counter.start(index) {
            Some(at) if at > floor && at <= limit => at,
            _ if limit > floor => limit,
            _ => self.char_ceil(floor + 1).min(end),
        }
    }

    /// Where the next piece begins so that it repeats the end of `piece`: at a sentence if one begins within
    /// the overlap, else at a word.
    fn overlap_start(&self, piece: Span, boundaries: &[Boundary]) -> Option<usize> {
        if self.overlap == 0 {
            return None;
        }
        let (start, end) = (piece.start as usize, piece.end as usize);
        let beyond = self.counter.first_after(end.saturating_sub(1));
        let beyond = if self.counter.start(beyond).is_some_and(|at| at < end) { beyond + 1 } else { beyond };
        let mut index = beyond.saturating_sub(self.overlap);
        let earliest = self.counter.start(index)?.max(self.char_floor(end.saturating_sub(self.overlap * 8)));
        let lower = boundaries.partition_point(|(at, _)| *at < earliest);
        let sentence =
            boundaries.get(lower..)?.first().map(|(at, _)| *at).filter(|at| *at < end && *at > start);
        if sentence.is_some() {
            return sentence;
        }
        while index < beyond && (self.counter.is_joined(index) || self.counter.start(index) < Some(earliest))
        {
            index += 1;
        }
        self.counter.start(index).filter(|at| *at > start && *at < end)
    }

    fn char_floor(&self, at: usize) -> usize {
        (0..=at.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0)
    }

    fn char_ceil(&self, at: usize) -> usize {
        (at..self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len())
    }
}
