//! Indexes beside the documents' own: the same documents, cut or embedded in another way, for a recipe that is not the first.

use super::ingest::{build, count, tokens_of};
use super::vectors::{Asked, vectors};
use super::{Corpus, Embedder, Entry, Error, embedded_text};
use crate::chunk::{Tokens, chunk, validate};
use crate::store::{Record, Store, StoredIndex};
use crate::types::{Chunk, ChunkSettings, Document, DocumentId, Manifest};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Brings `index` up to the documents of `main`, cut by `chunking`: what is stored of them for `embedder` (an id, empty where words
/// alone are looked up) is read, the rest is cut and found by its words. Gives whether all are there; `false` when `pause` said to
/// stop.
///
/// # Errors
/// Those of each stage. What was read before one stays.
pub async fn open_index<S: Store>(
    (main, index): (&RefCell<Corpus>, &RefCell<Corpus>),
    tokens: &dyn Tokens,
    (store, embedder): (&S, &str),
    chunking: ChunkSettings,
    pause: impl AsyncFn() -> bool,
) -> Result<bool, Error> {
    let plan = validate(chunking)?;
    forget_others(&main.borrow(), &mut index.borrow_mut());
    let missing = missing(&main.borrow(), &index.borrow());
    if missing.is_empty() {
        return Ok(true);
    }
    let mut stored = stored(store, chunking, embedder).await?;
    for (manifest, document) in missing {
        let manifest = Manifest { chunking, ..manifest };
        if !adopt(index, stored.remove(&manifest.id), &manifest, &document, embedder) {
            let chunks = chunk(&document, &plan, tokens);
            let manifest = of_chunks(manifest, "", &chunks);
            index.borrow_mut().insert_text(manifest, document, chunks);
        }
        if !pause().await {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Embeds what `index` has by its words alone, and stores it a document at a time. Gives whether it is whole; `false` when `pause`
/// said to stop, and a later call goes on from there. `progress` is called with chunks done and total of those to be embedded.
///
/// # Errors
/// As [`open_index`].
pub async fn embed_index<S: Store, E: Embedder>(
    (main, index): (&RefCell<Corpus>, &RefCell<Corpus>),
    (embedder, store): (&E, &S),
    chunking: ChunkSettings,
    pause: impl AsyncFn() -> bool,
    progress: &dyn Fn(u32, u32),
) -> Result<bool, Error> {
    let id = embedder.id();
    let mut waiting = index.borrow().unembedded();
    if waiting.is_empty() {
        return Ok(true);
    }
    // It may have been opened before the embedder was known.
    let mut stored = stored(store, chunking, &id).await?;
    waiting.retain(|(manifest, document, _)| {
        !adopt(index, stored.remove(&manifest.id), manifest, document, &id)
    });
    let total = count(waiting.iter().map(|(_, _, chunks)| chunks.len()).sum());
    let mut done = 0;
    for (manifest, document, chunks) in waiting {
        let texts: Vec<String> =
            chunks.iter().map(|chunk| embedded_text(&document, chunk, chunking)).collect();
        let expected = index.borrow().dimension(&id).or_else(|| main.borrow().dimension(&id));
        let asked = Asked { owner: manifest.id, texts: &texts, expected };
        let report: &dyn Fn(u32, u32) = &|of_document, _| progress(done + of_document, total);
        let Some(vectors) = vectors(embedder, store, asked, &pause, report).await? else { return Ok(false) };
        done += count(chunks.len());
        // Removed or read again in the meantime: the next call has it as it is then.
        if !has_document(&main.borrow(), manifest.id, &document) {
            continue;
        }
        let record =
            Record { manifest: Manifest { embedder: id.clone(), ..manifest }, document, chunks, vectors };
        index.borrow().check(&record)?;
        store.put_index(&record).await?;
        index.borrow_mut().insert(record)?;
    }
    build(index, &id, &pause, progress).await?;
    Ok(true)
}

async fn stored<S: Store>(
    store: &S,
    chunking: ChunkSettings,
    embedder: &str,
) -> Result<HashMap<DocumentId, StoredIndex>, Error> {
    if embedder.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = store.load_index(chunking, embedder).await?;
    Ok(rows.into_iter().map(|row| (row.document, row)).collect())
}

/// Takes in what is stored of a document; `false` where there is nothing, or nothing that fits: it is made again.
fn adopt(
    index: &RefCell<Corpus>,
    stored: Option<StoredIndex>,
    manifest: &Manifest,
    document: &Rc<Document>,
    embedder: &str,
) -> bool {
    let Some(StoredIndex { chunks, vectors, .. }) = stored.filter(|row| row.fits(document)) else {
        return false;
    };
    let manifest = of_chunks(manifest.clone(), embedder, &chunks);
    let record = Record { manifest, document: Rc::clone(document), chunks, vectors };
    index.borrow_mut().insert(record).is_ok()
}

/// Forgets what `main` does not have, or has as another text by now.
fn forget_others(main: &Corpus, index: &mut Corpus) {
    let is_other = |entry: &&Entry| !has_document(main, entry.manifest.id, &entry.document);
    let others: Vec<DocumentId> = index.entries().filter(is_other).map(|entry| entry.manifest.id).collect();
    for id in others {
        index.remove(id);
    }
}

fn has_document(main: &Corpus, id: DocumentId, document: &Rc<Document>) -> bool {
    main.get(id).is_ok_and(|entry| Rc::ptr_eq(&entry.document, document) || entry.document == *document)
}

/// The documents of `main` that `index` does not have, in the order of adding. Every search asks: nothing is copied of the others.
fn missing(main: &Corpus, index: &Corpus) -> Vec<(Manifest, Rc<Document>)> {
    let is_absent = |entry: &&Entry| index.get(entry.manifest.id).is_err();
    let absent = main.entries().filter(is_absent);
    let mut missing: Vec<_> =
        absent.map(|entry| (entry.manifest.clone(), Rc::clone(&entry.document))).collect();
    missing.sort_by_key(|(manifest, _)| (manifest.added_millis, manifest.id));
    missing
}

fn of_chunks(manifest: Manifest, embedder: &str, chunks: &[Chunk]) -> Manifest {
    let (tokens, embedder) = (tokens_of(chunks), embedder.to_owned());
    Manifest { chunks: count(chunks.len()), tokens, embedder, ..manifest }
}
