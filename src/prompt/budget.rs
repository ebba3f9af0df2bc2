//! Passages → those that fit the context.

use super::Style;
use crate::chunk::sentences;
use crate::evidence::{SEPARATOR, render_one};
use crate::types::{Parameters, Passage};

/// Tokens that a chat template adds to each message (role, begin and end marks), and once more for the reply.
const TOKENS_PER_MESSAGE: u32 = 8;
/// A rest of a passage shorter than this is not worth sending, unless it is all there is.
const MIN_CUT_TOKENS: u32 = 24;
/// Marks where a passage was cut.
const CUT: &str = " […]";

/// What a token is taken for where the model's own count is not known.
const BYTES_PER_TOKEN: usize = 4;
/// Tokens of a text for a model whose tokenizer is not known.
pub fn estimated_tokens(text: &str) -> u32 {
    u32::try_from(text.len().div_ceil(BYTES_PER_TOKEN)).unwrap_or(u32::MAX)
}

/// What a model can take.
pub struct Budget<'a> {
    /// Tokens of prompt and answer together; `None` when not known: everything is sent.
    pub context_tokens: Option<u32>,
    /// Tokens of it kept free for the answer.
    pub reserve_output_tokens: u32,
    /// Tokens of a text.
    pub count: &'a dyn Fn(&str) -> u32,
}

impl Budget<'static> {
    /// The budget of a model whose tokenizer is not known. At most half of the context is kept for the answer.
    pub fn estimated(context_tokens: Option<u32>, parameters: &Parameters, style: Style) -> Self {
        let answer = style.answer_tokens(parameters);
        let reserve_output_tokens = context_tokens.map_or(answer, |context| answer.min(context / 2));
        Self { context_tokens, reserve_output_tokens, count: &estimated_tokens }
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
