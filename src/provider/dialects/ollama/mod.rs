//! Ollama's own chat (<https://docs.ollama.com/api/chat>).

mod encode;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
