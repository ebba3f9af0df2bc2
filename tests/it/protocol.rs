//! The bytes of every message between the page and its workers. Rewrite them with SIDECITE_WRITE_GOLDEN=1, and raise
//! `VERSION` when they change.

use serde::{Serialize, de::DeserializeOwned};
use sidecite::courier::{EgressEnd, EgressEntry, Origin, ProviderLists, Purpose, SpendingReport};
use sidecite::engine::Recall;
use sidecite::evidence::{Hit, freeze};
use sidecite::markup::AnswerRenderer;
use sidecite::prompt::{DatedTemplate, Fit, PromptSpec, Sent};
use sidecite::provider::embeddings;
use sidecite::types::{
    Attempt, CallFailure, Candidate, ChatEvent, ChunkRef, ChunkSettings, Condition, Cost, DocumentFilter,
    EmbedderRef, Endpoint, Evidence, FailureCause, Fate, Format, GraphSpec, IndexEngine, IndexSpec, Manifest,
    Message, NativeCitation, Parameters, Price, PromptTemplate, Recipe, RerankerRef, RetrievalSettings, Role,
    Scores, SearchTiming, Sha256, Span, Spending, SpendingLimits, TimedEvent, UserError, Warning, problem,
    sha256,
};
use sidecite::worker::protocol::*;
use std::fmt::{Debug, Write};

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/protocol.hex");

/// Names and bytes of messages, each of which decodes to what it was.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add<T: Serialize + DeserializeOwned + Debug>(&mut self, name: &str, message: T) {
        let wire = Wire::Body(7, message);
        let bytes = postcard::to_allocvec(&wire).unwrap();
        let read: Wire<T> = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(format!("{read:?}"), format!("{wire:?}"), "{name}");
        let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        writeln!(self.0, "{name} {hex}").unwrap();
    }

    /// A verb, as it is sent.
    fn ask<C: Call>(&mut self, name: &str, call: C)
    where
        C::Message: Serialize + DeserializeOwned + Debug,
    {
        self.add(name, call.into());
    }

    /// A reply of the type that belongs to the verb.
    fn reply<C: Call>(&mut self, name: &str, reply: C::Reply)
    where
        C::Reply: Serialize + DeserializeOwned + Debug,
    {
        self.add(name, reply);
    }
}

fn hash() -> Sha256 {
    sha256(b"abc")
}

fn endpoint() -> Endpoint {
    Endpoint { id: 3, name: "Groq".into(), provider: "groq".into(), ..Endpoint::default() }
}

fn evidence() -> Evidence {
    let timing = SearchTiming { total_millis: 2.5, chunks: 9, ..SearchTiming::default() };
    freeze("Why?", RetrievalSettings::default(), Vec::<Hit>::new(), timing)
}

fn sent() -> Sent {
    let fit = Fit { tokens: 90, budget: Some(512), passages_sent: 3, passages_total: 6, ..Fit::default() };
    Sent { request: "POST …".into(), evidence_sha256: Some(hash()), sent_sha256: Some(sha256(b"ab")), fit }
}

fn failure() -> CallFailure {
    CallFailure::new(FailureCause::TooLong, problem::host::answer_too_long(2_u64)).with_status(200)
}

fn events() -> Vec<TimedEvent> {
    let timed = |event, at_millis| TimedEvent { event, at_millis };
    vec![
        timed(ChatEvent::TextDelta("So".into()), 12.5),
        timed(ChatEvent::ReasoningDelta("hm".into()), 13.0),
        timed(ChatEvent::Failed(failure()), 14.0),
    ]
}

fn error() -> UserError {
    problem::store::full("a file")
}

