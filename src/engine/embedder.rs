use crate::chunk::Tokens;
use crate::embed::{Minilm, Scratch};
use crate::types::{Chunk, Document, Sha256, Span, sha256};

/// What turns texts into unit vectors; MiniLM in the product, something small in tests.
pub trait Embedder: Tokens {
    /// Model, quantisation and version; part of every cache key.
    fn id(&self) -> String;
    /// One unit vector a text.
    fn embed(&mut self, texts: &[&str]) -> Vec<Vec<f32>>;
}

/// MiniLM and the memory that one thread works in.
pub struct BuiltIn {
    model: Minilm,
    scratch: Scratch,
}

impl BuiltIn {
    /// Reads the model file.
    ///
    /// # Errors
    /// Those of [`Minilm::load`].
    pub fn load(bytes: &[u8]) -> Result<Self, crate::embed::Error> {
        Ok(Self { model: Minilm::load(bytes)?, scratch: Scratch::default() })
    }
}

impl Tokens for BuiltIn {
    fn token_spans(&self, text: &str) -> Vec<Span> {
        self.model.tokenizer().token_spans(text)
    }
}

impl Embedder for BuiltIn {
    fn id(&self) -> String {
        self.model.id()
    }

    fn embed(&mut self, texts: &[&str]) -> Vec<Vec<f32>> {
        self.model.embed(texts, &mut self.scratch).into_iter().map(|embedding| embedding.0).collect()
    }
}

/// What is embedded and indexed for a chunk: the headings above it, then its text. A paragraph under
/// "Refunds › Season tickets" is found by those words even when it does not repeat them.
pub fn embedded_text(document: &Document, chunk: &Chunk) -> String {
    let text = chunk.span.of(&document.text);
    let headings: Vec<&str> =
        chunk.headings.iter().map(String::as_str).filter(|heading| !text.starts_with(heading)).collect();
    if headings.is_empty() { text.to_owned() } else { format!("{}\n{text}", headings.join(" › ")) }
}

/// The key under which a vector is cached: embedder and text, nothing else.
pub fn content_key(embedder: &str, text: &str) -> Sha256 {
    sha256(format!("{embedder}\0{text}").as_bytes())
}
