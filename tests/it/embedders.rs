//! Embedders of hosts beside the built-in one: widths that differ, batches that fail, what is asked twice (nothing), rerankers.

use crate::engine_fakes::{Counts, Fake, Words, incoming, search};
use crate::support::InWords;
use futures_util::FutureExt;
use sidecite::engine::{self, Corpus, Error, Outcome};
use sidecite::provider::embeddings::Purpose;
use sidecite::store::{MemoryStore, Store};
use sidecite::types::{
    DocumentId, EmbedderRef, Endpoint, Evidence, RetrievalMode, RetrievalSettings, sha256,
};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

const BUILT_IN: usize = 64;
const SHIPS: &str = "The brig Anna carries salt and barley across the sound every spring.\n\nThe ferry leaves the old pier at noon and comes back before dark.";
const BREAD: &str = "Rye bread is baked for eleven hours in the wood oven behind the mill.";

fn long(paragraphs: usize) -> String {
    let text: String = (0..paragraphs)
        .map(|at| format!("Paragraph {at} says that number {at} is even or odd today.\n\n"))
        .collect();
    text.trim_end().to_owned()
}

fn remote(model: &str, width: usize) -> Fake {
    let embedder =
        EmbedderRef::Remote { endpoint: Endpoint::default(), model: model.into(), dimensions: None };
    Fake::new(&embedder.remote_id().unwrap(), width)
}

struct Bench {
    corpus: RefCell<Corpus>,
    store: MemoryStore,
    /// Pauses until the person cancels.
    pauses: Cell<usize>,
    reported: RefCell<Vec<(u32, u32)>>,
}

impl Bench {
    fn new() -> Self {
        Self {
            corpus: RefCell::new(Corpus::new(BUILT_IN)),
            store: MemoryStore::default(),
            pauses: Cell::new(usize::MAX),
            reported: RefCell::default(),
        }
    }

    fn goes_on(&self) -> bool {
        self.pauses.set(self.pauses.get().saturating_sub(1));
        self.pauses.get() > 0
    }

    fn ingest(&self, by: &Fake, name: &str, text: &str) -> Result<Outcome, Error> {
        let pause = async || self.goes_on();
        let tell = |done, total| self.reported.borrow_mut().push((done, total));
        engine::ingest(&self.corpus, (&Words as _, by), &self.store, incoming(name, text), pause, tell)
            .now_or_never()
            .expect("nothing here waits")
    }

    fn renew(&self, by: &Fake, id: DocumentId) -> Result<Outcome, Error> {
        let chunking = self.corpus.borrow().get(id).unwrap().manifest.chunking;
        let pause = async || self.goes_on();
        engine::rechunk(&self.corpus, (&Words as _, by), &self.store, (id, chunking), pause, |_, _| {})
            .now_or_never()
            .expect("nothing here waits")
    }

    fn search(&self, by: &Fake, question: &str, mode: RetrievalMode) -> Result<Evidence, Error> {
        self.reranked(by, None, question, RetrievalSettings { mode, ..RetrievalSettings::default() })
    }

    fn reranked(
        &self,
        by: &Fake,
        reranker: Option<&Counts>,
        question: &str,
        settings: RetrievalSettings,
    ) -> Result<Evidence, Error> {
        search(&self.corpus, question, Some(by), reranker, &settings)
            .now_or_never()
            .expect("nothing here waits")
            .map(|found| found.evidence)
    }
}

fn manifest(outcome: Result<Outcome, Error>) -> sidecite::types::Manifest {
    match outcome.unwrap() {
        Outcome::Stored(manifest) => manifest,
        Outcome::Cancelled => panic!("cancelled"),
    }
}

#[test]
fn documents_of_two_embedders_of_other_widths_live_side_by_side() {
    let bench = Bench::new();
    let (built_in, host) = (Fake::new("built-in", BUILT_IN), remote("wide", 200));
    manifest(bench.ingest(&built_in, "ships.txt", SHIPS));
    assert_eq!(manifest(bench.ingest(&host, "bread.txt", BREAD)).embedder, host.id);
    // By meaning each embedder finds its own documents only; by words all are found, and the difference is reported.
    let dense_index = |by: &Fake| {
        let evidence = bench.search(by, "ferry bread", RetrievalMode::Dense).unwrap();
        let names: BTreeSet<String> = evidence.passages.iter().map(|one| one.document_name.clone()).collect();
        (names.into_iter().collect::<Vec<_>>(), evidence.timing.unembedded)
    };
    let (ships, bread) = (bench.corpus.borrow().get(sha256(b"ships.txt")).unwrap().chunks.len(), 1);
    assert_eq!(dense_index(&built_in), (vec!["ships.txt".to_owned()], bread));
    assert_eq!(dense_index(&host), (vec!["bread.txt".to_owned()], ships as u32));
    let both = bench.search(&host, "ferry bread", RetrievalMode::Hybrid).unwrap();
    assert_eq!(both.passages.iter().map(|one| &one.document_name).collect::<BTreeSet<_>>().len(), 2);
    assert_eq!(bench.search(&host, "ferry", RetrievalMode::Lexical).unwrap().timing.unembedded, 0);
    // The same after a reload, without a single request.
    let reopened = Bench { store: bench.store, ..Bench::new() };
    assert!(engine::open(&reopened.corpus, &reopened.store).now_or_never().unwrap().unwrap().is_empty());
    let again = reopened.search(&host, "ferry bread", RetrievalMode::Hybrid).unwrap();
    assert_eq!(again.sha256, both.sha256);
    assert_eq!(host.passages().len(), 1);
}