fn courier_verbs(lines: &mut Lines) {
    let template = PromptTemplate { system: "Cite [1].".into(), user: "{{evidence}} {{question}}".into() };
    let template = Some(DatedTemplate { template, date: "2026-11-27".into() });
    let grounded = PromptSpec::Grounded { question: "Why?".into(), evidence: Some(hash()), template };
    let messages = PromptSpec::Messages(vec![Message { role: Role::User, content: "Judge.".into() }]);
    let chat = |prompt| Chat {
        endpoint: endpoint(),
        model: "m".into(),
        prompt,
        parameters: Parameters { max_tokens: Some(9), context_tokens: Some(4_096), ..Parameters::default() },
        omit: vec!["seed".into()],
        context_tokens: Some(8_192),
    };
    lines.ask("Serve", Serve);
    lines.ask("PutEvidence", PutEvidence(evidence()));
    lines.ask("Chat grounded", chat(grounded.clone()));
    lines.ask("Chat messages", chat(messages));
    let (model, parameters) = ("c".to_owned(), Parameters::default());
    lines.ask("BuildPrompt", BuildPrompt { model, prompt: grounded, parameters });
    lines.ask(
        "Embed",
        Embed {
            endpoint: endpoint(),
            model: "e".into(),
            dimensions: Some(64),
            purpose: embeddings::Purpose::Query,
            texts: vec!["one".into()],
        },
    );
    let passages = vec!["one".into()];
    lines.ask("Rerank", Rerank { endpoint: endpoint(), model: "r".into(), query: "q".into(), passages });
    let page_origin = "http://localhost".to_owned();
    lines.ask("Check", Check { endpoint: endpoint(), model: "m".into(), page_origin });
    lines.ask("ListProviders", ListProviders);
    lines.ask("SetKey", SetKey { endpoint: endpoint(), purpose: Purpose::Chat, key: "k".into() });
    lines.ask("ListKeys", ListKeys);
    lines.ask("ForgetKey", ForgetKey(Origin::parse("https://a.example").unwrap()));
    lines.ask("ForgetAllKeys", ForgetAllKeys);
    lines.ask("UseVault", UseVault(VaultVerb::Rekey { from: "a".into(), to: "b".into() }));
    lines.ask("ListSent", ListSent { since: 5 });
    lines.ask("ListPrices", ListPrices(vec![ModelAt { endpoint: endpoint(), model: "m".into() }]));
    lines.ask("GetSpending", GetSpending);
    lines.ask("SetLimits", SetLimits(SpendingLimits { alert_usd: Some(1.0), stop_usd: None }));
    lines.ask("SetPrice", SetPrice { provider: "p".into(), model: "m".into(), price: None });
    lines.ask("RefreshPrices", RefreshPrices(PriceSource::ModelsDev));
    lines.ask("GetHealth", GetHealth);
    lines.ask("ClearHealth", ClearHealth);
}

