//! What a recipe can ask of a search beside its mode: filters, context, a least score, MMR, further queries; and what became of
//! every candidate.

use crate::engine_fakes::{Counts, Fake, Words, incoming};
use futures_util::FutureExt;
use sidecite::engine::{self, Corpus, Found, Models, Question};
use sidecite::store::MemoryStore;
use sidecite::types::*;
use std::cell::RefCell;

const DIMENSIONS: usize = 64;
const HARBOUR: &str = "# Harbour\n\nThe ferry leaves the old pier at noon and comes back before dark.\n\nTickets for the ferry cost nine crowns at the red kiosk.\n\nThe brig Anna carries salt and barley across the sound every spring.\n\n# Mill\n\nRye bread is baked for eleven hours in the wood oven behind the mill.";

struct Bench {
    corpus: RefCell<Corpus>,
    embedder: Fake,
}

impl Bench {
    fn new(documents: &[(&str, &str)]) -> Self {
        let bench = Self {
            corpus: RefCell::new(Corpus::new(DIMENSIONS)),
            embedder: Fake { unwritten: 32, ..Fake::new("words", DIMENSIONS) },
        };
        for (name, text) in documents {
            let by = (&Words as _, &bench.embedder);
            let store = MemoryStore::default();
            engine::ingest(&bench.corpus, by, &store, incoming(name, text), async || true, |_, _| {})
                .now_or_never()
                .expect("nothing here waits")
                .unwrap();
        }
        bench
    }

    fn ask(&self, question: Question<'_>) -> Found {
        self.ask_with(question, None)
    }

    fn ask_with(&self, question: Question<'_>, reranker: Option<&Counts>) -> Found {
        let models = Models { embedder: Some(&self.embedder), reranker, graph: None };
        engine::search(&self.corpus, question, models, &|| 0.0)
            .now_or_never()
            .expect("nothing here waits")
            .unwrap()
    }
}

fn texts(found: &Found) -> Vec<&str> {
    found.evidence.passages.iter().map(|passage| passage.text.as_str()).collect()
}

fn fate_of(found: &Found, ordinal: u32) -> Option<Fate> {
    found.candidates.iter().find(|candidate| candidate.chunk.ordinal == ordinal).map(|found| found.fate)
}

#[test]
fn a_filter_leaves_documents_out_of_both_rankings() {
    let bench = Bench::new(&[
        ("harbour.txt", HARBOUR),
        ("fähre.txt", "Die Fähre legt am Mittag ab, und das Schiff kommt nicht vor dem Abend zurück."),
    ]);
    let settings = RetrievalSettings::default();
    let names = |filter: &DocumentFilter| {
        let question = Question { filter: Some(filter), ..Question::new("ferry Fähre", &settings) };
        let found = bench.ask(question);
        let mut names: Vec<String> =
            found.evidence.passages.into_iter().map(|passage| passage.document_name).collect();
        names.dedup();
        names
    };
    let only = |condition| DocumentFilter(vec![condition]);
    assert_eq!(names(&DocumentFilter::default()).len(), 2);
    assert_eq!(names(&only(Condition::Languages(vec!["de".into()]))), ["fähre.txt"]);
    assert_eq!(names(&only(Condition::Documents(vec![sha256(b"harbour.txt")]))), ["harbour.txt"]);
    assert_eq!(names(&only(Condition::Formats(vec![Format::Pdf]))), [] as [&str; 0]);
    assert_eq!(names(&only(Condition::AddedFrom(2))), [] as [&str; 0]);
    assert_eq!(names(&only(Condition::AddedBefore(2))).len(), 2);
    let both = [Condition::Formats(vec![Format::Text]), Condition::Languages(vec!["en".into()])];
    assert_eq!(names(&DocumentFilter(both.to_vec())), ["harbour.txt"]);
}

