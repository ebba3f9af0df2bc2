//! Ollama's own chat (<https://docs.ollama.com/api/chat>): an object a line until one says `done`.
//!
//! `encode` writes the request, `read` reads one object. Spoken rather than Ollama's `/v1` because only here the size
//! of the context can be set; the default cuts long prompts without a word.

mod encode;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