fn courier_replies(lines: &mut Lines) {
    let update = |lines: &mut Lines, name: &str, update| lines.reply::<Chat>(name, update);
    let waiting =
        Waiting { before: 2, millis: Some(500.0), why: Some(problem::notice::rate_limited("h", 500.0)) };
    update(lines, "Chat: waiting", ChatUpdate::Waiting(waiting.clone()));
    update(lines, "Chat: started", ChatUpdate::Started(sent()));
    update(lines, "Chat: events", ChatUpdate::Events(events()));
    let cost = Some(Cost { usd: 0.5, reported: true, source: "list".into() });
    let attempt =
        Attempt { queued_millis: 1.0, took_millis: 2.0, failure: Some(failure()), pause_millis: Some(500.0) };
    let end = CallEnd {
        at_millis: 99.0,
        cost,
        notice: Some(problem::notice::spending_warning(1.5, 1.0)),
        attempts: vec![attempt],
    };
    update(lines, "Chat: ended", ChatUpdate::Ended(end));
    update(lines, "Chat: unknown evidence", ChatUpdate::NotSent(NotSent::UnknownEvidence(hash())));
    update(lines, "Chat: refused", ChatUpdate::NotSent(NotSent::Refused(error())));
    let (system, user) = ("S".to_owned(), "U".to_owned());
    lines.reply::<BuildPrompt>("BuildPrompt: built", Ok(BuiltPrompt { sent: sent(), system, user }));
    lines.reply::<Embed>("Embed: waiting", EmbedUpdate::Waiting(waiting));
    lines.reply::<Embed>("Embed: batch", EmbedUpdate::Batch { first: 1, count: 2 });
    lines.reply::<Embed>("Embed: done", EmbedUpdate::Done);
    lines.reply::<Rerank>("Rerank: done", RerankUpdate::Done(vec![0.5]));
    lines.reply::<Rerank>("Rerank: failed", RerankUpdate::Failed(error()));
    lines.reply::<Check>("Check: answered", Checked::Answered { millis: 5.0 });
    lines.reply::<ListProviders>("ListProviders: lists", Ok(ProviderLists::default()));
    lines.reply::<SetKey>("SetKey: failed", Err(error()));
    lines.reply::<ListKeys>("ListKeys: states", Ok(KeyStates::default()));
    let entry = EgressEntry {
        id: 1,
        revision: 2,
        at_millis: 3.0,
        origin: Origin::parse("https://a.example").unwrap(),
        purpose: Purpose::Rerank,
        with_key: true,
        request_bytes: 4,
        status: Some(200),
        response_bytes: 5,
        end: Some(EgressEnd::Complete),
        duration_millis: Some(6.0),
    };
    lines.reply::<ListSent>("ListSent: entries", Ok(vec![entry]));
    lines.reply::<ListPrices>("ListPrices: prices", Ok(vec![None, Some(Price::default())]));
    let custom = CustomPrice { provider: "p".into(), model: "m".into(), price: Price::default() };
    let report = SpendingReport {
        days: vec![Spending {
            provider: "p".into(),
            day: "2026-11-26".into(),
            usd: 1.5,
            ..Spending::default()
        }],
        custom_prices: vec![custom],
        ..SpendingReport::default()
    };
    lines.reply::<GetSpending>("GetSpending: report", Ok(report));
}

