//! AWS Bedrock ConverseStream (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>).
//!
//! `encode` writes the request, `read` reads one event, a frame, or the whole of an answer that was not streamed
//! (`Converse`), `exception` says what a frame of failure means.

mod encode;
mod exception;
mod read;

pub use encode::{CHAT_PATH, MODELS_PATH, body};
pub use read::Reader;
