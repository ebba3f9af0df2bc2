use super::{Corpus, Embedder, Error, content_key, embedded_text};
use crate::chunk::{chunk, validate};
use crate::store::{Record, Store};
use crate::types::{ChunkSettings, Document, DocumentId, Manifest, Sha256, Warning};
use std::cell::RefCell;

/// Chunks embedded between two pauses: small enough that a question or a cancel waits well under half a second.
const BATCH: usize = 4;
/// Batches between two writes to the cache: what a crash costs at most.
const BATCHES_PER_WRITE: usize = 8;

/// A parsed document on its way in.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The document.
    pub document: Document,
    /// Size of the original file.
    pub size_bytes: u64,
    /// When it was added.
    pub added_millis: u64,
    /// How to cut it.
    pub chunking: ChunkSettings,
    /// What went partly wrong while reading it.
    pub warnings: Vec<Warning>,
}

/// How an ingest ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Wholly stored and indexed.
    Stored(Manifest),
    /// Given up on request; nothing of it is stored but cached vectors.
    Cancelled,
}

/// Loads what is stored into the corpus. Records that cannot be used are left out and named.
pub async fn open<S: Store>(corpus: &RefCell<Corpus>, store: &S) -> Result<Vec<Warning>, Error> {
    let mut warnings = Vec::new();
    for record in store.load().await? {
        let name = record.manifest.name.clone();
        if let Err(error) = corpus.borrow_mut().insert(record) {
            warnings.push(Warning { message: format!("{name}: {error}") });
        }
    }
    Ok(warnings)
}

/// Document → chunks → vectors → one transaction → both indexes. `pause` is awaited between batches and says whether
/// to go on; `progress` hears chunks done and total.
pub async fn ingest<S: Store, E: Embedder>(
    corpus: &RefCell<Corpus>,
    embedder: &RefCell<E>,
    store: &S,
    incoming: Incoming,
    pause: impl AsyncFn() -> bool,
    progress: impl Fn(u32, u32),
) -> Result<Outcome, Error> {
    let Incoming { document, size_bytes, added_millis, chunking, warnings } = incoming;
    let plan = validate(chunking)?;
    let chunks = chunk(&document, &plan, &*embedder.borrow());
    if chunks.is_empty() {
        return Err(Error::NoChunks { name: document.name });
    }
    let texts: Vec<String> = chunks.iter().map(|chunk| embedded_text(&document, chunk)).collect();
    let embedder_id = embedder.borrow().id();
    let Some(vectors) = vectors(embedder, store, &texts, pause, progress).await? else {
        return Ok(Outcome::Cancelled);
    };
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let manifest = Manifest {
        id: document.id,
        name: document.name.clone(),
        format: document.format,
        title: document.title.clone(),
        size_bytes,
        pages: count(document.pages.len()),
        characters: document.text.chars().count() as u64,
        chunks: count(chunks.len()),
        tokens: chunks.iter().map(|chunk| u64::from(chunk.tokens)).sum(),
        chunking,
        embedder: embedder_id,
        added_millis,
        warnings,
    };
    let record = Record { manifest: manifest.clone(), document, chunks, vectors };
    store.put(&record).await?;
    corpus.borrow_mut().insert(record)?;
    Ok(Outcome::Stored(manifest))
}

/// Cuts and embeds a stored document anew.
pub async fn rechunk<S: Store, E: Embedder>(
    corpus: &RefCell<Corpus>,
    embedder: &RefCell<E>,
    store: &S,
    (id, chunking): (DocumentId, ChunkSettings),
    pause: impl AsyncFn() -> bool,
    progress: impl Fn(u32, u32),
) -> Result<Outcome, Error> {
    let incoming = {
        let corpus = corpus.borrow();
        let entry = corpus.get(id)?;
        Incoming {
            document: entry.document.clone(),
            size_bytes: entry.manifest.size_bytes,
            added_millis: entry.manifest.added_millis,
            chunking,
            warnings: entry.manifest.warnings.clone(),
        }
    };
    ingest(corpus, embedder, store, incoming, pause, progress).await
}

/// The vectors of `texts`, one after another: from the cache where it has them. Nothing when cancelled.
async fn vectors<S: Store, E: Embedder>(
    embedder: &RefCell<E>,
    store: &S,
    texts: &[String],
    pause: impl AsyncFn() -> bool,
    progress: impl Fn(u32, u32),
) -> Result<Option<Vec<f32>>, Error> {
    let id = embedder.borrow().id();
    let keys: Vec<Sha256> = texts.iter().map(|text| content_key(&id, text)).collect();
    let mut found = store.cached(&keys).await?;
    let missing: Vec<usize> =
        found.iter().enumerate().filter(|(_, vector)| vector.is_none()).map(|(at, _)| at).collect();
    let total = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    let mut done = total - u32::try_from(missing.len()).unwrap_or(0);
    let mut fresh: Vec<(Sha256, Vec<f32>)> = Vec::new();
    progress(done, total);
    for batch in missing.chunks(BATCH) {
        if !pause().await {
            store.cache(&fresh).await?;
            return Ok(None);
        }
        let inputs: Vec<&str> = batch.iter().filter_map(|&at| texts.get(at).map(String::as_str)).collect();
        let outputs = embedder.borrow_mut().embed(&inputs);
        for (&at, vector) in batch.iter().zip(outputs) {
            if let (Some(key), Some(slot)) = (keys.get(at), found.get_mut(at)) {
                fresh.push((*key, vector.clone()));
                *slot = Some(vector);
            }
        }
        done += u32::try_from(batch.len()).unwrap_or(0);
        progress(done, total);
        if fresh.len() >= BATCH * BATCHES_PER_WRITE {
            store.cache(&fresh).await?;
            fresh.clear();
        }
    }
    store.cache(&fresh).await?;
    Ok(Some(found.into_iter().flatten().flatten().collect()))
}
