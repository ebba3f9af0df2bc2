//! The verbs of the corpus over a store in memory and a tiny embedder: what is stored, found, replaced, given up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use futures_util::FutureExt;
use sidecite::chunk::Tokens;
use sidecite::engine::{self, Corpus, Embedder, Error, Incoming, Outcome};
use sidecite::store::{MemoryStore, Store};
use sidecite::types::{
    Block, BlockKind, ChunkSettings, Document, Evidence, Format, RetrievalMode, RetrievalSettings, Span,
    sha256,
};
use std::cell::{Cell, RefCell};

const DIMENSIONS: usize = 64;

/// A bag of words, hashed into 64 places: near enough to meaning for texts that share words.
#[derive(Default)]
struct Words {
    embedded: usize,
}

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

impl Embedder for Words {
    fn id(&self) -> String {
        "words".into()
    }

    fn embed(&mut self, texts: &[&str]) -> Vec<Vec<f32>> {
        self.embedded += texts.len();
        texts
            .iter()
            .map(|text| {
                let mut vector = vec![0.01f32; DIMENSIONS];
                for span in self.token_spans(text) {
                    let hash = sha256(span.of(text).to_lowercase().as_bytes());
                    vector[hash.0[0] as usize % DIMENSIONS] += 1.0;
                }
                let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
                vector.into_iter().map(|x| x / length).collect()
            })
            .collect()
    }
}

struct Bench {
    corpus: RefCell<Corpus>,
    embedder: RefCell<Words>,
    store: MemoryStore,
}

impl Bench {
    fn new() -> Self {
        Self {
            corpus: RefCell::new(Corpus::new(DIMENSIONS).unwrap()),
            embedder: RefCell::default(),
            store: MemoryStore::default(),
        }
    }

    fn ingest_until(&self, name: &str, text: &str, batches: usize) -> Result<Outcome, Error> {
        let left = Cell::new(batches);
        let pause = async || {
            left.set(left.get().saturating_sub(1));
            left.get() > 0
        };
        engine::ingest(&self.corpus, &self.embedder, &self.store, incoming(name, text), pause, |_, _| {})
            .now_or_never()
            .expect("nothing here waits")
    }

    fn ingest(&self, name: &str, text: &str) -> Result<Outcome, Error> {
        self.ingest_until(name, text, usize::MAX)
    }

    fn search(&self, question: &str, mode: RetrievalMode) -> Result<Evidence, Error> {
        let settings = RetrievalSettings { mode, ..RetrievalSettings::default() };
        let embed = |text: &str| self.embedder.borrow_mut().embed(&[text]).pop();
        engine::search(&self.corpus.borrow(), question, embed, &settings, &|| 0.0)
    }
}

fn incoming(name: &str, text: &str) -> Incoming {
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
    Incoming { document, size_bytes: text.len() as u64, added_millis: 1, chunking, warnings: Vec::new() }
}

const SHIPS: &str = "# Ships\n\nThe brig Anna carries salt and barley across the sound every spring.\n\nThe ferry leaves the old pier at noon and comes back before dark.";
const BREAD: &str = "# Bread\n\nRye bread is baked for eleven hours in the wood oven behind the mill.";

#[test]
fn what_is_ingested_is_found_and_its_spans_hold() {
    let bench = Bench::new();
    let Outcome::Stored(manifest) = bench.ingest("ships.txt", SHIPS).unwrap() else { panic!("cancelled") };
    bench.ingest("bread.txt", BREAD).unwrap();
    assert!(manifest.chunks >= 2);
    for mode in RetrievalMode::ALL {
        let evidence = bench.search("when does the ferry leave the pier", mode).unwrap();
        let first = &evidence.passages[0];
        assert!(first.text.contains("at noon"), "{mode:?}: {}", first.text);
        assert_eq!(first.span.of(SHIPS), first.text);
        assert_eq!(evidence.sha256, sha256(evidence.text.as_bytes()));
    }
}

