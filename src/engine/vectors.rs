//! Texts → vectors: from the cache where it has them, else from the embedder, each kept as soon as it is there.

use super::{Embedder, Error, content_key};
use crate::provider::embeddings::Purpose;
use crate::store::Store;
use crate::types::{DocumentId, Sha256};
use std::collections::{HashMap, HashSet};

/// What is to be embedded.
pub(super) struct Asked<'a> {
    /// The document that it is made for.
    pub(super) owner: DocumentId,
    pub(super) texts: &'a [String],
    /// How many numbers this embedder's vectors have, where that is known.
    pub(super) expected: Option<usize>,
}

/// The vectors of the texts, one after another. Nothing when cancelled. A text that is there twice is embedded once.
pub(super) async fn vectors<S: Store, E: Embedder>(
    embedder: &E,
    store: &S,
    Asked { owner, texts, expected }: Asked<'_>,
    pause: impl AsyncFn() -> bool,
    progress: impl Fn(u32, u32),
) -> Result<Option<Vec<f32>>, Error> {
    let id = embedder.id();
    let keys: Vec<Sha256> = texts.iter().map(|text| content_key(&id, text)).collect();
    let mut uses: HashMap<Sha256, u32> = HashMap::new();
    keys.iter().for_each(|key| *uses.entry(*key).or_default() += 1);
    let mut known: HashMap<Sha256, Vec<f32>> = HashMap::with_capacity(keys.len());
    let mut width = Width { id: &id, expected };
    for (key, vector) in keys.iter().zip(store.cached(&keys).await?) {
        // One that does not fit is damaged, and is made again.
        if let Some(vector) = vector.filter(|vector| width.check(vector).is_ok()) {
            known.insert(*key, vector);
        }
    }
    let mut asked: HashSet<Sha256> = HashSet::new();
    let unknown = keys.iter().zip(texts).filter(|(key, _)| !known.contains_key(key) && asked.insert(**key));
    let missing: Vec<(Sha256, &str)> = unknown.map(|(key, text)| (*key, text.as_str())).collect();
    let total = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    let mut done: u32 = known.keys().filter_map(|key| uses.get(key)).sum();
    progress(done, total);
    if !missing.is_empty() {
        if !pause().await {
            return Ok(None);
        }
        let inputs: Vec<&str> = missing.iter().map(|(_, text)| *text).collect();
        let mut fresh: Vec<(Sha256, Vec<f32>)> = Vec::new();
        let keep = async |first: usize, vectors: Vec<Vec<f32>>| {
            for ((key, _), vector) in missing.iter().skip(first).zip(vectors) {
                width.check(&vector)?;
                done += uses.get(key).copied().unwrap_or(0);
                fresh.push((*key, vector.clone()));
                known.insert(*key, vector);
            }
            progress(done, total);
            if fresh.len() > embedder.most_unwritten() {
                store.cache(owner, &fresh).await?;
                fresh.clear();
            }
            Ok::<bool, Error>(pause().await)
        };
        let outcome = embedder.embed(&inputs, Purpose::Document, keep).await;
        store.cache(owner, &fresh).await?;
        if !outcome? {
            return Ok(None);
        }
    }
    let mut joined = Vec::with_capacity(texts.len() * width.expected.unwrap_or(0));
    for key in &keys {
        match known.get(key) {
            Some(vector) => joined.extend_from_slice(vector),
            None => return Err(Error::Missing { expected: texts.len(), got: known.len() }),
        }
    }
    Ok(Some(joined))
}

/// The vectors of queries, in their order.
pub(super) async fn of_questions<E: Embedder>(
    embedder: &E,
    queries: &[&str],
    expected: Option<usize>,
) -> Result<Vec<Vec<f32>>, Error> {
    let id = embedder.id();
    let mut found: Vec<Vec<f32>> = Vec::new();
    let keep = async |_: usize, vectors: Vec<Vec<f32>>| {
        found.extend(vectors);
        Ok::<bool, Error>(true)
    };
    if !embedder.embed(queries, Purpose::Query, keep).await? {
        return Err(Error::Stopped);
    }
    if found.len() < queries.len() {
        return Err(Error::Missing { expected: queries.len(), got: found.len() });
    }
    let mut width = Width { id: &id, expected };
    found.iter().try_for_each(|vector| width.check(vector))?;
    Ok(found)
}

/// All vectors of one embedder have the same number of numbers, and each number is one.
struct Width<'a> {
    id: &'a str,
    expected: Option<usize>,
}

impl Width<'_> {
    fn check(&mut self, vector: &[f32]) -> Result<(), Error> {
        let expected = *self.expected.get_or_insert(vector.len());
        if vector.len() != expected || expected == 0 {
            return Err(Error::Dimensions { embedder: self.id.to_owned(), expected, got: vector.len() });
        }
        match vector.iter().position(|number| !number.is_finite()) {
            Some(position) => Err(crate::index::Error::NotFinite { position }.into()),
            None => Ok(()),
        }
    }
}
