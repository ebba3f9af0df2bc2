//! The engine over an index that builds in parts and answers later, as one in a worker or at a server would.

use crate::engine_fakes::{Counts, Fake, Words, incoming, search};
use futures_channel::oneshot;
use futures_util::FutureExt;
use sidecite::engine::{self, Corpus, Found};
use sidecite::index::{BuildProgress, Error, Filter, Flat, Later, Neighbour, VectorIndex};
use sidecite::store::MemoryStore;
use sidecite::types::{Fate, Folded, IndexEngine, Passage, RetrievalMode, RetrievalSettings, sha256};
use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

const DIMENSIONS: usize = 64;
const SHIPS: &str = "The brig Anna carries salt and barley across the sound every spring.\n\nThe ferry leaves the old pier at noon and comes back before dark.";

type Answers = Rc<RefCell<Vec<Box<dyn FnOnce()>>>>;

/// An exact index elsewhere: what is asked is answered when the test says so, and it builds three vectors at a time.
struct Elsewhere {
    inner: Flat,
    built: usize,
    answers: Answers,
}

impl VectorIndex for Elsewhere {
    fn engine(&self) -> IndexEngine {
        self.inner.engine()
    }

    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    fn insert(&mut self, key: u32, vector: &[f32]) -> Result<(), Error> {
        self.inner.insert(key, vector)
    }

    fn remove(&mut self, key: u32) -> bool {
        self.inner.remove(key)
    }

    fn len(&self) -> usize {
        self.inner.len()
    }

    fn build(&mut self) -> Later<BuildProgress> {
        self.built = (self.built + 3).min(self.len());
        let progress = BuildProgress { done: self.built, total: self.len() };
        Box::pin(async move { Ok(progress) })
    }

    fn search(&self, query: &[f32], k: usize, filter: Option<Filter<'_>>) -> Later<Vec<Neighbour>> {
        let found = self.inner.nearest(query, k, filter);
        let (sender, receiver) = oneshot::channel();
        self.answers.borrow_mut().push(Box::new(move || drop(sender.send(found))));
        Box::pin(async move { receiver.await.expect("the test answers") })
    }
}

fn corpus(answers: &Answers) -> RefCell<Corpus> {
    let answers = Rc::clone(answers);
    RefCell::new(Corpus::with_index(DIMENSIONS, move |dimension| {
        Ok(Box::new(Elsewhere { inner: Flat::new(dimension)?, built: 0, answers: Rc::clone(&answers) }))
    }))
}

fn ingest(corpus: &RefCell<Corpus>, name: &str, text: &str, progress: impl Fn(u32, u32)) {
    let (by, store) = (Fake::new("words", DIMENSIONS), MemoryStore::default());
    engine::ingest(corpus, (&Words as _, &by), &store, incoming(name, text), async || true, progress)
        .now_or_never()
        .expect("nothing here waits")
        .unwrap();
}

#[test]
fn an_answer_that_comes_later_blocks_no_change_of_the_corpus() {
    let answers = Answers::default();
    let corpus = corpus(&answers);
    ingest(&corpus, "ships.txt", SHIPS, |_, _| {});
    let by = Fake::new("words", DIMENSIONS);
    let settings = RetrievalSettings { mode: RetrievalMode::Dense, ..RetrievalSettings::default() };
    let mut search = pin!(search(&corpus, "the ferry at noon", Some(&by), None::<&Counts>, &settings));
    let mut context = Context::from_waker(Waker::noop());
    assert!(search.as_mut().poll(&mut context).is_pending());
    // Waiting holds no borrow: documents come and go meanwhile.
    ingest(&corpus, "more.txt", "Rye bread is baked behind the mill.", |_, _| {});
    answers.borrow_mut().drain(..).for_each(|answer| answer());
    let Poll::Ready(found) = search.as_mut().poll(&mut context) else { panic!("still waiting") };
    let Found { evidence, .. } = found.unwrap();
    assert!(evidence.passages[0].text.contains("at noon"));
    assert_eq!(evidence.timing.engine, IndexEngine::Exact);
}

