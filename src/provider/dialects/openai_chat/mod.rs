//! OpenAI chat completions (<https://platform.openai.com/docs/api-reference/chat>), as OpenAI and some thirty other
//! hosts speak it.
//!
//! `encode` writes the request, `Decoder` reads the answer: a data-only SSE stream that ends in `[DONE]` or by closing,
//! or one JSON object from servers that ignore `stream`.

mod chunk;
mod decode;
mod encode;
mod loose_json;
mod tools;

pub use decode::Decoder;
pub use encode::{CHAT_PATH, MODELS_PATH, encode, encode_models};
