//! Several indexes over the same documents: what is embedded, stored, read back and found by each.

use crate::engine_fakes::{Counts, Fake, Words, incoming, search};
use futures_util::FutureExt;
use sidecite::engine::{self, Corpus, Outcome};
use sidecite::store::MemoryStore;
use sidecite::types::{
    ChunkSettings, DocumentId, EmbedderRef, Endpoint, Evidence, Recipe, RetrievalMode, RetrievalSettings,
    additional_indexes, sha256,
};
use std::cell::{Cell, RefCell};

const DIMENSIONS: usize = 64;
const LARGE: ChunkSettings = ChunkSettings { size_tokens: 48, ..incoming_chunking() };

const fn incoming_chunking() -> ChunkSettings {
    ChunkSettings {
        strategy: sidecite::types::ChunkStrategy::Structure,
        size_tokens: 16,
        overlap_tokens: 0,
        heading_prefix: true,
    }
}

struct Bench {
    main: RefCell<Corpus>,
    index: RefCell<Corpus>,
    embedder: Fake,
    store: MemoryStore,
}

impl Bench {
    fn new() -> Self {
        Self {
            main: RefCell::new(Corpus::new(DIMENSIONS)),
            index: RefCell::new(Corpus::new(DIMENSIONS)),
            embedder: Fake { unwritten: 32, ..Fake::new("words", DIMENSIONS) },
            store: MemoryStore::default(),
        }
    }

    fn ingest(&self, name: &str, text: &str) {
        let by = (&Words as _, &self.embedder);
        let outcome =
            engine::ingest(&self.main, by, &self.store, incoming(name, text), async || true, |_, _| {})
                .now_or_never();
        assert!(matches!(outcome, Some(Ok(Outcome::Stored(_)))));
    }

    /// The same over the store, as after a reload.
    fn reopened(self) -> Self {
        let bench = Self { store: self.store, ..Self::new() };
        engine::open(&bench.main, &bench.store).now_or_never().unwrap().unwrap();
        bench
    }

    fn open(&self, chunking: ChunkSettings, embedder: &str) -> bool {
        let both = (&self.main, &self.index);
        let opened = engine::open_index(both, &Words, (&self.store, embedder), chunking, async || true);
        opened.now_or_never().unwrap().unwrap()
    }

    /// Builds it; stops after so many pauses.
    fn build_until(&self, chunking: ChunkSettings, pauses: usize) -> (bool, Vec<(u32, u32)>) {
        self.open(chunking, &self.embedder.id);
        let left = Cell::new(pauses);
        let pause = async || {
            left.set(left.get().saturating_sub(1));
            left.get() > 0
        };
        let heard = RefCell::new(Vec::new());
        let by = (&self.embedder, &self.store);
        let note = |done, total| heard.borrow_mut().push((done, total));
        let built = engine::embed_index((&self.main, &self.index), by, chunking, pause, &note);
        (built.now_or_never().unwrap().unwrap(), heard.into_inner())
    }

    fn build(&self, chunking: ChunkSettings) {
        assert!(self.build_until(chunking, usize::MAX).0);
    }

    fn search(&self, question: &str, mode: RetrievalMode) -> Evidence {
        let settings = RetrievalSettings { mode, ..RetrievalSettings::default() };
        search(&self.index, question, Some(&self.embedder), None::<&Counts>, &settings)
            .now_or_never()
            .unwrap()
            .unwrap()
            .evidence
    }

    fn chunks(corpus: &RefCell<Corpus>, id: DocumentId) -> usize {
        corpus.borrow().get(id).map_or(0, |entry| entry.chunks.len())
    }
}

const SHIPS: &str = "# Ships\n\nThe brig Anna carries salt and barley across the sound every spring.\n\nThe ferry leaves the old pier at noon and comes back before dark.";
const BREAD: &str = "# Bread\n\nRye bread is baked for eleven hours in the wood oven behind the mill.";

fn ships() -> DocumentId {
    sha256(b"ships.txt")
}

#[test]
fn the_same_documents_are_found_in_other_chunks_and_the_own_index_stays() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS);
    bench.ingest("bread.txt", BREAD);
    let before = Bench::chunks(&bench.main, ships());
    bench.build(LARGE);
    assert!(Bench::chunks(&bench.index, ships()) < before);
    assert_eq!(Bench::chunks(&bench.main, ships()), before);
    for mode in RetrievalMode::ALL {
        let evidence = bench.search("when does the ferry leave the pier", mode);
        let first = &evidence.passages[0];
        assert!(
            first.text.contains("ferry") && first.span.of(SHIPS) == first.text,
            "{mode:?}: {}",
            first.text
        );
        assert_eq!(evidence.timing.unembedded, 0);
    }
}

