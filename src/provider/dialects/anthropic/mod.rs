//! Anthropic Messages (<https://docs.claude.com/en/api/messages-streaming>), also at Vertex AI, Bedrock mantle and gateways.
//!
//! `encode` writes the request, `read` reads one named event (or the whole message from hosts that ignore `stream`),
//! `block` is one content block, whose citations are about the text of that block.

mod block;
mod encode;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
