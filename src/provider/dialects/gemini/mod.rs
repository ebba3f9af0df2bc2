//! Google Gemini and Vertex AI (<https://ai.google.dev/api/generate-content>).
//!
//! `encode` writes the request; `read` reads one `GenerateContentResponse`, of which a stream has many: data-only SSE, or
//! an array without `alt=sse`, ended by the end of the body alone. `grounding` is what the host cites, `stop` the words for
//! what its filters keep back.

mod encode;
mod grounding;
mod read;
mod stop;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
