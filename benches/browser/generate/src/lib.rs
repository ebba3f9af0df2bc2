//! What the page calls to time our chat model.

use sidecite::local_model::{Generation, Model, Step};
use sidecite::types::{ChatRequest, Message, Parameters, Role};
use wasm_bindgen::prelude::*;

/// A model and the answer it is making.
#[wasm_bindgen]
pub struct Engine {
    model: Model,
    generation: Option<Generation>,
}

#[wasm_bindgen]
impl Engine {
    /// Loads a GGUF file.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Result<Engine, String> {
        let model = Model::load(bytes).map_err(|error| error.to_string())?;
        Ok(Engine { model, generation: None })
    }

    /// Begins an answer of at most `max` tokens.
    pub fn start(&mut self, prompt: String, max: u32) -> Result<(), String> {
        let request = ChatRequest {
            model: String::new(),
            messages: vec![Message { role: Role::User, content: prompt }],
            parameters: Parameters { max_tokens: Some(max), ..Parameters::default() },
        };
        self.generation = Some(Generation::start(&self.model, &request).map_err(|error| error.to_string())?);
        Ok(())
    }

    /// One step: `[kind, …]` with kinds `prefill`, `text`, `done`.
    pub fn step(&mut self) -> Vec<String> {
        let Some(generation) = &mut self.generation else {
            return vec!["done".to_owned(), "not started".to_owned()];
        };
        match generation.step(&mut self.model) {
            Step::Prefilling { done, total } => vec!["prefill".to_owned(), done.to_string(), total.to_string()],
            Step::Text(text) => vec!["text".to_owned(), text],
            Step::Done { finish_reason, .. } => vec!["done".to_owned(), finish_reason],
        }
    }
}
