//! A tokenizer and embedders small enough to reason about: bags of words, hashed into as many places as wanted.

use sidecite::chunk::Tokens;
use sidecite::engine::{self, Corpus, Embedder, Error, Found, Incoming, Models, Question, Rerank};
use sidecite::provider::embeddings::Purpose;
use sidecite::types::problem::legacy;
use sidecite::types::{Block, BlockKind, ChunkSettings, Document, Format, RetrievalSettings, Span, sha256};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Words as tokens.
pub struct Words;

impl Tokens for Words {
    fn token_spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut start = None;
        for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
            match (character.is_alphanumeric(), start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    spans.push(Span::new(from, at));
                    start = None;
                }
                _ => {}
            }
        }
        spans
    }
}

/// A bag of words, hashed into `width` places: near enough to meaning for texts that share words.
pub fn bag(text: &str, width: usize) -> Vec<f32> {
    let mut vector = vec![0.01f32; width];
    for span in Words.token_spans(text) {
        let hash = sha256(span.of(text).to_lowercase().as_bytes());
        if let Some(place) = vector.get_mut(hash.0[0] as usize % width.max(1)) {
            *place += 1.0;
        }
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.into_iter().map(|x| x / length).collect()
}

/// An embedder that hands over `batch` vectors at a time, counts what it is asked, and can break off.
pub struct Fake {
    pub id: String,
    pub width: Cell<usize>,
    pub batch: usize,
    pub unwritten: usize,
    /// Batches until it fails.
    pub batches_left: Cell<usize>,
    pub asked: RefCell<Vec<(Purpose, String)>>,
}

impl Fake {
    pub fn new(id: &str, width: usize) -> Self {
        Self {
            id: id.into(),
            width: Cell::new(width),
            batch: 4,
            unwritten: 0,
            batches_left: Cell::new(usize::MAX),
            asked: RefCell::default(),
        }
    }

    pub fn passages(&self) -> Vec<String> {
        let asked = self.asked.borrow();
        asked.iter().filter(|(of, _)| *of == Purpose::Document).map(|(_, text)| text.clone()).collect()
    }
}

impl Embedder for Fake {
    fn id(&self) -> String {
        self.id.clone()
    }

    async fn embed(
        &self,
        texts: &[&str],
        purpose: Purpose,
        mut keep: impl AsyncFnMut(usize, Vec<Vec<f32>>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        for (at, batch) in texts.chunks(self.batch).enumerate() {
            if self.batches_left.get() == 0 {
                return Err(Error::Host(legacy::text("Rate limit reached (429).", "Wait a minute.")));
            }
            self.batches_left.set(self.batches_left.get() - 1);
            self.asked.borrow_mut().extend(batch.iter().map(|text| (purpose, (*text).to_owned())));
            let vectors = batch.iter().map(|text| bag(text, self.width.get())).collect();
            if !keep(at * self.batch, vectors).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn most_unwritten(&self) -> usize {
        self.unwritten
    }
}

/// Scores a passage by how often it says `word`; or gives another number of scores than asked.
pub struct Counts {
    pub word: &'static str,
    pub leaves_out: usize,
    pub asked: RefCell<Vec<String>>,
}

impl Rerank for Counts {
    async fn scores(&self, _question: &str, passages: Vec<String>) -> Result<Vec<f32>, Error> {
        let scores = passages.iter().map(|passage| passage.matches(self.word).count() as f32);
        let scores = scores.skip(self.leaves_out).collect();
        *self.asked.borrow_mut() = passages;
        Ok(scores)
    }
}

pub fn incoming(name: &str, text: &str) -> Incoming {
    let mut blocks = Vec::new();
    let mut at = 0;
    for paragraph in text.split("\n\n") {
        let kind = if paragraph.starts_with('#') { BlockKind::Heading(1) } else { BlockKind::Paragraph };
        blocks.push(Block { kind, span: Span::new(at, at + paragraph.len()) });
        at += paragraph.len() + 2;
    }
    let document = Document {
        id: sha256(name.as_bytes()),
        name: name.into(),
        format: Format::Text,
        title: None,
        text: text.into(),
        blocks,
        pages: Vec::new(),
    };
    let chunking = ChunkSettings { size_tokens: 16, overlap_tokens: 0, ..ChunkSettings::default() };
    Incoming {
        document: Rc::new(document),
        size_bytes: text.len() as u64,
        added_millis: 1,
        chunking,
        warnings: Vec::new(),
        reader: 1,
    }
}

/// A search without a graph, at a clock that stands still.
pub async fn search<E: Embedder, R: Rerank>(
    corpus: &RefCell<Corpus>,
    question: &str,
    embedder: Option<&E>,
    reranker: Option<&R>,
    settings: &RetrievalSettings,
) -> Result<Found, Error> {
    let models = Models { embedder, reranker, graph: None };
    engine::search(corpus, Question::new(question, settings), models, &|| 0.0).await
}