#[test]
fn a_change_of_embedder_takes_the_documents_along_one_by_one() {
    let bench = Bench::new();
    let (built_in, host) = (Fake::new("built-in", BUILT_IN), remote("wide", 200));
    manifest(bench.ingest(&built_in, "ships.txt", SHIPS));
    manifest(bench.ingest(&built_in, "bread.txt", BREAD));
    // Nothing to compare with yet: not even the question is sent.
    assert_eq!(
        bench.search(&host, "ferry", RetrievalMode::Dense),
        Err(Error::NotEmbedded { embedder: host.id.clone() })
    );
    let words_only = bench.search(&host, "ferry", RetrievalMode::Hybrid).unwrap();
    assert_eq!(words_only.timing.unembedded, words_only.timing.chunks);
    assert!(words_only.passages[0].text.contains("ferry"));
    assert!(host.asked.borrow().is_empty());
    // One that fails leaves the document as it was.
    host.batches_left.set(0);
    assert!(matches!(bench.renew(&host, sha256(b"ships.txt")), Err(Error::Host(_))));
    assert_eq!(bench.corpus.borrow().get(sha256(b"ships.txt")).unwrap().manifest.embedder, "built-in");
    assert!(
        bench.search(&built_in, "ferry", RetrievalMode::Dense).unwrap().passages[0].text.contains("ferry")
    );
    host.batches_left.set(usize::MAX);
    for name in ["ships.txt", "bread.txt"] {
        manifest(bench.renew(&host, sha256(name.as_bytes())));
    }
    let evidence =
        bench.search(&host, "the ferry leaves the old pier at noon", RetrievalMode::Dense).unwrap();
    assert!(evidence.passages[0].text.contains("ferry"));
    assert_eq!(evidence.timing.unembedded, 0);
    assert_eq!(
        host.asked.borrow().last().unwrap(),
        &(Purpose::Query, "the ferry leaves the old pier at noon".to_owned())
    );
    assert!(matches!(bench.search(&built_in, "ferry", RetrievalMode::Dense), Err(Error::NotEmbedded { .. })));
    // And back: the cache still has the vectors.
    let before = built_in.passages().len();
    manifest(bench.renew(&built_in, sha256(b"ships.txt")));
    assert_eq!(built_in.passages().len(), before);
}

#[test]
fn after_a_failed_batch_only_what_is_missing_is_asked_for() {
    let bench = Bench::new();
    let host = remote("m", 32);
    host.batches_left.set(3);
    let text = long(60);
    let Err(Error::Host(user_error)) = bench.ingest(&host, "long.txt", &text) else { panic!("not refused") };
    assert_eq!(
        (user_error.message().as_str(), user_error.hint().as_str()),
        ("Rate limit reached (429).", "Wait a minute.")
    );
    assert_eq!(host.passages().len(), 12);
    assert!(
        bench.corpus.borrow().is_empty() && bench.store.load().now_or_never().unwrap().unwrap().is_empty()
    );
    // Another tab, another worker: only what is stored survives.
    let bench = Bench { store: bench.store, ..Bench::new() };
    host.batches_left.set(usize::MAX);
    let stored = manifest(bench.ingest(&host, "long.txt", &text));
    assert_eq!(host.passages().len(), stored.chunks as usize);
    assert_eq!(
        host.passages().into_iter().collect::<BTreeSet<_>>().len(),
        stored.chunks as usize,
        "asked twice"
    );
    assert_eq!(bench.reported.borrow().first(), Some(&(12, stored.chunks)));
    assert_eq!(bench.reported.borrow().last(), Some(&(stored.chunks, stored.chunks)));
}

