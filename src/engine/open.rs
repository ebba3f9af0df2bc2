use super::ingest::build;
use super::{Corpus, Error};
use crate::store::{self, Damaged, Loaded, Store};
use crate::types::{DocumentId, Manifest};
use std::cell::RefCell;

/// Loads what is stored into the corpus. Documents that cannot be used are left out and named: the others open.
///
/// # Errors
/// The store's, where nothing can be read at all.
pub async fn open<S: Store>(corpus: &RefCell<Corpus>, store: &S) -> Result<Vec<Damaged>, Error> {
    let mut damaged = Vec::new();
    for loaded in store.load().await? {
        damaged.extend(insert(corpus, loaded).err().map(|damaged| *damaged));
    }
    let embedders = corpus.borrow().embedders();
    for embedder in &embedders {
        build(corpus, embedder, async || true, |_, _| {}).await?;
    }
    Ok(damaged)
}

fn insert(corpus: &RefCell<Corpus>, loaded: Loaded) -> Result<Manifest, Box<Damaged>> {
    let record = loaded?;
    let manifest = record.manifest.clone();
    match corpus.borrow_mut().insert(record) {
        Ok(()) => Ok(manifest),
        Err(error) => Err(Box::new(Damaged {
            id: manifest.id,
            added_millis: manifest.added_millis,
            size_bytes: manifest.size_bytes,
            error: match error {
                Error::Store(error) => error,
                other => store::Error::Damaged { what: manifest.name.clone(), reason: other.to_string() },
            },
            name: Some(manifest.name),
        })),
    }
}

/// Takes a document over as it is stored now: another tab has changed it. Nothing where it is not stored.
///
/// # Errors
/// The store's, and that the document is damaged.
pub async fn refresh<S: Store>(
    corpus: &RefCell<Corpus>,
    store: &S,
    id: DocumentId,
) -> Result<Option<Manifest>, Error> {
    let removed = store.removed_ids(u64::MAX).await?.contains(&id);
    let Some(loaded) = store.load_one(id).await?.filter(|_| !removed) else {
        corpus.borrow_mut().remove(id);
        return Ok(None);
    };
    let manifest = insert(corpus, loaded).map_err(|damaged| damaged.error)?;
    build(corpus, &manifest.embedder, async || true, |_, _| {}).await?;
    Ok(Some(manifest))
}

/// Removes a document: it is not found from now on, and deleted by a later `collect`.
///
/// # Errors
/// The store's; the document then stays.
pub async fn remove<S: Store>(
    corpus: &RefCell<Corpus>,
    store: &S,
    id: DocumentId,
    now_millis: u64,
) -> Result<(), Error> {
    store.mark_removed(id, now_millis).await?;
    corpus.borrow_mut().remove(id);
    Ok(())
}

/// Brings a removed document back, if it has not been collected.
///
/// # Errors
/// As `refresh`.
pub async fn restore<S: Store>(
    corpus: &RefCell<Corpus>,
    store: &S,
    id: DocumentId,
) -> Result<Option<Manifest>, Error> {
    store.unmark_removed(id).await?;
    refresh(corpus, store, id).await
}

/// Deletes what was removed before `before_millis`, with its embeddings in the cache. Gives the documents deleted.
///
/// # Errors
/// The store's.
pub async fn collect<S: Store>(store: &S, before_millis: u64) -> Result<Vec<DocumentId>, Error> {
    let removed = store.removed_ids(before_millis).await?;
    for id in &removed {
        let contents = match store.load_one(*id).await? {
            Some(Ok(record)) => Corpus::content_keys(&record),
            _ => Vec::new(),
        };
        store.erase(*id, &contents).await?;
    }
    Ok(removed)
}
