//! Cohere chat, version 2 (<https://docs.cohere.com/v2/reference/chat-stream>).
//!
//! `encode` writes the request, `read` reads one event of the answer or the whole of it, `blocks` knows where each
//! content block stands in the text, because citations count characters of a block.

mod blocks;
mod encode;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