#[test]
fn a_cancelled_ingest_keeps_every_batch_that_was_paid_for() {
    let bench = Bench::new();
    let host = remote("m", 32);
    bench.pauses.set(4);
    let text = long(60);
    assert_eq!(bench.ingest(&host, "long.txt", &text).unwrap(), Outcome::Cancelled);
    assert_eq!(host.passages().len(), 12, "a batch after the person had cancelled");
    bench.pauses.set(usize::MAX);
    let stored = manifest(bench.ingest(&host, "long.txt", &text));
    assert_eq!(host.passages().len(), stored.chunks as usize);
}

#[test]
fn the_same_text_twice_is_embedded_once() {
    let bench = Bench::new();
    let host = remote("m", 32);
    let line = "One and the same sentence that stands here again and again, long enough for a chunk.";
    let stored = manifest(bench.ingest(&host, "twice.txt", &[line; 5].join("\n\n")));
    assert!(stored.chunks > 1);
    let asked = host.passages();
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len(), "{asked:?}");
    assert_eq!(bench.reported.borrow().last(), Some(&(stored.chunks, stored.chunks)));
    // Another embedder shares nothing with it, even at the same width.
    let other = remote("n", 32);
    manifest(bench.ingest(&other, "twice.txt", &[line; 5].join("\n\n")));
    assert_eq!(other.passages(), asked);
}

#[test]
fn a_host_that_changes_its_width_is_refused_with_both_numbers() {
    let refused = |outcome: Error, got| {
        let Error::Dimensions { embedder, expected, got: found } = &outcome else { panic!("{outcome:?}") };
        assert_eq!((*expected, *found), (32, got));
        assert!(embedder.contains("|m|"));
        assert!(outcome.to_string().contains("32") && outcome.to_string().contains(&got.to_string()));
        assert!(!outcome.hint().is_empty());
    };
    let bench = Bench::new();
    let host = remote("m", 32);
    manifest(bench.ingest(&host, "ships.txt", SHIPS));
    host.width.set(48);
    refused(bench.ingest(&host, "bread.txt", BREAD).unwrap_err(), 48);
    refused(bench.search(&host, "ferry", RetrievalMode::Dense).unwrap_err(), 48);
    // Also when nothing but cached vectors is left of the old width.
    bench.corpus.borrow_mut().remove(sha256(b"ships.txt"));
    let half = format!("{SHIPS}\n\n{BREAD}");
    refused(bench.ingest(&host, "half.txt", &half).unwrap_err(), 48);
    // What was refused is not cached: with the old width all goes well again.
    host.width.set(32);
    manifest(bench.ingest(&host, "half.txt", &half));
}

#[test]
fn vectors_that_are_none_are_refused() {
    let bench = Bench::new();
    let host = remote("m", 0);
    assert!(matches!(
        bench.ingest(&host, "ships.txt", SHIPS),
        Err(Error::Dimensions { expected: 0, got: 0, .. })
    ));
    assert!(bench.store.load().now_or_never().unwrap().unwrap().is_empty());
}

#[test]
fn a_reranker_gets_many_candidates_and_has_the_last_word() {
    let bench = Bench::new();
    let host = remote("m", 64);
    let texts: Vec<String> = (0..80)
        .map(|at| format!("Harbour note {at}: {} tide table of the quiet harbour.", "gull ".repeat(at % 7)))
        .collect();
    manifest(bench.ingest(&host, "notes.txt", &texts.join("\n\n")));
    let settings = RetrievalSettings { top_k: 3, ..RetrievalSettings::default() };
    let counts = Counts { word: "gull", leaves_out: 0, asked: RefCell::default() };
    let plain = bench.reranked(&host, None, "harbour tide", settings).unwrap();
    assert!(plain.passages.iter().all(|passage| passage.scores.rerank.is_none()));
    let evidence = bench.reranked(&host, Some(&counts), "harbour tide", settings).unwrap();
    assert_eq!(evidence.passages.len(), 3);
    assert_eq!(counts.asked.borrow().len(), 50, "max(top_k * 5, 50)");
    let scores: Vec<f32> = evidence.passages.iter().map(|passage| passage.scores.rerank.unwrap()).collect();
    let best = counts.asked.borrow().iter().map(|text| text.matches("gull").count()).max().unwrap();
    assert_eq!(scores[0], best as f32);
    assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]));
    let (few, settings) = (Counts { leaves_out: 1, ..counts }, RetrievalSettings { top_k: 20, ..settings });
    let outcome = bench.reranked(&host, Some(&few), "harbour tide", settings);
    let candidates = few.asked.borrow().len();
    assert_eq!(outcome, Err(Error::Missing { expected: candidates, got: candidates - 1 }));
    assert!(candidates > 50);
}
