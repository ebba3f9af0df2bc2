//! Text → unit-length vector.

mod classes;
mod error;
mod quantize;
mod tokenizer;
mod vocabulary;
mod weights;

pub use error::Error;
pub use quantize::quantize;
pub use tokenizer::Tokenizer;
