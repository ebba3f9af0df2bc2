//! The built-in models: a question (and evidence) → `ChatEvent`s, without a server.
//!
//! Two of them. [`extractive`] quotes the best sentences of the evidence; it has no weights and is instant. [`Model`]
//! is a Llama-architecture transformer read from a GGUF file (SmolLM2-135M-Instruct is the one we ship), run on one
//! thread with 4-bit weights; a [`Generation`] drives it in steps so that the caller can yield, report and cancel.
//!
//! Refuses other architectures and tokenizers than the ones it computes exactly, and files that do not add up.

mod attention;
mod chat;
mod error;
pub mod extractive;
pub mod gguf;
mod lanes;
mod llama;
mod load;
mod pretokenize;
mod sample;
mod template;
pub mod tokenizer;

pub use chat::{CONTEXT_BUDGET, Generation, Step};
pub use error::Error;
pub use llama::{Cache, Config, Model};
pub use sample::Sampler;
