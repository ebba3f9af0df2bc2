//! The built-in embedder as its files arrive: first the vocabulary, which chunking needs, and the weights, a hundred times
//! larger, when something is to be embedded.

use crate::browser::fetch::site_file;
use crate::browser::serve::site_url;
use crate::chunk::Tokens;
use crate::embed::Tokenizer;
use crate::engine::{self, BuiltIn};
use crate::types::{UserError, problem};
use futures_util::lock::Mutex;
use std::cell::OnceCell;

const VOCABULARY: &str = "models/minilm-l6-v2.vocab.txt";
const WEIGHTS: &str = "models/minilm-l6-v2.int8.bin";

/// What is loaded of it.
#[derive(Default)]
pub struct Model {
    vocabulary: OnceCell<Tokenizer>,
    weights: OnceCell<BuiltIn>,
    /// Held while the vocabulary is being fetched.
    reading: Mutex<()>,
    /// Held while the weights are being fetched.
    loading: Mutex<()>,
}

impl Model {
    /// Whether it can embed.
    pub fn is_loaded(&self) -> bool {
        self.loaded().is_some()
    }

    /// The embedder, where it has come.
    pub fn loaded(&self) -> Option<&BuiltIn> {
        self.weights.get()
    }

    /// What counts tokens.
    pub async fn tokens(&self) -> Result<&dyn Tokens, UserError> {
        let _one = self.reading.lock().await;
        if let Some(model) = self.weights.get() {
            return Ok(model);
        }
        if let Some(vocabulary) = self.vocabulary.get() {
            return Ok(vocabulary);
        }
        let bytes = fetch(VOCABULARY, |_, _| {}).await?;
        let vocabulary =
            Tokenizer::from_vocab(&String::from_utf8_lossy(&bytes)).map_err(engine::Error::from)?;
        Ok(self.vocabulary.get_or_init(|| vocabulary))
    }

    /// The embedder. Whoever comes first hears of the bytes that have come, and of how many.
    pub async fn load(&self, progress: impl FnMut(u64, u64)) -> Result<&BuiltIn, UserError> {
        let _one = self.loading.lock().await;
        if let Some(model) = self.weights.get() {
            return Ok(model);
        }
        let bytes = fetch(WEIGHTS, progress).await?;
        let model = BuiltIn::load(&bytes).map_err(engine::Error::from)?;
        Ok(self.weights.get_or_init(|| model))
    }
}

async fn fetch(file: &'static str, progress: impl FnMut(u64, u64)) -> Result<Vec<u8>, UserError> {
    let bytes = site_file(&site_url(file), progress).await;
    bytes.map_err(|reason| problem::read::site_file_missing(file, reason))
}
