//! OpenAI chat completions (<https://platform.openai.com/docs/api-reference/chat>), as OpenAI and some thirty other
//! hosts speak it.
//!
//! `encode` writes the request, `read` reads one value of the answer: a data-only SSE stream that ends in `[DONE]` or by
//! closing, or one JSON object from servers that ignore `stream`.

mod chunk;
mod encode;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::read;