fn engine(lines: &mut Lines) {
    let chunking = ChunkSettings::default();
    let embedder = EmbedderRef::Remote { endpoint: endpoint(), model: "e".into(), dimensions: None };
    let warnings = vec![Warning { what: problem::warning::truncated() }];
    lines.ask("Open", Open);
    lines.ask("Connect", Connect { link: 1 });
    lines.ask("Disconnect", Disconnect { link: 1 });
    lines.ask(
        "Ingest",
        Ingest {
            id: hash(),
            size_bytes: 10,
            added_millis: 20,
            chunking,
            embedder: embedder.clone(),
            warnings: warnings.clone(),
            more_follow: true,
        },
    );
    lines.ask("Rechunk", Rechunk { id: hash(), chunking, embedder: EmbedderRef::BuiltIn });
    lines.ask("BuildIndex", BuildIndex(IndexSpec { chunking, embedder: Some(embedder.clone()) }));
    lines.ask("KeepIndexes", KeepIndexes(vec![IndexSpec { chunking, embedder: None }]));
    let [_, hnsw, instant] = IndexEngine::ALL;
    let spec = |index, engine| GraphSpec { index, embedder: EmbedderRef::BuiltIn, engine };
    lines.ask("BuildGraph", BuildGraph(spec(None, hnsw)));
    let index = IndexSpec { chunking, embedder: Some(embedder.clone()) };
    lines.ask("KeepGraphs", KeepGraphs(vec![spec(Some(index), instant)]));
    lines.ask(
        "Search",
        Search {
            question: "Why?".into(),
            index: Some(IndexSpec { chunking, embedder: None }),
            queries: vec!["Why so?".into()],
            recipe: Recipe {
                embedder,
                reranker: Some(RerankerRef::Remote { endpoint: endpoint(), model: "r".into() }),
                filter: DocumentFilter(vec![Condition::Formats(vec![Format::Pdf])]),
                ..Recipe::default()
            },
        },
    );
    lines.ask("Preview", Preview { id: hash(), chunking });
    lines.ask("ReadDocument", ReadDocument(hash()));
    lines.ask("Remove", Remove(hash()));
    let manifest = Manifest {
        id: hash(),
        name: "a.txt".into(),
        format: Format::Text,
        title: None,
        size_bytes: 10,
        pages: 0,
        characters: 8,
        chunks: 1,
        tokens: 3,
        chunking,
        embedder: "minilm".into(),
        added_millis: 20,
        warnings,
        reader: 1,
    };
    let manifests = vec![manifest.clone()];
    lines.reply::<Open>(
        "Open: opened",
        Ok(Opened::Corpus { manifests, damaged: Vec::new(), persistent: true }),
    );
    lines.reply::<Open>("Open: newer", Ok(Opened::Newer));
    lines.reply::<Ingest>("Ingest: chunked", IngestUpdate::Chunked { is_searchable: true });
    lines.reply::<Ingest>("Ingest: loading", IngestUpdate::Loading { done_bytes: 300, total_bytes: 70_000 });
    lines.reply::<Ingest>("Ingest: progress", IngestUpdate::Progress { done: 1, total: 2 });
    lines.reply::<Ingest>(
        "Ingest: waiting",
        IngestUpdate::Waiting(Some(problem::notice::rate_limited("h", 500.0))),
    );
    lines.reply::<Ingest>("Ingest: stored", IngestUpdate::Stored(manifest));
    lines.reply::<Ingest>("Ingest: failed", IngestUpdate::Failed(error()));
    let size = IndexSize { documents: 2, chunks: 9, stored_bytes: 1_000 };
    lines.reply::<BuildIndex>("BuildIndex: loading", IndexUpdate::Loading(300, 70_000));
    lines.reply::<BuildIndex>("BuildIndex: progress", IndexUpdate::Progress(1, 2));
    lines.reply::<BuildIndex>("BuildIndex: ready", IndexUpdate::Ready(size));
    lines.reply::<BuildIndex>("BuildIndex: failed", IndexUpdate::Failed(error()));
    let size = GraphSize { vectors: 9, build_millis: 7.5, memory_bytes: 70_000 };
    let recall = Recall { share: 0.992, k: 10, questions: 12, chunks: 64 };
    lines.reply::<BuildGraph>("BuildGraph: building", GraphUpdate::Building);
    lines.reply::<BuildGraph>("BuildGraph: ready", GraphUpdate::Ready(GraphReport { size, recall }));
    lines.reply::<BuildGraph>("BuildGraph: cancelled", GraphUpdate::Cancelled);
    lines.reply::<BuildGraph>("BuildGraph: failed", GraphUpdate::Failed(error()));
    let engine = IndexEngine::HnswRs { m: 16, ef_construction: 200, ef_search: 96 };
    lines.ask("MakeGraph", MakeGraph { engine, dimension: 384, keys: vec![1, 300] });
    lines.reply::<MakeGraph>("MakeGraph: made", Some(size));
    lines.ask("AskGraph", AskGraph { query: vec![0.6, 0.8], k: 10 });
    lines.reply::<AskGraph>("AskGraph: found", Ok(vec![(300, 0.5)]));
    let highlights = vec![vec![Span::new(1, 2)]];
    let chunk = ChunkRef { document: hash(), ordinal: 3 };
    let candidate = Candidate { chunk, scores: Scores::default(), fate: Fate::Passage(1) };
    lines.reply::<Search>(
        "Search: found",
        Ok(Found { evidence: evidence(), highlights, candidates: vec![candidate] }),
    );
    lines.reply::<Remove>("Remove: removed", Ok(()));
    lines.ask("Restore", Restore(hash()));
    lines.reply::<Restore>("Restore: gone", Ok(None));
    lines.ask("Refresh", Refresh(hash()));
    lines.ask("Forget", Forget(hash()));
    lines.ask("Collect", Collect { before_millis: 9 });
    lines.ask("CacheSize", CacheSize);
    lines.reply::<CacheSize>("CacheSize: bytes", Ok(7));
    lines.ask("ClearCache", ClearCache);
}

