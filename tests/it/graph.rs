//! Graphs against the exact index: how much they find, with what scores, and when they are asked.

use crate::engine_fakes::{Counts, Fake, Words, incoming};
use futures_util::FutureExt;
use sidecite::engine::{self, Corpus, LastQuestions, Models, Noting, Question, measure};
use sidecite::graph::Graph;
use sidecite::index::{Error, Flat, Neighbour, VectorIndex};
use sidecite::random::SplitMix64;
use sidecite::store::MemoryStore;
use sidecite::types::{
    Condition, DocumentFilter, Evidence, IndexEngine, RetrievalMode, RetrievalSettings, sha256,
};
use std::cell::RefCell;
use std::collections::HashSet;

const DIMENSION: usize = 48;
const SEED: u64 = 2026;
const HNSW: IndexEngine = IndexEngine::HnswRs { m: 16, ef_construction: 200, ef_search: 96 };
const INSTANT: IndexEngine = IndexEngine::InstantDistance { ef_construction: 100, ef_search: 96 };
const ENGINES: [IndexEngine; 2] = [HNSW, INSTANT];

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}

/// Vectors around as many centres, as texts of so many subjects would be.
fn clustered(random: &mut SplitMix64, centres: usize, count: usize) -> Vec<Vec<f32>> {
    // The sum of four is near enough to a normal distribution.
    let mut near = |spread: f32| (0..4).map(|_| random.next_f32() - 0.5).sum::<f32>() * spread;
    let middle: Vec<Vec<f32>> = (0..centres).map(|_| (0..DIMENSION).map(|_| near(1.0)).collect()).collect();
    let around = |at: usize| middle[at % centres].iter().map(|x| x + near(0.7)).collect();
    (0..count).map(around).map(unit).collect()
}

fn flat(rows: &[Vec<f32>]) -> Flat {
    let mut flat = Flat::new(rows[0].len()).unwrap();
    for (key, row) in (0..).zip(rows) {
        flat.insert(key, row).unwrap();
    }
    flat
}

fn graph(engine: IndexEngine, rows: &[Vec<f32>]) -> Graph {
    let keys: Vec<u32> = (0..).take(rows.len()).collect();
    let dimension = rows.first().map_or(DIMENSION, Vec::len);
    Graph::build(engine, dimension, &keys, rows.concat()).unwrap()
}

fn recall(exact: &Flat, graph: &Graph, queries: &[Vec<f32>], k: usize) -> f64 {
    let (mut hits, mut of) = (0, 0);
    for query in queries {
        let expected = exact.nearest(query, k, None).unwrap();
        let found = graph.nearest(query, k).unwrap();
        of += expected.len();
        hits += expected.iter().filter(|near| found.contains(near)).count();
    }
    hits as f64 / of as f64
}

#[test]
fn both_find_what_the_exact_index_finds_with_its_scores() {
    let mut random = SplitMix64(SEED);
    println!("seed {SEED}");
    let all = clustered(&mut random, 20, 1_060);
    let (rows, queries) = all.split_at(1_000);
    let exact = flat(rows);
    for engine in ENGINES {
        let graph = graph(engine, rows);
        let others = recall(&exact, &graph, queries, 10);
        let own = recall(&exact, &graph, &rows[..100], 10);
        let deep = recall(&exact, &graph, queries, 50);
        println!("{}: {others:.4}, of stored vectors {own:.4}, @50 {deep:.4}", engine.name());
        assert!(others >= 0.99 && own >= 0.99 && deep >= 0.97);
        assert_eq!((graph.len(), graph.engine(), graph.dimension()), (1_000, engine, DIMENSION));
        let vectors = 1_000 * DIMENSION * 4;
        assert!((vectors..20 * vectors).contains(&graph.size_bytes()), "{} bytes", graph.size_bytes());
    }
}

#[test]
fn the_same_vectors_make_the_same_graph_of_hnsw_rs() {
    let rows = clustered(&mut SplitMix64(SEED), 9, 500);
    let [first, second] = [(); 2].map(|()| graph(HNSW, &rows));
    for row in &rows[..50] {
        assert_eq!(first.nearest(row, 20).unwrap(), second.nearest(row, 20).unwrap());
    }
}