#[test]
fn neighbours_and_parents_are_sent_whole_and_once() {
    let bench = Bench::new(&[("harbour.txt", HARBOUR)]);
    let with = |context, top_k| RetrievalSettings { top_k, context, ..RetrievalSettings::default() };
    let alone = bench.ask(Question::new("ferry tickets", &with(PassageContext::Chunk, 1)));
    let [passage] = alone.evidence.passages.as_slice() else { panic!("{:?}", texts(&alone)) };
    assert_eq!(passage.hit, passage.span);

    let settings = with(PassageContext::Neighbours(1), 3);
    let found = bench.ask(Question::new("ferry tickets", &settings));
    let first = &found.evidence.passages[0];
    assert!(first.span.start < first.hit.start && first.span.end > first.hit.end, "{:?}", texts(&found));
    assert_eq!(first.hit, passage.hit);
    assert_eq!(first.text, first.span.of(HARBOUR));
    // The ferry's own chunk is within the passage of the tickets.
    assert!(found.candidates.iter().any(|candidate| candidate.fate == Fate::Within(1)));
    let spans: Vec<Span> = found.evidence.passages.iter().map(|passage| passage.span).collect();
    let overlap = |a: &Span, b: &Span| a.start < b.end && b.start < a.end;
    assert!(spans.iter().enumerate().all(|(at, a)| spans[at + 1..].iter().all(|b| !overlap(a, b))));

    let settings = with(PassageContext::Parent(200), 3);
    let found = bench.ask(Question::new("ferry tickets", &settings));
    let [harbour, mill] = found.evidence.passages.as_slice() else { panic!("{:?}", texts(&found)) };
    assert!(harbour.text.contains("pier") && harbour.text.contains("kiosk") && harbour.text.contains("Anna"));
    assert!(mill.text.contains("Rye bread") && !mill.text.contains("Anna"), "sections stay apart");
}

#[test]
fn a_least_score_leaves_out_what_does_not_reach_it() {
    let bench = Bench::new(&[("harbour.txt", HARBOUR)]);
    let all = RetrievalSettings { mode: RetrievalMode::Dense, ..RetrievalSettings::default() };
    let scores: Vec<f32> = {
        let found = bench.ask(Question::new("ferry tickets", &all));
        found.evidence.passages.iter().map(|passage| passage.scores.fused).collect()
    };
    let settings = RetrievalSettings { min_score: Some(scores[1]), ..all };
    let found = bench.ask(Question::new("ferry tickets", &settings));
    assert_eq!(found.evidence.passages.len(), 2, "{scores:?}");
    assert!(found.candidates.iter().any(|candidate| candidate.fate == Fate::BelowMinScore));
    let nothing = RetrievalSettings { min_score: Some(2.0), ..all };
    assert!(bench.ask(Question::new("ferry tickets", &nothing)).evidence.passages.is_empty());
}

#[test]
fn mmr_prefers_what_is_new() {
    let text = "The ferry leaves the old pier at noon today.\n\nThe ferry leaves the old pier at noon again.\n\nTickets for the boat cost nine crowns at the kiosk near the ferry.";
    let bench = Bench::new(&[("harbour.txt", text)]);
    let plain = RetrievalSettings { top_k: 2, ..RetrievalSettings::default() };
    let question = "when does the ferry leave the old pier";
    let found = bench.ask(Question::new(question, &plain));
    assert!(texts(&found).iter().all(|text| text.contains("noon")), "{:?}", texts(&found));
    let diverse = RetrievalSettings { mmr: Some(0.1), ..plain };
    let found = bench.ask(Question::new(question, &diverse));
    assert!(texts(&found)[1].contains("kiosk"), "{:?}", texts(&found));
    let lost = found.candidates.iter().find(|candidate| candidate.fate == Fate::Mmr).unwrap();
    assert!(lost.scores.mmr.is_some());
}

#[test]
fn what_the_reranker_takes_away_is_its_own_loss() {
    let bench = Bench::new(&[("harbour.txt", HARBOUR)]);
    let settings = RetrievalSettings { top_k: 1, ..RetrievalSettings::default() };
    let reranker = Counts { word: "Rye", leaves_out: 0, asked: RefCell::default() };
    let found = bench.ask_with(Question::new("ferry tickets", &settings), Some(&reranker));
    assert!(texts(&found)[0].contains("Rye bread"));
    let before = bench.ask(Question::new("ferry tickets", &settings)).evidence.passages[0].ordinal;
    assert_eq!(fate_of(&found, before), Some(Fate::Rerank));
    let passage = &found.evidence.passages[0].scores;
    assert_eq!((passage.rerank, passage.rerank_rank), (Some(1.0), Some(1)));
    assert!(passage.fused_rank.unwrap() > 1);
}