fn renderer(lines: &mut Lines) {
    lines.ask("KeepPassages", KeepPassages { sha256: hash(), passages: evidence().passages });
    let begin = Step::Begin { evidence: Some(hash()), sent: 1 };
    let steps = vec![begin, Step::Append("text".into()), Step::Cite(NativeCitation::default()), Step::Finish];
    lines.ask("Render", Render(vec![Update { turn: TurnId(3), steps }]));
    lines.reply::<Render>("Render: frame", Frame { unknown: vec![TurnId(3)], ..Frame::default() });
    let mut renderer = AnswerRenderer::new(Vec::new(), 0);
    renderer.push(NODES);
    renderer.finish();
    let patches = vec![TurnPatch { turn: TurnId(3), patch: renderer.paint() }];
    lines.reply::<Render>("Render: nodes", Frame { patches, ..Frame::default() });
}

/// An answer with each kind of node.
const NODES: &str = "# a\n\n**b** *c* ~~d~~ `e` [f](https://h.example) ![g](h) [1] $x^2$ $$\\frac{a}{\\$ [^n]  \ni\nj\n\n---\n\n> k\n\n1. l\n\n- [x] m\n\n\
    ```rs\nn\n```\n\n|o|p|\n|:-:|--:|\n|q|\\(\\begin{array}{l|r}1\\end{array}\\)|\n\n[^n]: r\n";

fn local_model_and_reader(lines: &mut Lines) {
    lines.ask("KeepEvidence", KeepEvidence(evidence()));
    lines.ask("Extract", Extract { question: "Why?".into(), evidence: Some(hash()) });
    let prompt = PromptSpec::Grounded { question: "Why?".into(), evidence: None, template: None };
    lines.ask("Generate", Generate { prompt, parameters: Parameters::default(), budget_tokens: 768 });
    let update = |lines: &mut Lines, name: &str, update| lines.reply::<Generate>(name, update);
    update(lines, "Generate: loading", ModelUpdate::Loading { done: 1, total: 2 });
    update(lines, "Generate: started", ModelUpdate::Started(sent()));
    update(lines, "Generate: reading", ModelUpdate::Reading { done: 1, total: 2 });
    update(lines, "Generate: events", ModelUpdate::Events(events()));
    update(lines, "Generate: ended", ModelUpdate::Ended { at_millis: 9.0 });
    update(lines, "Generate: unknown evidence", ModelUpdate::UnknownEvidence(hash()));
    lines.ask("ReadFile", ReadFile { id: hash(), name: "a.txt".into(), password: None });
    let parsed = Parsed { format: Format::Pdf, pages: 2, warnings: Vec::new() };
    lines.reply::<ReadFile>("ReadFile: parsed", Ok(parsed));
    lines.reply::<ReadFile>("ReadFile: failed", Err(Unreadable { user_error: error(), password: true }));
}

#[test]
fn the_bytes_of_the_protocol_are_those_of_its_version() {
    let mut lines = Lines(format!("VERSION {VERSION}\n"));
    for (name, wire) in [("Hello", Wire::<()>::Hello(VERSION)), ("Stop", Wire::Stop(7))] {
        let bytes = postcard::to_allocvec(&wire).unwrap();
        writeln!(lines.0, "{name} {bytes:02x?}").unwrap();
    }
    courier_verbs(&mut lines);
    courier_replies(&mut lines);
    engine(&mut lines);
    local_model_and_reader(&mut lines);
    renderer(&mut lines);
    if std::env::var_os("SIDECITE_WRITE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &lines.0).unwrap();
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let changed: Vec<(&str, &str)> =
        golden.lines().zip(lines.0.lines()).filter(|(before, now)| before != now).collect();
    assert!(changed.is_empty(), "raise VERSION, then SIDECITE_WRITE_GOLDEN=1: {changed:#?}");
    assert_eq!(golden, lines.0, "messages came or went");
}
