//! Cohere chat, version 2 (<https://docs.cohere.com/v2/reference/chat-stream>).

mod encode;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