#[test]
fn small_sets_are_found_whole() {
    for engine in ENGINES {
        for count in [0, 1, 2, 3, 40] {
            let rows = clustered(&mut SplitMix64(SEED), 3, count);
            let graph = graph(engine, &rows);
            let query = unit(vec![1.0; DIMENSION]);
            let found = graph.nearest(&query, 100).unwrap();
            assert_eq!(found.len(), count, "{}", engine.name());
            if count > 0 {
                assert_eq!(found, flat(&rows).nearest(&query, 100, None).unwrap());
            }
            assert!(graph.nearest(&query, 0).unwrap().is_empty());
        }
    }
}

#[test]
fn vectors_that_are_there_several_times_are_all_found() {
    let mut rows = clustered(&mut SplitMix64(SEED), 5, 200);
    // More than any list of neighbours holds.
    rows.extend(std::iter::repeat_n(rows[7].clone(), 300));
    let exact = flat(&rows);
    for engine in ENGINES {
        let graph = graph(engine, &rows);
        assert_eq!(graph.len(), 500);
        let copies: Vec<Neighbour> = graph.nearest(&rows[7], 301).unwrap();
        assert_eq!(copies, exact.nearest(&rows[7], 301, None).unwrap(), "{}", engine.name());
        assert_eq!((copies[0].key, copies[1].key), (7, 200), "ties go to the smaller key");
        assert!(recall(&exact, &graph, &rows[..100], 10) >= 0.99);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    assert!(Graph::build(IndexEngine::Exact, 2, &[1], vec![1.0, 0.0]).is_none());
    for engine in ENGINES {
        assert!(Graph::build(engine, 2, &[1, 2], vec![1.0, 0.0]).is_none());
        assert!(Graph::build(engine, 0, &[], Vec::new()).is_none());
        let mut graph = Graph::build(engine, 2, &[1], vec![1.0, 0.0]).unwrap();
        assert_eq!(graph.nearest(&[1.0], 1), Err(Error::Dimension { expected: 2, found: 1 }));
        assert_eq!(graph.nearest(&[0.0, 0.0], 1), Err(Error::Zero { dimension: 2 }));
        assert!(graph.nearest(&[f32::NAN, 0.0], 1).is_err());
        assert!(graph.insert(2, &[1.0, 0.0]).is_err() && !graph.remove(1));
        // A question that is not of unit length is brought to it, and one that is opposite is found as such.
        assert_eq!(graph.nearest(&[-3.0, 0.0], 1).unwrap(), [Neighbour { key: 1, similarity: -1.0 }]);
    }
}

const HARBOUR: &str = "The brig Anna carries salt and barley across the sound every spring.\n\nThe ferry leaves the old pier at noon and comes back before dark.\n\nThe harbour master writes every boat into a blue book.";
const BAKERY: &str = "Rye bread is baked behind the mill, eleven hours in a wood oven.\n\nThe baker sells the last loaf at noon.";

fn ingest(corpus: &RefCell<Corpus>, by: &Fake, name: &str, text: &str) {
    let store = MemoryStore::default();
    engine::ingest(corpus, (&Words as _, by), &store, incoming(name, text), async || true, |_, _| {})
        .now_or_never()
        .expect("nothing here waits")
        .unwrap();
}

/// The graph of what the corpus has.
fn graph_of(corpus: &RefCell<Corpus>, engine: IndexEngine, by: &str) -> Graph {
    let corpus = corpus.borrow();
    let (index, keys) = (corpus.dense_index(by).unwrap(), corpus.dense_keys(by));
    let rows = keys.iter().flat_map(|key| index.vector(*key).unwrap().to_vec()).collect();
    Graph::build(engine, index.dimension(), &keys, rows).unwrap()
}

fn asked(
    corpus: &RefCell<Corpus>,
    by: &Fake,
    engine: IndexEngine,
    graph: Option<&Graph>,
    filter: Option<&DocumentFilter>,
) -> Evidence {
    let settings = RetrievalSettings { mode: RetrievalMode::Dense, engine, ..RetrievalSettings::default() };
    let question = Question { filter, ..Question::new("the ferry at noon", &settings) };
    let graph = graph.map(|graph| graph as &dyn VectorIndex);
    let models = Models { embedder: Some(by), reranker: None::<&Counts>, graph };
    let found = engine::search(corpus, question, models, &|| 0.0);
    found.now_or_never().expect("nothing here waits").unwrap().evidence
}

#[test]
fn a_graph_answers_as_the_exact_index_does_and_not_where_documents_are_filtered() {
    let (corpus, by) = (RefCell::new(Corpus::new(64)), Fake::new("words", 64));
    ingest(&corpus, &by, "harbour.txt", HARBOUR);
    ingest(&corpus, &by, "bakery.txt", BAKERY);
    let exact = asked(&corpus, &by, IndexEngine::Exact, None, None);
    for engine in ENGINES {
        let graph = graph_of(&corpus, engine, "words");
        let found = asked(&corpus, &by, engine, Some(&graph), None);
        assert_eq!((found.timing.engine, exact.timing.engine), (engine, IndexEngine::Exact));
        assert_eq!((found.text, found.sha256), (exact.text.clone(), exact.sha256));
        let only = DocumentFilter(vec![Condition::Documents(vec![sha256(b"bakery.txt")])]);
        let filtered = asked(&corpus, &by, engine, Some(&graph), Some(&only));
        assert_eq!(filtered.timing.engine, IndexEngine::Exact);
        let names: HashSet<_> = filtered.passages.iter().map(|passage| &passage.document_name).collect();
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["bakery.txt"]);
    }
}

