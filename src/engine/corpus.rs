use super::{Error, content_key, embedded_text, searched_title};
use crate::index::{self, BuildProgress, Flat, Later, VectorIndex};
use crate::lexical::{Bm25, LexicalIndex};
use crate::store::{Record, StoredIndex};
use crate::text::language;
use crate::types::{Chunk, ChunkRef, Document, DocumentId, Manifest, Sha256, is_remote};
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// One document in memory.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What is known without opening it.
    pub manifest: Manifest,
    /// Text and structure, which all indexes of it share.
    pub document: Rc<Document>,
    /// Its chunks, by ordinal.
    pub chunks: Vec<Chunk>,
    /// Index key of its first chunk; the others follow.
    first_key: u32,
    /// Its language, once a filter has asked.
    language: OnceCell<Option<&'static str>>,
}

impl Entry {
    /// The tag of its language; nothing where it is not clear.
    pub(super) fn language(&self) -> Option<&'static str> {
        *self.language.get_or_init(|| language(&self.document.text))
    }
}

impl Entry {
    /// The index keys of its chunks.
    pub(super) fn keys(&self) -> impl Iterator<Item = u32> + use<> {
        (self.first_key..).take(self.chunks.len())
    }
}

type MakeIndex = dyn Fn(usize) -> Result<Box<dyn VectorIndex>, index::Error>;

/// Documents, chunks and both indexes, warm. Every chunk has a key that is never used twice.
pub struct Corpus {
    entries: BTreeMap<DocumentId, Entry>,
    owners: HashMap<u32, DocumentId>,
    next_key: u32,
    /// By meaning: an index an embedder, under its id.
    vectors: BTreeMap<String, Box<dyn VectorIndex>>,
    /// Makes an index for vectors of so many numbers.
    make_index: Box<MakeIndex>,
    /// Numbers in a vector of the built-in embedder.
    built_in_dimension: usize,
    /// By words.
    pub(super) lexical: Bm25,
}

impl Corpus {
    /// Nothing yet. Embedders in the tab make vectors of `built_in_dimension` numbers; a host's first document says how
    /// many its own have.
    pub fn new(built_in_dimension: usize) -> Self {
        Self::with_index(built_in_dimension, |dimension| Ok(Box::new(Flat::new(dimension)?)))
    }

    /// The same with another index.
    pub fn with_index(
        built_in_dimension: usize,
        make_index: impl Fn(usize) -> Result<Box<dyn VectorIndex>, index::Error> + 'static,
    ) -> Self {
        Self {
            entries: BTreeMap::new(),
            owners: HashMap::new(),
            next_key: 0,
            vectors: BTreeMap::new(),
            make_index: Box::new(make_index),
            built_in_dimension,
            lexical: Bm25::default(),
        }
    }

    /// How many numbers a vector of that embedder has, where that is known.
    pub fn dimension(&self, embedder: &str) -> Option<usize> {
        match self.vectors.get(embedder) {
            Some(index) => Some(index.dimension()),
            None => (!is_remote(embedder)).then_some(self.built_in_dimension),
        }
    }

    /// The key that comes next: it only grows.
    pub(super) fn next_key(&self) -> u32 {
        self.next_key
    }

    /// The index of that embedder's vectors; nothing while no document has any.
    pub fn dense_index(&self, embedder: &str) -> Option<&dyn VectorIndex> {
        self.vectors.get(embedder).map(AsRef::as_ref)
    }

    /// Whether an embedder in the tab has embedded any of it.
    pub fn has_built_in_vectors(&self) -> bool {
        self.vectors.keys().any(|embedder| !is_remote(embedder))
    }

    /// The embedders that have an index.
    pub(super) fn embedders(&self) -> Vec<String> {
        self.vectors.keys().cloned().collect()
    }

    /// The next part of what the index of that embedder has left to do; nothing where there is no index.
    pub(super) fn build(&mut self, embedder: &str) -> Option<Later<BuildProgress>> {
        self.vectors.get_mut(embedder).map(|index| index.build())
    }

    /// Whether `insert` of `record` will succeed as far as its width goes: asked before it is stored, so that nothing is stored
    /// that cannot be opened again.
    pub fn check(&self, record: &Record) -> Result<(), Error> {
        let Record { manifest, chunks, vectors, .. } = record;
        let found = vectors.len() / chunks.len().max(1);
        let dimension = self.dimension(&manifest.embedder).unwrap_or(found);
        if !self.vectors.contains_key(&manifest.embedder) {
            (self.make_index)(dimension)?;
        }
        if dimension * chunks.len() != vectors.len() {
            return Err(Error::Dimensions {
                embedder: manifest.embedder.clone(),
                expected: dimension,
                got: found,
            });
        }
        Ok(())
    }

    /// The cache keys of a document's chunks.
    pub(super) fn content_keys(record: &Record) -> Vec<Sha256> {
        let Record { manifest, document, chunks, .. } = record;
        let key = |chunk: &Chunk| {
            content_key(&manifest.embedder, &embedded_text(document, chunk, manifest.chunking))
        };
        chunks.iter().map(key).collect()
    }

