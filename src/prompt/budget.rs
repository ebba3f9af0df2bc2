//! Passages → those that fit the context.

use crate::chunk::sentences;
use crate::evidence::{SEPARATOR, render_one};
use crate::types::Passage;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Tokens that a chat template adds to each message (role, begin and end marks), and once more for the reply.
const TOKENS_PER_MESSAGE: u32 = 8;
/// A rest of a passage shorter than this is not worth sending, unless it is all there is.
const MIN_CUT_TOKENS: u32 = 24;
/// Marks where a passage was cut.
const CUT: &str = " […]";

/// What a model can take.
pub struct Budget<'a> {
    /// Tokens of prompt and answer together; `None` when not known: everything is sent.
    pub context_tokens: Option<u32>,
    /// Tokens of it kept free for the answer.
    pub reserve_output_tokens: u32,
    /// Tokens of a text.
    pub count: &'a dyn Fn(&str) -> u32,
}

/// How a prompt fits its budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// Tokens of the prompt as counted, the template's marks included.
    pub tokens: u32,
    /// Tokens it may have; `None` when not known.
    pub budget: Option<u32>,
    /// Passages in the prompt.
    pub passages_sent: u32,
    /// Passages of the evidence.
    pub passages_total: u32,
    /// Tokens of the evidence that are not sent.
    pub cut_tokens: u32,
    /// Whether the last passage sent is cut short.
    pub last_cut: bool,
}

impl Fit {
    /// Whether the prompt is within its budget; only a question too long by itself is not.
    pub fn is_within(&self) -> bool {
        self.budget.is_none_or(|budget| self.tokens <= budget)
    }

    /// Whether all of the evidence is sent.
    pub fn is_whole(&self) -> bool {
        self.passages_sent == self.passages_total && !self.last_cut
    }
}

impl fmt::Display for Fit {
    /// What the context limit cut, in one sentence for the column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passages_sent: sent, passages_total: total, cut_tokens: cut, .. } = *self;
        let last = if self.last_cut { ", the last one truncated" } else { "" };
        write!(f, "Context limit: sent {sent} of {total} passages{last} ({cut} tokens omitted).")
    }
}

impl Budget<'_> {
    /// Tokens that the prompt may have.
    pub fn input_tokens(&self) -> Option<u32> {
        self.context_tokens.map(|context| context.saturating_sub(self.reserve_output_tokens))
    }

    /// Tokens of `text`.
    pub fn count(&self, text: &str) -> u32 {
        (self.count)(text)
    }

    /// Tokens of a conversation.
    pub fn count_messages(&self, contents: &[String]) -> u32 {
        let texts: u32 = contents.iter().map(|content| self.count(content)).sum();
        texts + TOKENS_PER_MESSAGE * (contents.len() as u32 + 1)
    }
}

/// Passages to send.
pub(super) struct Cut {
    pub passages: Vec<Passage>,
}

/// The passages that fit beside a frame of `frame_tokens`: whole ones from the first on, then at most one cut.
pub(super) fn fit(passages: &[Passage], frame_tokens: u32, budget: &Budget<'_>) -> Cut {
    let Some(most) = budget.input_tokens() else { return Cut { passages: passages.to_vec() } };
    let mut left = most.saturating_sub(frame_tokens);
    let mut sent: Vec<Passage> = Vec::new();
    for passage in passages {
        let tokens = budget.count(&render_one(passage)) + budget.count(SEPARATOR);
        if tokens <= left {
            left -= tokens;
            sent.push(passage.clone());
            continue;
        }
        if left >= MIN_CUT_TOKENS || sent.is_empty() {
            sent.extend(shorten(passage, left, budget));
        }
        break;
    }
    Cut { passages: sent }
}

/// `passage` cut to `most` tokens behind a sentence, or behind a word when not even one sentence fits.
fn shorten(passage: &Passage, most: u32, budget: &Budget<'_>) -> Option<Passage> {
    let cut_at = |at: usize| -> Option<Passage> {
        let kept = passage.text.get(..at)?.trim_end();
        let text = format!("{kept}{CUT}");
        let cut = Passage { text, ..passage.clone() };
        let fits = budget.count(&render_one(&cut)) + budget.count(SEPARATOR) <= most;
        fits.then_some(cut)
    };
    let text = passage.text.as_str();
    // An end within leading white space would keep nothing.
    let first = text.len() - text.trim_start().len();
    let behind = |end: &usize| *end > first;
    let sentences: Vec<usize> =
        sentences(text).into_iter().map(|span| span.end as usize).filter(behind).collect();
    longest(&sentences, cut_at).or_else(|| {
        // Behind a word; in writing without spaces, behind any character.
        let ends = |breaks: fn(char) -> bool| -> Vec<usize> {
            text.char_indices().filter(|(_, c)| breaks(*c)).map(|(at, _)| at).filter(behind).collect()
        };
        longest(&ends(char::is_whitespace), cut_at).or_else(|| longest(&ends(|_| true), cut_at))
    })
}

/// The result for the greatest of the ascending `ends` that fits.
fn longest(ends: &[usize], cut_at: impl Fn(usize) -> Option<Passage>) -> Option<Passage> {
    let fitting = ends.partition_point(|end| cut_at(*end).is_some());
    ends.get(fitting.checked_sub(1)?).and_then(|end| cut_at(*end))
}
