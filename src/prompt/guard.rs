//! Settings → how much of the evidence a model will be sent, before anything is retrieved.

use super::template::{Layout, holds_evidence};
use super::{Budget, DatedTemplate, Origin, Prompt, Style, estimated_tokens};

/// Tokens of a passage's first line: number, document and headings.
const SOURCE_TOKENS: u32 = 16;

/// How a prompt will fit, by estimates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Tokens of instructions, question and all passages.
    pub input_tokens: u32,
    /// Passages that fit.
    pub passages_fit: u32,
    /// Passages that are to be sent.
    pub passages: u32,
}

impl Expected {
    /// What `budget` leaves of `passages` of at most `chunk_tokens` each, beside `question` in its template. A token of the
    /// embedder is some five bytes of English; what is not known is counted by four.
    pub fn new(
        question: &str,
        template: Option<&DatedTemplate>,
        (passages, chunk_tokens): (u32, u32),
        style: Style,
        budget: &Budget<'_>,
    ) -> Self {
        let layout = Layout::new(style, template, true);
        let frame = [layout.system, layout.user, question].map(str::to_owned);
        let frame = budget.count_messages(&frame);
        let passages = if holds_evidence(template) { passages } else { 0 };
        let passage = (chunk_tokens.saturating_mul(5) / 4).saturating_add(SOURCE_TOKENS);
        let input = frame.saturating_add(passages.saturating_mul(passage));
        let left = budget.input_tokens().map_or(u32::MAX, |most| most.saturating_sub(frame));
        Self { input_tokens: input, passages_fit: passages.min(left / passage.max(1)), passages }
    }
}

/// Tokens of a prompt by where they come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// Of the template.
    pub instructions: u32,
    /// Of the passages.
    pub evidence: u32,
    /// Of the question.
    pub question: u32,
}

impl Shares {
    /// The shares of a prompt, by estimates.
    pub fn of(prompt: &Prompt) -> Self {
        let mut shares = Self::default();
        for source in &prompt.origins {
            let message = prompt.request.messages.get(source.message as usize);
            let text =
                message.and_then(|message| message.content.get(source.span.range())).unwrap_or_default();
            match source.origin {
                Origin::Template => shares.instructions += estimated_tokens(text),
                Origin::Question => shares.question += estimated_tokens(text),
                Origin::Passage(_) => shares.evidence += estimated_tokens(text),
            }
        }
        shares.evidence +=
            prompt.request.documents.iter().map(|document| estimated_tokens(&document.text)).sum::<u32>();
        shares
    }
}