#[test]
fn queries_that_a_model_made_are_searched() {
    let bench = Bench::new(&[("harbour.txt", HARBOUR)]);
    let settings = RetrievalSettings { top_k: 1, ..RetrievalSettings::default() };
    let made = ["rye bread wood oven".to_owned()];
    let ask = |kind| {
        let question =
            Question { rewritten: Some((kind, &made)), ..Question::new("ferry tickets", &settings) };
        let found = bench.ask(question);
        assert_eq!(
            (found.evidence.question.as_str(), found.evidence.queries.as_slice()),
            ("ferry tickets", made.as_slice())
        );
        found
    };
    assert!(texts(&ask(RewriteKind::Rewrite))[0].contains("Rye bread"));
    // Words still look for the question itself.
    let hyde = ask(RewriteKind::Hyde);
    assert!(
        hyde.candidates
            .iter()
            .all(|candidate| { candidate.scores.lexical.is_none() || candidate.chunk.ordinal < 2 })
    );
    let wide = RetrievalSettings { top_k: 2, ..settings };
    let question = Question {
        rewritten: Some((RewriteKind::MultiQuery, &made)),
        ..Question::new("ferry tickets", &wide)
    };
    let found = bench.ask(question);
    assert!(
        texts(&found).iter().any(|text| text.contains("Rye"))
            && texts(&found).iter().any(|text| text.contains("Tickets"))
    );
}

#[test]
fn any_chunk_is_explained() {
    let bench = Bench::new(&[("harbour.txt", HARBOUR)]);
    let settings = RetrievalSettings { top_k: 1, ..RetrievalSettings::default() };
    let document = sha256(b"harbour.txt");
    let ordinal = engine::chunk_with(&bench.corpus.borrow(), document, "RYE  bread is").unwrap();
    assert_eq!(engine::chunk_with(&bench.corpus.borrow(), document, "no such words"), None);
    let question = Question::new("ferry tickets and bread", &settings);
    let explain = |ordinal| {
        let chunk = ChunkRef { document, ordinal };
        engine::explain(&bench.corpus, question, (Some(&bench.embedder), None), chunk)
            .now_or_never()
            .expect("nothing here waits")
    };
    let explanation = explain(ordinal).unwrap();
    assert!(explanation.text.contains("Rye bread") && explanation.is_searched);
    assert!(explanation.dense.is_some_and(|(_, rank)| rank >= 1 && rank <= explanation.chunks));
    let words: Vec<&str> = explanation.words.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(words, ["bread"]);
    // The parts make the whole.
    let found = bench.ask(Question { settings: &RetrievalSettings { top_k: 9, ..settings }, ..question });
    let passage = found.evidence.passages.iter().find(|passage| passage.ordinal == ordinal).unwrap();
    assert!((passage.scores.lexical.unwrap() - explanation.words[0].1).abs() < 1e-5);
    assert_eq!(passage.scores.lexical_rank, explanation.lexical.map(|(_, rank)| rank));
    assert_eq!(passage.scores.dense_rank, explanation.dense.map(|(_, rank)| rank));
    assert!(explain(99).is_err());
}

#[test]
fn headings_can_be_left_out_of_embeddings() {
    let bench = Bench::new(&[]);
    let mut bare = incoming("harbour.txt", HARBOUR);
    bare.chunking.heading_prefix = false;
    let by = (&Words as _, &bench.embedder);
    engine::ingest(&bench.corpus, by, &MemoryStore::default(), bare, async || true, |_, _| {})
        .now_or_never()
        .unwrap()
        .unwrap();
    let embedded = bench.embedder.passages();
    assert!(embedded.iter().any(|text| text.starts_with("Tickets")), "{embedded:?}");
    assert!(!embedded.iter().any(|text| text.contains("Harbour\nTickets")));
    // Words find it under its heading all the same.
    let settings = RetrievalSettings { mode: RetrievalMode::Lexical, ..RetrievalSettings::default() };
    assert!(
        bench
            .ask(Question::new("mill", &settings))
            .evidence
            .passages
            .iter()
            .any(|passage| passage.text.contains("Rye"))
    );
}
