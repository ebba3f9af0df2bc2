//! The passages that an answer may cite, prepared for looking up; what was found is remembered, because the end of an
//! answer is read again each time that it grows.

use super::Target;
use super::fold::{Folded, fold};
use super::quote::{self, Quoted};
use super::support::{self, Words};
use crate::types::{Passage, Span};
use std::collections::HashMap;

/// Most look-ups remembered.
const MAX_REMEMBERED: usize = 2_000;

/// The passages of one answer.
#[derive(Debug, Default)]
pub struct Sources {
    passages: Vec<Passage>,
    sent: u32,
    folded: Vec<Option<Folded>>,
    words: Vec<Option<Words>>,
    support: HashMap<(usize, String), Vec<Span>>,
}

impl Sources {
    /// The first `sent` of `passages` were in the prompt.
    pub fn new(passages: Vec<Passage>, sent: u32) -> Self {
        let folded = passages.iter().map(|_| None).collect();
        let words = passages.iter().map(|_| None).collect();
        Self { passages, sent, folded, words, support: HashMap::new() }
    }

    /// The passages that were in the prompt.
    pub(super) fn sent(&self) -> &[Passage] {
        self.passages.get(..self.sent as usize).unwrap_or(&self.passages)
    }

    /// Where `words` stand in the passage at `index`.
    pub(super) fn locate(&mut self, index: usize, words: &str) -> Option<Span> {
        let span = self.sent().get(index)?.span;
        quote::locate_text(words, self.folded(index)?, span)
    }

    /// What `number`, cited behind the sentence `claim` and the quotations `quoted`, leads to.
    pub(super) fn resolve<'q>(
        &mut self,
        number: u32,
        quoted: impl Iterator<Item = &'q Quoted>,
        claim: &str,
    ) -> Target {
        self.passage_target(number, quoted, claim).unwrap_or(Target::OutOfRange)
    }

    fn passage_target<'q>(
        &mut self,
        number: u32,
        quoted: impl Iterator<Item = &'q Quoted>,
        claim: &str,
    ) -> Option<Target> {
        let index_u32 = number.checked_sub(1)?;
        let index = index_u32 as usize;
        let span = self.sent().get(index)?.span;
        let mut quote = None;
        for quoted in quoted {
            match quote::locate(quoted, self.folded(index)?, span) {
                Some(span) => quote = quote.or(Some(span)),
                None if quote::is_title(quoted, self.sent().get(index)?) => {}
                None => return Some(Target::Unsupported { index: index_u32 }),
            }
        }
        Some(Target::Passage { index: index_u32, support: self.support(index, claim, span)?, quote })
    }

    fn support(&mut self, index: usize, claim: &str, span: Span) -> Option<Vec<Span>> {
        let key = (index, claim.to_owned());
        if let Some(known) = self.support.get(&key) {
            return Some(known.clone());
        }
        let text = &self.passages.get(index)?.text;
        let words = self.words.get_mut(index)?.get_or_insert_with(|| Words::of(text));
        let found = support::find(&support::words_of(claim), words, span);
        if self.support.len() >= MAX_REMEMBERED {
            self.support.clear();
        }
        self.support.insert(key, found.clone());
        Some(found)
    }

    fn folded(&mut self, index: usize) -> Option<&Folded> {
        let text = &self.passages.get(index)?.text;
        Some(self.folded.get_mut(index)?.get_or_insert_with(|| fold(text)))
    }
}
