//! Messages → tokens: SmolLM2's chat template (ChatML).
//!
//! `<|im_start|>role\ncontent<|im_end|>\n` for every message, then `<|im_start|>assistant\n`. Only this file places special
//! tokens; what people and documents wrote is encoded as plain text.

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
    for message in messages {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        turn(role, &message.content);
    }
    tokens.extend(tokenizer.special(START));
    tokenizer.encode("assistant\n", &mut tokens);
    tokens
}
