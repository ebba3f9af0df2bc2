//! The built-in chat model: file, tokenizer, forward pass, generation.

mod file;
mod forward;
mod generation;
pub mod tiny;