#[test]
fn unchanged_chunks_are_not_embedded_again() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS);
    let embedded = bench.embedder.passages().len();
    bench.build(incoming_chunking());
    assert_eq!(bench.embedder.passages().len(), embedded);
    // After a reload not even the cache is needed.
    *bench.index.borrow_mut() = Corpus::new(DIMENSIONS);
    bench.build(LARGE);
    let bench = bench.reopened();
    sidecite::store::Store::clear_cache(&bench.store).now_or_never().unwrap().unwrap();
    bench.build(LARGE);
    assert_eq!(bench.embedder.passages(), [""; 0]);
    assert!(bench.search("where is the ferry", RetrievalMode::Dense).passages[0].text.contains("ferry"));
}

#[test]
fn until_it_is_embedded_it_is_found_by_words_and_a_later_build_goes_on() {
    let bench = Bench::new();
    for at in 0..3 {
        bench.ingest(&format!("{at}.txt"), &format!("{SHIPS}\n\nNumber {at}."));
    }
    bench.ingest("bread.txt", BREAD);
    let (is_whole, heard) = bench.build_until(LARGE, 4);
    assert!(!is_whole, "{heard:?}");
    let by_words = bench.search("rye bread", RetrievalMode::Lexical);
    assert!(by_words.passages[0].text.contains("Rye"));
    assert!(bench.search("rye bread", RetrievalMode::Hybrid).timing.unembedded > 0);
    let asked = bench.embedder.passages().len();
    bench.build(LARGE);
    assert_eq!(bench.search("rye bread", RetrievalMode::Hybrid).timing.unembedded, 0);
    let all: std::collections::HashSet<String> = bench.embedder.passages().into_iter().collect();
    assert_eq!(all.len(), bench.embedder.passages().len(), "a text was embedded twice");
    assert!(bench.embedder.passages().len() > asked);
}

#[test]
fn an_index_follows_the_documents() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS);
    bench.ingest("bread.txt", BREAD);
    bench.build(LARGE);
    engine::remove(&bench.main, &bench.store, ships(), 1).now_or_never().unwrap().unwrap();
    // Read again by a later version of the reader: the same file, another text.
    bench.ingest("bread.txt", "Wheat bread is baked for two hours.");
    bench.build(LARGE);
    assert_eq!(bench.index.borrow().manifests().len(), 1);
    assert_eq!(
        bench.search("how long is bread baked", RetrievalMode::Hybrid).passages[0].text,
        "Wheat bread is baked for two hours."
    );
}

#[test]
fn what_no_recipe_uses_is_deleted_and_the_own_rows_stay() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS);
    bench.build(LARGE);
    let keep = |bench: &Bench, kept: &[(ChunkSettings, String)]| {
        sidecite::store::Store::keep_indexes(&bench.store, kept).now_or_never().unwrap().unwrap();
    };
    let stored = |bench: &Bench| {
        sidecite::store::Store::load_index(&bench.store, LARGE, "words")
            .now_or_never()
            .unwrap()
            .unwrap()
            .len()
    };
    keep(&bench, &[(LARGE, "words".into())]);
    assert_eq!(stored(&bench), 1);
    keep(&bench, &[]);
    assert_eq!(stored(&bench), 0);
    let bench = bench.reopened();
    assert!(Bench::chunks(&bench.main, ships()) > 0);
}

#[test]
fn words_alone_need_no_embedder() {
    let bench = Bench::new();
    bench.ingest("ships.txt", SHIPS);
    let embedded = bench.embedder.asked.borrow().len();
    assert!(bench.open(LARGE, ""));
    assert!(bench.search("ferry", RetrievalMode::Lexical).passages[0].text.contains("ferry"));
    assert_eq!(bench.embedder.asked.borrow().len(), embedded);
}

#[test]
fn recipes_share_the_indexes_that_serve_them() {
    let recipe = |size_tokens, mode, embedder: EmbedderRef| Recipe {
        chunking: ChunkSettings { size_tokens, ..ChunkSettings::default() },
        retrieval: RetrievalSettings { mode, ..RetrievalSettings::default() },
        embedder,
        ..Recipe::default()
    };
    let host = EmbedderRef::Remote { endpoint: Endpoint::default(), model: "m".into(), dimensions: None };
    let own = || EmbedderRef::BuiltIn;
    let first = recipe(200, RetrievalMode::Lexical, own());
    let others = [
        recipe(200, RetrievalMode::Hybrid, own()),
        recipe(200, RetrievalMode::Lexical, host.clone()),
        recipe(400, RetrievalMode::Lexical, own()),
        recipe(400, RetrievalMode::Dense, own()),
        recipe(400, RetrievalMode::Rrf, own()),
        recipe(200, RetrievalMode::Hybrid, host.clone()),
        recipe(100, RetrievalMode::Lexical, own()),
    ];
    let specs = additional_indexes(&first, &others);
    let sizes: Vec<(u32, bool)> =
        specs.iter().map(|spec| (spec.chunking.size_tokens, spec.embedder.is_some())).collect();
    assert_eq!(sizes, [(400, true), (200, true), (100, false)]);
    assert_eq!(specs[1].embedder, Some(host));
}
