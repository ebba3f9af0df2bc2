//! `ChatRequest` → an answer, step by step.
//!
//! A generation reads the prompt in slices, then makes one token a step. Between steps the worker can report, let
//! other messages in, or drop the generation, which cancels it.

use super::llama::{Cache, Model};
use super::sample::{Sampler, is_looping};
use super::tokenizer::Decoder;
use super::{Error, template};
use crate::types::{ChatRequest, Usage};

/// Tokens of prompt that are worth reading on one thread; `prompt::build` is asked to stay within it.
pub const CONTEXT_BUDGET: u32 = 2048;

/// Prompt tokens read per step: enough that unpacking weights is cheap, few enough to stay responsive.
const SLICE: usize = 64;

/// Tokens generated at most unless the request says otherwise.
const MAX_TOKENS: u32 = 256;

/// What a step did.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Part of the prompt was read.
    Prefilling {
        /// Tokens read.
        done: u32,
        /// Tokens of the prompt.
        total: u32,
    },
    /// Text of the answer to append; empty where a token ends in the middle of a character.
    Text(String),
    /// It is over; further steps say the same.
    Done {
        /// `stop`, `length` or `loop`.
        finish_reason: String,
        /// Tokens read and made.
        usage: Usage,
    },
}

/// One answer in the making.
pub struct Generation {
    prompt: Vec<u32>,
    read: usize,
    generated: Vec<u32>,
    limit: usize,
    cache: Cache,
    sampler: Sampler,
    decoder: Decoder,
    begun: String,
    next: Option<u32>,
    finish_reason: Option<&'static str>,
}

impl Generation {
    /// Prepares the answer to `request`: encodes its messages and makes room for prompt and answer. If the last message
    /// is the assistant's, the answer begins with it.
    pub fn start(model: &Model, request: &ChatRequest) -> Result<Self, Error> {
        if request.messages.is_empty() {
            return Err(Error::NoMessages);
        }
        let prompt = template::prompt(model, &request.messages);
        let context = model.config().context;
        let limit = request.parameters.max_tokens.unwrap_or(MAX_TOKENS).max(1) as usize;
        // An answer may be cut short by the end of the context, but not to nothing.
        let most = context.saturating_sub(limit.min(context / 4).max(1));
        if prompt.len() > most {
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            return Err(Error::PromptTooLong { tokens: count(prompt.len()), limit: count(most) });
        }
        let limit = limit.min(context - prompt.len());
        let mut cache = Cache::new(model.config(), prompt.len() + limit);
        cache.reserve(prompt.len() + limit.min(MAX_TOKENS as usize));
        Ok(Self {
            prompt,
            read: 0,
            generated: Vec::new(),
            limit,
            cache,
            sampler: Sampler::new(&request.parameters),
            decoder: Decoder::default(),
            begun: template::begun(&request.messages).unwrap_or("").to_owned(),
            next: None,
            finish_reason: None,
        })
    }

    /// Replaces how tokens are chosen.
    pub fn with_sampler(mut self, sampler: Sampler) -> Self {
        self.sampler = sampler;
        self
    }

    /// Does a little work with the model that it was started for.
    pub fn step(&mut self, model: &mut Model) -> Step {
        if let Some(reason) = self.finish_reason {
            return self.done(reason);
        }
        if self.read < self.prompt.len() {
            let end = (self.read + SLICE).min(self.prompt.len());
            let slice = self.prompt.get(self.read..end).unwrap_or_default();
            let logits = model.forward(slice, &mut self.cache, end == self.prompt.len());
            if !logits.is_empty() {
                self.next = self.sampler.next(logits, &self.generated);
            }
            self.read = end;
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            return Step::Prefilling { done: count(end), total: count(self.prompt.len()) };
        }
        if !self.begun.is_empty() {
            return Step::Text(std::mem::take(&mut self.begun));
        }
        let Some(token) = self.next else {
            return self.finish("stop");
        };
        if model.tokenizer().is_special(token) {
            return self.finish("stop");
        }
        self.generated.push(token);
        let text = self.decoder.push(model.tokenizer().bytes_of(token));
        // The token is shown now; why it was the last the next step says.
        if self.generated.len() >= self.limit {
            self.finish_reason = Some("length");
        } else if is_looping(&self.generated) {
            self.finish_reason = Some("loop");
        } else {
            let logits = model.forward(&[token], &mut self.cache, true);
            self.next = self.sampler.next(logits, &self.generated);
        }
        Step::Text(text)
    }

    fn finish(&mut self, reason: &'static str) -> Step {
        self.finish_reason = Some(reason);
        let rest = self.decoder.finish();
        if rest.is_empty() { self.done(reason) } else { Step::Text(rest) }
    }

    fn done(&self, reason: &str) -> Step {
        let (input, output) = (self.prompt.len() as u64, self.generated.len() as u64);
        let usage = Usage {
            input_tokens: Some(input),
            output_tokens: Some(output),
            total_tokens: Some(input + output),
            ..Usage::default()
        };
        Step::Done { finish_reason: reason.to_owned(), usage }
    }
}
