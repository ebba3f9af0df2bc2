//! The embedder for a JavaScript page.

use sidecite::embed::{Minilm, Scratch};
use wasm_bindgen::prelude::*;

/// A loaded model.
#[wasm_bindgen]
pub struct Embedder {
    model: Minilm,
    scratch: Scratch,
}

#[wasm_bindgen]
impl Embedder {
    /// Reads a model file.
    #[wasm_bindgen(constructor)]
    pub fn new(file: &[u8]) -> Result<Embedder, String> {
        let model = Minilm::load(file).map_err(|error| error.to_string())?;
        Ok(Embedder { model, scratch: Scratch::default() })
    }

    /// The kernel in use.
    pub fn kernel(&self) -> String {
        self.model.kernel().name().to_owned()
    }

    /// The first `tokens` tokens of a text (special ones not counted), or nothing when it is shorter.
    pub fn cut(&self, text: &str, tokens: usize) -> Option<String> {
        let spans = self.model.tokenizer().token_spans(text);
        let end = spans.get(tokens.checked_sub(1)?)?.end as usize;
        text.get(..end).map(str::to_owned)
    }

    /// The vectors of the texts, one behind the other.
    pub fn embed(&mut self, texts: Vec<String>) -> Vec<f32> {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        self.model.embed(&texts, &mut self.scratch).into_iter().flat_map(|vector| vector.0).collect()
    }
}