#[test]
fn what_was_removed_while_the_answer_was_on_its_way_is_no_evidence() {
    let answers = Answers::default();
    let corpus = corpus(&answers);
    ingest(&corpus, "ships.txt", SHIPS, |_, _| {});
    let by = Fake::new("words", DIMENSIONS);
    let settings = RetrievalSettings { mode: RetrievalMode::Dense, ..RetrievalSettings::default() };
    let mut search = pin!(search(&corpus, "the ferry at noon", Some(&by), None::<&Counts>, &settings));
    let mut context = Context::from_waker(Waker::noop());
    assert!(search.as_mut().poll(&mut context).is_pending());
    assert!(corpus.borrow_mut().remove(sha256(b"ships.txt")));
    answers.borrow_mut().drain(..).for_each(|answer| answer());
    let Poll::Ready(found) = search.as_mut().poll(&mut context) else { panic!("still waiting") };
    assert!(found.unwrap().evidence.passages.is_empty());
}

#[test]
fn a_document_is_in_when_its_vectors_are_built() {
    let corpus = corpus(&Answers::default());
    let text: String =
        (0..10).map(|at| format!("Number {at} is even or odd on this very day.\n\n")).collect();
    let last = Cell::new((0, 0));
    let steps = RefCell::new(Vec::new());
    ingest(&corpus, "numbers.txt", text.trim_end(), |done, total| {
        // Embedding ends at all of them; what comes after is the index.
        if last.get().0 == total {
            steps.borrow_mut().push((done, total));
        } else {
            last.set((done, total));
        }
    });
    let chunks = u32::try_from(corpus.borrow().len()).unwrap();
    assert!(chunks > 6);
    let expected: Vec<_> = (1..).map(|step| step * 3).take_while(|done| *done < chunks).collect();
    let built: Vec<u32> = steps.borrow().iter().map(|(done, _)| *done).collect();
    assert_eq!(built, expected);
    assert!(steps.borrow().iter().all(|(_, total)| *total == chunks));
}

#[test]
fn what_repeats_a_passage_is_dropped_and_named() {
    let corpus = RefCell::new(Corpus::new(DIMENSIONS));
    ingest(&corpus, "ships.txt", SHIPS, |_, _| {});
    ingest(&corpus, "copy.txt", SHIPS, |_, _| {});
    let by = Fake::new("words", DIMENSIONS);
    let settings = RetrievalSettings::default();
    let found = search(&corpus, "the ferry at noon", Some(&by), None::<&Counts>, &settings)
        .now_or_never()
        .expect("nothing here waits")
        .unwrap();
    let passages = &found.evidence.passages;
    let folded: Vec<_> = found
        .candidates
        .iter()
        .filter_map(|candidate| match candidate.fate {
            Fate::Folded(kept) => Some((candidate, kept)),
            _ => None,
        })
        .collect();
    assert_eq!(folded.len(), passages.len(), "each passage is there twice");
    for (candidate, kept) in folded {
        assert_ne!(candidate.chunk.document, kept.document);
        assert_eq!(candidate.chunk.ordinal, kept.ordinal);
        assert!(candidate.scores.dense.is_some());
        let is_kept =
            |passage: &&Passage| (passage.document, passage.ordinal) == (kept.document, kept.ordinal);
        let passage = passages.iter().find(is_kept).unwrap();
        let of = |folded: &Folded| (folded.document, folded.ordinal);
        let expected = (candidate.chunk.document, candidate.chunk.ordinal);
        assert_eq!(passage.folded.iter().map(of).collect::<Vec<_>>(), [expected]);
    }
}

#[test]
fn words_alone_ask_no_index() {
    let corpus = corpus(&Answers::default());
    ingest(&corpus, "ships.txt", SHIPS, |_, _| {});
    let settings = RetrievalSettings { mode: RetrievalMode::Lexical, ..RetrievalSettings::default() };
    let found = search(&corpus, "ferry", None::<&Fake>, None::<&Counts>, &settings)
        .now_or_never()
        .expect("nothing here waits")
        .unwrap();
    assert_eq!(found.evidence.timing.dense_millis, 0.0);
    assert_eq!(found.evidence.passages.len(), 1);
}