    /// Takes in a stored record, replacing an older version of the document. A record that does not fit leaves the
    /// corpus as it was.
    pub fn insert(&mut self, record: Record) -> Result<(), Error> {
        let Record { manifest, document, chunks, vectors } = record;
        let id = manifest.id;
        let first_key = self.next_key;
        let dimension = self.dimension(&manifest.embedder).unwrap_or(vectors.len() / chunks.len().max(1));
        let mut index = match self.vectors.remove(&manifest.embedder) {
            Some(index) => index,
            None => (self.make_index)(dimension)?,
        };
        let filled = fill(index.as_mut(), &manifest, first_key, &vectors, chunks.len());
        if !index.is_empty() {
            self.vectors.insert(manifest.embedder.clone(), index);
        }
        filled?;
        self.remove(id);
        self.index_words(Entry { manifest, document, chunks, first_key, language: OnceCell::new() });
        Ok(())
    }

    /// Takes in a new document whose vectors are still to come: until `insert` it is found by words alone. Gives the key of its
    /// first chunk.
    pub(super) fn insert_text(
        &mut self,
        manifest: Manifest,
        document: Rc<Document>,
        chunks: Vec<Chunk>,
    ) -> u32 {
        let first_key = self.next_key;
        self.index_words(Entry { manifest, document, chunks, first_key, language: OnceCell::new() });
        first_key
    }

    /// Forgets a document that was taken in with that first key, and nothing that has taken its place.
    pub(super) fn withdraw(&mut self, id: DocumentId, first_key: u32) {
        if self.entries.get(&id).is_some_and(|entry| entry.first_key == first_key) {
            self.remove(id);
        }
    }

    fn index_words(&mut self, entry: Entry) {
        let id = entry.manifest.id;
        for (key, chunk) in (entry.first_key..).zip(&entry.chunks) {
            let text = chunk.span.of(&entry.document.text);
            self.lexical.insert(key, &searched_title(&entry.document, chunk), text);
            self.owners.insert(key, id);
            self.next_key = key + 1;
        }
        self.entries.insert(id, entry);
    }

    /// Forgets a document; whether there was one.
    pub fn remove(&mut self, id: DocumentId) -> bool {
        let Some(entry) = self.entries.remove(&id) else { return false };
        let embedder = &entry.manifest.embedder;
        for (key, _) in (entry.first_key..).zip(&entry.chunks) {
            if let Some(index) = self.vectors.get_mut(embedder) {
                index.remove(key);
            }
            self.lexical.remove(key);
            self.owners.remove(&key);
        }
        if self.vectors.get(embedder).is_some_and(|index| index.is_empty()) {
            self.vectors.remove(embedder);
        }
        true
    }

    /// The document of that hash.
    pub fn get(&self, id: DocumentId) -> Result<&Entry, Error> {
        self.entries.get(&id).ok_or(Error::UnknownDocument)
    }

    /// The chunk of an index key, and its document.
    pub fn chunk(&self, key: u32) -> Option<(&Entry, &Chunk)> {
        let entry = self.entries.get(self.owners.get(&key)?)?;
        let chunk = entry.chunks.get(key.checked_sub(entry.first_key)? as usize)?;
        Some((entry, chunk))
    }

    /// The index key of a chunk.
    pub fn key(&self, chunk: ChunkRef) -> Option<u32> {
        let entry = self.entries.get(&chunk.document)?;
        entry.chunks.get(chunk.ordinal as usize)?;
        Some(entry.first_key + chunk.ordinal)
    }

    /// All documents, by id.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// What is found by its words alone, in the order of adding.
    pub(super) fn unembedded(&self) -> Vec<(Manifest, Rc<Document>, Vec<Chunk>)> {
        let waiting = self.manifests().into_iter().filter(|manifest| manifest.embedder.is_empty());
        let of = |manifest: Manifest| {
            let entry = self.entries.get(&manifest.id)?;
            Some((manifest, Rc::clone(&entry.document), entry.chunks.clone()))
        };
        waiting.filter_map(of).collect()
    }

    /// All manifests in the order of adding.
    pub fn manifests(&self) -> Vec<Manifest> {
        let mut manifests: Vec<_> = self.entries.values().map(|entry| entry.manifest.clone()).collect();
        manifests.sort_by_key(|manifest| (manifest.added_millis, manifest.id));
        manifests
    }

    /// Bytes that the chunks and vectors of embedded documents take in storage.
    pub fn stored_bytes(&self) -> u64 {
        let of = |entry: &Entry| {
            let numbers = entry.chunks.len() * self.dimension(&entry.manifest.embedder).unwrap_or(0);
            let index = StoredIndex::size(&entry.chunks, numbers);
            if entry.manifest.embedder.is_empty() { 0 } else { index }
        };
        self.entries.values().map(of).sum()
    }

    /// Chunks in the index.
    pub fn len(&self) -> usize {
        self.owners.len()
    }

    /// Whether there is nothing to search.
    pub fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }
}

/// Puts a record's vectors into the index of its embedder: all or none.
fn fill(
    index: &mut dyn VectorIndex,
    manifest: &Manifest,
    first_key: u32,
    vectors: &[f32],
    chunks: usize,
) -> Result<(), Error> {
    let damaged = |reason: String| crate::store::Error::Damaged { what: manifest.name.clone(), reason };
    let rows = vectors.chunks_exact(index.dimension());
    if rows.len() != chunks || !rows.remainder().is_empty() {
        let (got, width) = (vectors.len(), index.dimension());
        return Err(damaged(format!("{chunks} chunks of {width} dimensions, but {got} numbers")).into());
    }
    for (key, row) in (first_key..).zip(rows) {
        if let Err(error) = index.insert(key, row) {
            for key in first_key..key {
                index.remove(key);
            }
            return Err(error.into());
        }
    }
    Ok(())
}
