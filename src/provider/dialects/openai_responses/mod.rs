//! OpenAI Responses (<https://platform.openai.com/docs/api-reference/responses>), also at Azure, Bedrock, xAI, DeepSeek,
//! OpenRouter, LM Studio, llama.cpp and others.
//!
//! `encode` writes the request; `read` reads one named event, or the whole response from hosts that ignore `stream`.
//! `parts` keeps the pieces of text that annotations count in, `item` reads what is said twice: an item that is done, and
//! the output of the final response.

mod encode;
mod item;
mod parts;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
