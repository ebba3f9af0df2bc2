//! Google Gemini and Vertex AI (<https://ai.google.dev/api/generate-content>).

mod encode;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