#[test]
fn a_reopened_corpus_answers_the_same_without_embedding() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS).unwrap();
    bench.ingest("bread.txt", BREAD).unwrap();
    let before = bench.search("rye bread", RetrievalMode::Hybrid).unwrap();
    let reopened = Bench { store: bench.store, ..Bench::new() };
    engine::open(&reopened.corpus, &reopened.store).now_or_never().unwrap().unwrap();
    assert_eq!(reopened.embedder.borrow().embedded, 0);
    let after = reopened.search("rye bread", RetrievalMode::Hybrid).unwrap();
    assert_eq!(before.sha256, after.sha256);
    assert_eq!(reopened.corpus.borrow().manifests().len(), 2);
}

#[test]
fn a_cancelled_ingest_stores_nothing_but_what_it_paid_for() {
    let bench = Bench::new();
    let text: String = (0..200)
        .map(|at| format!("Paragraph {at} says that number {at} is even or odd today.\n\n"))
        .collect();
    assert_eq!(bench.ingest_until("long.txt", text.trim_end(), 5).unwrap(), Outcome::Cancelled);
    let paid = bench.embedder.borrow().embedded;
    assert!(paid > 0);
    assert!(bench.corpus.borrow().is_empty());
    assert!(bench.store.load().now_or_never().unwrap().unwrap().is_empty());
    let Outcome::Stored(manifest) = bench.ingest("long.txt", text.trim_end()).unwrap() else {
        panic!("cancelled")
    };
    assert_eq!(bench.embedder.borrow().embedded, manifest.chunks as usize, "something was embedded twice");
}

#[test]
fn ingesting_again_replaces_and_removing_forgets() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS).unwrap();
    let chunks = bench.corpus.borrow().len();
    let embedded = bench.embedder.borrow().embedded;
    bench.ingest("ships.txt", SHIPS).unwrap();
    assert_eq!(bench.corpus.borrow().len(), chunks);
    assert_eq!(bench.embedder.borrow().embedded, embedded, "the cache was not used");
    bench.ingest("bread.txt", BREAD).unwrap();
    assert!(bench.corpus.borrow_mut().remove(sha256(b"ships.txt")));
    let evidence = bench.search("ferry pier noon bread", RetrievalMode::Hybrid).unwrap();
    assert!(evidence.passages.iter().all(|passage| passage.document_name == "bread.txt"));
}

#[test]
fn cutting_anew_keeps_the_document_and_changes_the_chunks() {
    let bench = Bench::new();
    let Outcome::Stored(before) = bench.ingest("ships.txt", SHIPS).unwrap() else { panic!("cancelled") };
    let coarse = ChunkSettings { size_tokens: 200, overlap_tokens: 0, ..ChunkSettings::default() };
    let request = (before.id, coarse);
    let outcome =
        engine::rechunk(&bench.corpus, &bench.embedder, &bench.store, request, async || true, |_, _| {})
            .now_or_never();
    let Some(Ok(Outcome::Stored(after))) = outcome else { panic!("not stored") };
    assert!(after.chunks < before.chunks);
    assert_eq!((after.id, after.added_millis), (before.id, before.added_millis));
    assert_eq!(bench.corpus.borrow().len(), after.chunks as usize);
}

#[test]
fn nothing_to_do_is_said_so() {
    let bench = Bench::new();
    assert_eq!(bench.search("anything", RetrievalMode::Hybrid), Err(Error::EmptyCorpus));
    assert!(matches!(bench.ingest("blank.txt", "   "), Err(Error::NoChunks { .. })));
    bench.ingest("ships.txt", SHIPS).unwrap();
    assert_eq!(bench.search("  ", RetrievalMode::Hybrid), Err(Error::EmptyQuestion));
    assert_eq!(bench.corpus.borrow().get(sha256(b"other")).err(), Some(Error::UnknownDocument));
}

#[test]
fn a_damaged_record_is_left_out_and_named() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS).unwrap();
    bench.ingest("bread.txt", BREAD).unwrap();
    let mut records = bench.store.load().now_or_never().unwrap().unwrap();
    let ships = records.iter_mut().find(|record| record.manifest.name == "ships.txt").unwrap();
    ships.vectors.truncate(3);
    let store = MemoryStore::default();
    for record in &records {
        store.put(record).now_or_never().unwrap().unwrap();
    }
    let reopened = Bench { store, ..Bench::new() };
    let warnings = engine::open(&reopened.corpus, &reopened.store).now_or_never().unwrap().unwrap();
    assert!(warnings[0].message.contains("ships.txt"));
    assert_eq!(reopened.corpus.borrow().manifests().len(), 1);
}
