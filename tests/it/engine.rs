//! The verbs of the corpus over a store in memory and a tiny embedder: what is stored, found, replaced, given up.

use crate::engine_fakes::{Counts, Fake, Words, incoming, search};
use futures_util::FutureExt;
use sidecite::engine::{self, Corpus, Error, Outcome};
use sidecite::store::{MemoryStore, Store};
use sidecite::types::{ChunkSettings, Evidence, RetrievalMode, RetrievalSettings, sha256};
use std::cell::{Cell, RefCell};

const DIMENSIONS: usize = 64;

struct Bench {
    corpus: RefCell<Corpus>,
    embedder: Fake,
    store: MemoryStore,
}

impl Bench {
    fn new() -> Self {
        Self {
            corpus: RefCell::new(Corpus::new(DIMENSIONS)),
            embedder: Fake { unwritten: 32, ..Fake::new("words", DIMENSIONS) },
            store: MemoryStore::default(),
        }
    }

    fn embedded(&self) -> usize {
        self.embedder.passages().len()
    }

    fn ingest_until(&self, name: &str, text: &str, batches: usize) -> Result<Outcome, Error> {
        let left = Cell::new(batches);
        let pause = async || {
            left.set(left.get().saturating_sub(1));
            left.get() > 0
        };
        let by = (&Words as _, &self.embedder);
        engine::ingest(&self.corpus, by, &self.store, incoming(name, text), pause, |_, _| {})
            .now_or_never()
            .expect("nothing here waits")
    }

    fn ingest(&self, name: &str, text: &str) -> Result<Outcome, Error> {
        self.ingest_until(name, text, usize::MAX)
    }

    fn search(&self, question: &str, mode: RetrievalMode) -> Result<Evidence, Error> {
        let settings = RetrievalSettings { mode, ..RetrievalSettings::default() };
        let embedder = Some(&self.embedder);
        search(&self.corpus, question, embedder, None::<&Counts>, &settings)
            .now_or_never()
            .expect("nothing here waits")
            .map(|found| found.evidence)
    }
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
fn a_file_is_found_by_its_name() {
    let bench = Bench::new();
    bench.ingest("unemployment.tsv", "2011 7.1\n2012 8.4").unwrap();
    bench.ingest("rain.tsv", "2011 412\n2012 398").unwrap();
    let evidence = bench.search("unemployment 2012", RetrievalMode::Lexical).unwrap();
    assert_eq!(evidence.passages[0].document_name, "unemployment.tsv");
    assert_eq!(bench.search("unemployment", RetrievalMode::Lexical).unwrap().passages.len(), 1);
}

#[test]
fn a_reopened_corpus_answers_the_same_without_embedding() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS).unwrap();
    bench.ingest("bread.txt", BREAD).unwrap();
    let before = bench.search("rye bread", RetrievalMode::Hybrid).unwrap();
    let reopened = Bench { store: bench.store, ..Bench::new() };
    engine::open(&reopened.corpus, &reopened.store).now_or_never().unwrap().unwrap();
    assert_eq!(reopened.embedded(), 0);
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
    let paid = bench.embedded();
    assert!(paid > 0);
    assert!(bench.corpus.borrow().is_empty());
    assert!(bench.store.load().now_or_never().unwrap().unwrap().is_empty());
    let Outcome::Stored(manifest) = bench.ingest("long.txt", text.trim_end()).unwrap() else {
        panic!("cancelled")
    };
    assert_eq!(bench.embedded(), manifest.chunks as usize, "something was embedded twice");
}

#[test]
fn ingesting_again_replaces_and_removing_forgets() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS).unwrap();
    let chunks = bench.corpus.borrow().len();
    let embedded = bench.embedded();
    bench.ingest("ships.txt", SHIPS).unwrap();
    assert_eq!(bench.corpus.borrow().len(), chunks);
    assert_eq!(bench.embedded(), embedded, "the cache was not used");
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
    let outcome = engine::rechunk(
        &bench.corpus,
        (&Words as _, &bench.embedder),
        &bench.store,
        request,
        async || true,
        |_, _| {},
    )
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
    let store = MemoryStore::default();
    for loaded in bench.store.load().now_or_never().unwrap().unwrap() {
        let mut record = loaded.unwrap();
        if record.manifest.name == "ships.txt" {
            record.vectors.truncate(3);
        }
        assert!(store.put(&record).now_or_never().unwrap().unwrap());
    }
    let reopened = Bench { store, ..Bench::new() };
    let damaged = engine::open(&reopened.corpus, &reopened.store).now_or_never().unwrap().unwrap();
    assert_eq!(damaged.len(), 1);
    assert_eq!((damaged[0].name.as_deref(), damaged[0].id), (Some("ships.txt"), sha256(b"ships.txt")));
    assert_eq!(reopened.corpus.borrow().manifests().len(), 1);
    // Read again, it replaces the damaged one.
    reopened.ingest("ships.txt", SHIPS).unwrap();
    let again = Bench { store: reopened.store, ..Bench::new() };
    assert!(engine::open(&again.corpus, &again.store).now_or_never().unwrap().unwrap().is_empty());
    assert_eq!(again.corpus.borrow().manifests().len(), 2);
}

