use super::Error;
use crate::chunk::Tokens;
use crate::embed::{Minilm, Scratch};
use crate::provider::embeddings::Purpose;
use crate::retrieve::TokenVectors;
use crate::types::{Chunk, ChunkSettings, Document, Sha256, Span, sha256};
use std::cell::RefCell;

/// Chunks that the built-in model embeds between two pauses: small enough that a question or a cancel waits well under
/// half a second.
const BATCH: usize = 4;
/// Vectors of the built-in model between two writes to the cache: what a crash costs at most.
const MAX_UNWRITTEN: usize = 32;

/// What turns texts into unit vectors: MiniLM, a host, something small in tests.
#[allow(async_fn_in_trait)]
pub trait Embedder {
    /// Model, quantisation and version, or address and model; part of every cache key.
    fn id(&self) -> String;

    /// The vectors of `texts`, handed to `keep` in runs as they come: the place of the first text, and one vector a text.
    /// `keep` says whether to go on; so does what comes back.
    ///
    /// # Errors
    /// Those of `keep`, and the host's. Runs handed over before stay handed over.
    async fn embed(
        &self,
        texts: &[&str],
        purpose: Purpose,
        keep: impl AsyncFnMut(usize, Vec<Vec<f32>>) -> Result<bool, Error>,
    ) -> Result<bool, Error>;

    /// How many word pieces it makes of a text; nothing where that is not known.
    fn pieces(&self, _text: &str) -> Option<usize> {
        None
    }

    /// Vectors that may be lost in a crash: 0 where each has been paid for.
    fn most_unwritten(&self) -> usize {
        0
    }
}

/// MiniLM and the memory that one thread works in.
pub struct BuiltIn {
    model: Minilm,
    scratch: RefCell<Scratch>,
}

impl BuiltIn {
    /// Reads the model file.
    ///
    /// # Errors
    /// Those of [`Minilm::load`].
    pub fn load(bytes: &[u8]) -> Result<Self, crate::embed::Error> {
        Ok(Self { model: Minilm::load(bytes)?, scratch: RefCell::default() })
    }
}

impl BuiltIn {
    /// The word pieces of a text with a vector each.
    pub(super) fn token_vectors(&self, text: &str) -> TokenVectors {
        let (ids, rows) = self.model.token_vectors(text, &mut self.scratch.borrow_mut());
        TokenVectors::new(&ids, &rows)
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

    /// It makes no difference between questions and passages.
    async fn embed(
        &self,
        texts: &[&str],
        _purpose: Purpose,
        mut keep: impl AsyncFnMut(usize, Vec<Vec<f32>>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        for (at, batch) in texts.chunks(BATCH).enumerate() {
            let vectors = self.model.embed(batch, &mut self.scratch.borrow_mut());
            if !keep(at * BATCH, vectors.into_iter().map(|embedding| embedding.0).collect()).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn pieces(&self, text: &str) -> Option<usize> {
        Some(self.token_spans(text).len())
    }

    fn most_unwritten(&self) -> usize {
        MAX_UNWRITTEN
    }
}

/// What is embedded for a chunk: the headings above it, unless `chunking` leaves them out, then its text. A paragraph under
/// "Refunds › Season tickets" is found by those words even when it does not repeat them.
pub fn embedded_text(document: &Document, chunk: &Chunk, chunking: ChunkSettings) -> String {
    let text = chunk.span.of(&document.text);
    if !chunking.heading_prefix {
        return text.to_owned();
    }
    let headings: Vec<&str> = headings(document, chunk).collect();
    if headings.is_empty() { text.to_owned() } else { format!("{}\n{text}", headings.join(" › ")) }
}

/// What is searched by words for a chunk beside its text: the name and title of its document, and the headings above it. A file
/// called `unemployment.tsv` is found by its name even when it has only figures.
pub fn searched_title(document: &Document, chunk: &Chunk) -> String {
    let headings = || headings(document, chunk);
    let title = document.title.as_deref().filter(|title| headings().all(|heading| heading != *title));
    std::iter::once(document.name.as_str()).chain(title).chain(headings()).collect::<Vec<_>>().join("\n")
}

/// The headings above a chunk that its text does not begin with.
fn headings<'a>(document: &'a Document, chunk: &'a Chunk) -> impl Iterator<Item = &'a str> {
    let text = chunk.span.of(&document.text);
    chunk.headings.iter().map(String::as_str).filter(move |heading| !text.starts_with(heading))
}

/// The key under which a vector is cached: embedder and text, nothing else.
pub fn content_key(embedder: &str, text: &str) -> Sha256 {
    sha256(format!("{embedder}\0{text}").as_bytes())
}
