use super::vectors::{Asked, vectors};
use super::{Corpus, Embedder, Error, embedded_text};
use crate::chunk::{Tokens, chunk, validate};
use crate::store::{Record, Store};
use crate::types::{Chunk, ChunkSettings, Document, DocumentId, Manifest, Warning};
use std::cell::RefCell;
use std::rc::Rc;

/// A parsed document on its way in.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The document.
    pub document: Rc<Document>,
    /// Size of the original file.
    pub size_bytes: u64,
    /// When it was added.
    pub added_millis: u64,
    /// How to cut it.
    pub chunking: ChunkSettings,
    /// What went partly wrong while reading it.
    pub warnings: Vec<Warning>,
    /// `Format::reader_version` of the reader that read it.
    pub reader: u32,
}

/// How an ingest ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Wholly stored and indexed.
    Stored(Manifest),
    /// Given up on request, or removed in the meantime; nothing of it is stored but cached vectors.
    Cancelled,
}

/// Waits until a search finds every vector of that embedder. What is stored is not given up halfway, so `pause` only lets
/// other work in.
pub(super) async fn build(
    corpus: &RefCell<Corpus>,
    embedder: &str,
    pause: impl AsyncFn() -> bool,
    progress: impl Fn(u32, u32),
) -> Result<(), Error> {
    loop {
        let Some(step) = corpus.borrow_mut().build(embedder) else { return Ok(()) };
        let built = step.await?;
        if built.is_done() {
            return Ok(());
        }
        progress(count(built.done), count(built.total));
        pause().await;
    }
}

pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Tokens of all chunks; those of overlaps twice.
pub(super) fn tokens_of(chunks: &[Chunk]) -> u64 {
    chunks.iter().map(|chunk| u64::from(chunk.tokens)).sum()
}

/// A document cut into chunks, whose vectors are to be made. It is found by words, unless the corpus has an earlier version of it;
/// when this is dropped before the vectors are stored, it is not found any more.
pub struct Chunked<'a> {
    /// Nothing where the corpus has an earlier version.
    provisional: Option<Provisional<'a>>,
    /// Names no embedder yet.
    manifest: Manifest,
    document: Rc<Document>,
    chunks: Vec<Chunk>,
}

impl Chunked<'_> {
    /// Whether it is found by words, for want of an earlier version.
    pub fn is_searchable(&self) -> bool {
        self.provisional.is_some()
    }
}

/// A document in the index of words alone, for as long as this lives.
struct Provisional<'a> {
    corpus: &'a RefCell<Corpus>,
    id: DocumentId,
    first_key: u32,
}

impl Drop for Provisional<'_> {
    fn drop(&mut self) {
        self.corpus.borrow_mut().withdraw(self.id, self.first_key);
    }
}

/// Document → chunks, in the index of words. Sizes are counted by `tokens`, whichever embedder is used.
///
/// # Errors
/// Settings that cannot be, and a document without text.
pub fn chunk_document<'a>(
    corpus: &'a RefCell<Corpus>,
    tokens: &dyn Tokens,
    incoming: Incoming,
) -> Result<Chunked<'a>, Error> {
    let Incoming { document, size_bytes, added_millis, chunking, warnings, reader } = incoming;
    let plan = validate(chunking)?;
    let chunks = chunk(&document, &plan, tokens);
    if chunks.is_empty() {
        return Err(Error::NoChunks { name: document.name.clone() });
    }
    let manifest = Manifest {
        id: document.id,
        name: document.name.clone(),
        format: document.format,
        title: document.title.clone(),
        size_bytes,
        pages: count(document.pages.len()),
        characters: document.text.chars().count() as u64,
        chunks: count(chunks.len()),
        tokens: tokens_of(&chunks),
        chunking,
        embedder: String::new(),
        added_millis,
        warnings,
        reader,
    };
    let id = manifest.id;
    let is_new = corpus.borrow().get(id).is_err();
    let provisional = is_new.then(|| {
        let first_key =
            corpus.borrow_mut().insert_text(manifest.clone(), Rc::clone(&document), chunks.clone());
        Provisional { corpus, id, first_key }
    });
    Ok(Chunked { provisional, manifest, document, chunks })
}

/// Chunks → vectors → one transaction → both indexes. `pause` is awaited between batches and says whether to go on; `progress` hears
/// chunks done and total, first embedded, then, where that takes time, indexed.
///
/// # Errors
/// Those of each stage. Vectors that came before one stay in the cache: the same ingest again asks only for the others.
pub async fn embed_chunks<S: Store, E: Embedder>(
    corpus: &RefCell<Corpus>,
    chunked: Chunked<'_>,
    (embedder, store): (&E, &S),
    pause: impl AsyncFn() -> bool,
    progress: impl Fn(u32, u32),
) -> Result<Outcome, Error> {
    // Dropped at the end, when its keys are those of the whole document or not wanted any more.
    let Chunked { provisional: _provisional, manifest, document, chunks } = chunked;
    let of = |chunk| embedded_text(&document, chunk, manifest.chunking);
    let texts: Vec<String> = chunks.iter().map(of).collect();
    let manifest = Manifest { embedder: embedder.id(), ..manifest };
    let expected = corpus.borrow().dimension(&manifest.embedder);
    let asked = Asked { owner: manifest.id, texts: &texts, expected };
    let Some(vectors) = vectors(embedder, store, asked, &pause, &progress).await? else {
        return Ok(Outcome::Cancelled);
    };
    let record = Record { manifest: manifest.clone(), document, chunks, vectors };
    corpus.borrow().check(&record)?;
    if !store.put(&record).await? {
        return Ok(Outcome::Cancelled);
    }
    corpus.borrow_mut().insert(record)?;
    build(corpus, &manifest.embedder, pause, progress).await?;
    Ok(Outcome::Stored(manifest))
}

/// Both in one: a document is cut, embedded, stored and indexed.
///
/// # Errors
/// As [`chunk_document`] and [`embed_chunks`].
pub async fn ingest<S: Store, E: Embedder>(
    corpus: &RefCell<Corpus>,
    (tokens, embedder): (&dyn Tokens, &E),
    store: &S,
    incoming: Incoming,
    pause: impl AsyncFn() -> bool,
    progress: impl Fn(u32, u32),
) -> Result<Outcome, Error> {
    let chunked = chunk_document(corpus, tokens, incoming)?;
    embed_chunks(corpus, chunked, (embedder, store), pause, progress).await
}

/// Cuts and embeds a stored document again; until that is done it stays as it was.
///
/// # Errors
/// As `ingest`.
pub async fn rechunk<S: Store, E: Embedder>(
    corpus: &RefCell<Corpus>,
    (tokens, embedder): (&dyn Tokens, &E),
    store: &S,
    (id, chunking): (DocumentId, ChunkSettings),
    pause: impl AsyncFn() -> bool,
    progress: impl Fn(u32, u32),
) -> Result<Outcome, Error> {
    let incoming = {
        let corpus = corpus.borrow();
        let entry = corpus.get(id)?;
        Incoming {
            document: Rc::clone(&entry.document),
            size_bytes: entry.manifest.size_bytes,
            added_millis: entry.manifest.added_millis,
            chunking,
            warnings: entry.manifest.warnings.clone(),
            reader: entry.manifest.reader,
        }
    };
    ingest(corpus, (tokens, embedder), store, incoming, pause, progress).await
}
