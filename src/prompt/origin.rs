//! Pieces → messages, with a record of where each byte comes from.

use crate::types::Span;
use serde::{Deserialize, Serialize};

/// Where words of a prompt come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The template's text.
    Template,
    /// The person's question.
    Question,
    /// The passage of that number, its first line included.
    Passage(u32),
}

/// A stretch of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Which message, from 0.
    pub message: u32,
    /// Its bytes in that message's content.
    pub span: Span,
    /// Where it comes from.
    pub origin: Origin,
}

/// Messages in the making: 0 the system's, 1 the user's, 2 the beginning of the answer, which may stay empty.
pub(super) struct Trail {
    contents: Vec<String>,
    sources: Vec<Source>,
}

impl Trail {
    pub(super) fn new() -> Self {
        Self { contents: vec![String::new(), String::new()], sources: Vec::new() }
    }

    pub(super) fn template(self, message: usize, text: &str) -> Self {
        self.push(message, text, Origin::Template)
    }

    pub(super) fn question(self, message: usize, text: &str) -> Self {
        self.push(message, text, Origin::Question)
    }

    pub(super) fn passage(self, message: usize, text: &str, number: u32) -> Self {
        self.push(message, text, Origin::Passage(number))
    }

    fn push(mut self, message: usize, text: &str, origin: Origin) -> Self {
        if message >= self.contents.len() && !text.is_empty() {
            self.contents.resize(message + 1, String::new());
        }
        let Some(content) = self.contents.get_mut(message) else { return self };
        let span = Span::new(content.len(), content.len() + text.len());
        content.push_str(text);
        let message = message as u32;
        match self.sources.last_mut() {
            _ if span.is_empty() => {}
            Some(last) if last.message == message && last.origin == origin => last.span.end = span.end,
            _ => self.sources.push(Source { message, span, origin }),
        }
        self
    }

    pub(super) fn contents(&self) -> &[String] {
        &self.contents
    }

    pub(super) fn into_parts(self) -> (Vec<String>, Vec<Source>) {
        (self.contents, self.sources)
    }
}
