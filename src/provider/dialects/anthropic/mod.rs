//! Anthropic Messages (<https://docs.claude.com/en/api/messages-streaming>).

mod encode;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