#[test]
fn a_stale_graph_is_not_asked() {
    let (corpus, by) = (RefCell::new(Corpus::new(64)), Fake::new("words", 64));
    ingest(&corpus, &by, "harbour.txt", HARBOUR);
    let graph = graph_of(&corpus, HNSW, "words");
    let before = corpus.borrow().stamp("words").unwrap();
    ingest(&corpus, &by, "bakery.txt", BAKERY);
    assert_eq!(asked(&corpus, &by, HNSW, Some(&graph), None).timing.engine, IndexEngine::Exact);
    assert_ne!(corpus.borrow().stamp("words"), Some(before));
    // As many vectors as before, but others: the stamp tells.
    corpus.borrow_mut().remove(sha256(b"harbour.txt"));
    ingest(&corpus, &by, "harbour.txt", HARBOUR);
    corpus.borrow_mut().remove(sha256(b"bakery.txt"));
    let after = corpus.borrow().stamp("words").unwrap();
    assert_ne!(after, before);
    assert_eq!(corpus.borrow().stamp("words"), Some(after));
    assert_eq!(corpus.borrow().stamp("other"), None);
}

#[test]
fn recall_is_measured_by_the_last_questions_and_by_stored_chunks() {
    let (corpus, by) = (RefCell::new(Corpus::new(64)), Fake::new("words", 64));
    let text: String = (0..90).map(|at| format!("Number {at} is even or odd on day {at}.\n\n")).collect();
    ingest(&corpus, &by, "numbers.txt", text.trim_end());
    let chunks = corpus.borrow().len();
    let questions = RefCell::new(LastQuestions::default());
    let noting = Noting { embedder: &by, questions: &questions };
    let settings = RetrievalSettings { mode: RetrievalMode::Dense, ..RetrievalSettings::default() };
    for text in ["number 7", "number 9", "number 7"] {
        let models = Models { embedder: Some(&noting), reranker: None::<&Counts>, graph: None };
        let found = engine::search(&corpus, Question::new(text, &settings), models, &|| 0.0);
        found.now_or_never().expect("nothing here waits").unwrap();
    }
    let questions = questions.borrow().of("words");
    assert_eq!(questions.len(), 2, "a question counts once, and passages do not");
    let graph = graph_of(&corpus, INSTANT, "words");
    let of = |graph: &Graph, go_on: bool| {
        measure(&corpus, "words", graph, &questions, async || go_on)
            .now_or_never()
            .expect("nothing here waits")
            .unwrap()
    };
    let measured = of(&graph, true).unwrap();
    let spread = u32::try_from(chunks.min(64)).unwrap();
    assert_eq!((measured.k, measured.questions, measured.chunks), (10, 2, spread));
    assert!(measured.share >= 0.99, "{measured:?}");
    assert_eq!(of(&graph, false), None);
    // A graph that knows other keys finds nothing of it.
    let other = Graph::build(INSTANT, 64, &[9_999], unit(vec![1.0; 64])).unwrap();
    assert_eq!(of(&other, true).unwrap().share, 0.0);
}