#[test]
fn a_removed_document_comes_back_until_it_is_collected() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS).unwrap();
    bench.ingest("bread.txt", BREAD).unwrap();
    let ships = sha256(b"ships.txt");
    let (corpus, store) = (&bench.corpus, &bench.store);
    let opened = || {
        let corpus = RefCell::new(Corpus::new(DIMENSIONS));
        assert!(engine::open(&corpus, store).now_or_never().unwrap().unwrap().is_empty());
        corpus.borrow().manifests().len()
    };
    engine::remove(corpus, store, ships, 1_000).now_or_never().unwrap().unwrap();
    assert!(corpus.borrow().get(ships).is_err());
    assert_eq!(opened(), 1, "a removed document opens");
    // Another tab that learns of it late does not bring it back; an ingest under way stores nothing.
    assert_eq!(engine::refresh(corpus, store, ships).now_or_never().unwrap().unwrap(), None);
    assert_eq!(bench.ingest("ships.txt", SHIPS).unwrap(), Outcome::Cancelled);
    // Not yet due.
    assert!(engine::collect(store, 1_000).now_or_never().unwrap().unwrap().is_empty());
    let back = engine::restore(corpus, store, ships).now_or_never().unwrap().unwrap().unwrap();
    assert_eq!((back.name.as_str(), opened()), ("ships.txt", 2));
    assert!(bench.search("ferry noon", RetrievalMode::Hybrid).unwrap().passages[0].text.contains("noon"));

    let cached = store.cache_bytes().now_or_never().unwrap().unwrap();
    engine::remove(corpus, store, ships, 2_000).now_or_never().unwrap().unwrap();
    assert_eq!(engine::collect(store, 2_001).now_or_never().unwrap().unwrap(), [ships]);
    assert_eq!(engine::restore(corpus, store, ships).now_or_never().unwrap().unwrap(), None);
    let left = store.cache_bytes().now_or_never().unwrap().unwrap();
    let bread = corpus.borrow().get(sha256(b"bread.txt")).unwrap().chunks.len();
    assert!(left < cached);
    assert_eq!(left, (bread * DIMENSIONS * 4) as u64, "embeddings of a removed document stay in the cache");
}

#[test]
fn what_another_tab_stored_is_taken_over() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS).unwrap();
    let other = RefCell::new(Corpus::new(DIMENSIONS));
    let ships = sha256(b"ships.txt");
    let manifest = engine::refresh(&other, &bench.store, ships).now_or_never().unwrap().unwrap();
    assert_eq!(manifest.unwrap().name, "ships.txt");
    assert!(other.borrow().get(ships).is_ok());
}

#[test]
fn a_document_is_found_by_words_before_it_is_embedded() {
    let bench = Bench::new();
    let chunked = engine::chunk_document(&bench.corpus, &Words, incoming("ships.txt", SHIPS)).unwrap();
    assert!(chunked.is_searchable());
    assert_eq!(bench.embedded(), 0);
    // With an embedder and without one.
    let settings = RetrievalSettings { mode: RetrievalMode::Hybrid, ..RetrievalSettings::default() };
    let search = |embedder| {
        search(&bench.corpus, "ferry", embedder, None::<&Counts>, &settings)
            .now_or_never()
            .expect("nothing here waits")
    };
    for embedder in [None, Some(&bench.embedder)] {
        let found = search(embedder).unwrap();
        assert!(found.evidence.passages[0].text.contains("ferry"));
        assert_eq!(found.evidence.timing.unembedded, found.evidence.timing.chunks);
        // What the person set stays in the evidence.
        assert_eq!(found.evidence.retrieval.mode, RetrievalMode::Hybrid);
    }
    assert_eq!(bench.embedded(), 0);
    let by = (&bench.embedder, &bench.store);
    let outcome =
        engine::embed_chunks(&bench.corpus, chunked, by, async || true, |_, _| {}).now_or_never().unwrap();
    assert!(matches!(outcome, Ok(Outcome::Stored(manifest)) if manifest.embedder == "words"));
    let found = search(Some(&bench.embedder)).unwrap();
    assert_eq!((found.evidence.timing.unembedded, found.evidence.passages.len()), (0, 2));
}

#[test]
fn a_document_given_up_before_it_is_embedded_is_not_found_any_more() {
    let bench = Bench::new();
    drop(engine::chunk_document(&bench.corpus, &Words, incoming("ships.txt", SHIPS)).unwrap());
    assert_eq!(bench.search("ferry", RetrievalMode::Lexical), Err(Error::EmptyCorpus));
    // Of one that is stored the earlier version stays, as it was.
    bench.ingest("ships.txt", SHIPS).unwrap();
    let again = engine::chunk_document(&bench.corpus, &Words, incoming("ships.txt", SHIPS)).unwrap();
    assert!(!again.is_searchable());
    drop(again);
    assert_eq!(bench.search("ferry", RetrievalMode::Hybrid).unwrap().timing.unembedded, 0);
}

#[test]
fn a_document_that_is_given_up_late_does_not_take_its_second_try_along() {
    let bench = Bench::new();
    let first = engine::chunk_document(&bench.corpus, &Words, incoming("ships.txt", SHIPS)).unwrap();
    bench.corpus.borrow_mut().remove(sha256(b"ships.txt"));
    let second = engine::chunk_document(&bench.corpus, &Words, incoming("ships.txt", SHIPS)).unwrap();
    drop(first);
    assert_eq!(bench.search("ferry", RetrievalMode::Lexical).unwrap().passages.len(), 1);
    drop(second);
    assert_eq!(bench.search("ferry", RetrievalMode::Lexical), Err(Error::EmptyCorpus));
}
