//! OpenAI Responses (<https://platform.openai.com/docs/api-reference/responses>).

mod encode;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
