//! Messages → tokens: SmolLM2's chat template (ChatML).
//!
//! `<|im_start|>role\ncontent<|im_end|>\n` for every message, then `<|im_start|>assistant\n`. Only this file places special
//! tokens; what people and documents wrote is encoded as plain text. A last message of the assistant is the beginning
//! of the answer and stays open: a small model that has begun with "According to the passages," keeps to them.

use super::llama::Model;
use crate::types::{Message, Role};

/// Begins a turn.
pub(super) const START: &str = "<|im_start|>";
/// Ends a turn.
pub(super) const END: &str = "<|im_end|>";
/// What the template puts first when the conversation does not begin with a system message.
const DEFAULT_SYSTEM: &str = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

/// The prompt for the next answer.
pub(super) fn prompt(model: &Model, messages: &[Message]) -> Vec<u32> {
    let tokenizer = model.tokenizer();
    let mut tokens = Vec::new();
    let mut turn = |role: &str, content: &str| {
        tokens.extend(tokenizer.special(START));
        tokenizer.encode(&format!("{role}\n{content}"), &mut tokens);
        tokens.extend(tokenizer.special(END));
        tokenizer.encode("\n", &mut tokens);
    };
    if messages.first().is_none_or(|message| message.role != Role::System) {
        turn("system", DEFAULT_SYSTEM);
    }
    let begun = begun(messages);
    let whole = messages.len() - usize::from(begun.is_some());
    for message in messages.iter().take(whole) {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        turn(role, &message.content);
    }
    tokens.extend(tokenizer.special(START));
    tokenizer.encode("assistant\n", &mut tokens);
    tokenizer.encode(begun.unwrap_or(""), &mut tokens);
    tokens
}

/// The beginning of the answer, if the conversation ends with one.
pub(super) fn begun(messages: &[Message]) -> Option<&str> {
    messages.last().filter(|message| message.role == Role::Assistant).map(|message| message.content.as_str())
}
