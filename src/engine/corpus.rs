use super::{Error, embedded_text};
use crate::index::{Flat, VectorIndex};
use crate::lexical::{Bm25, LexicalIndex};
use crate::store::Record;
use crate::types::{Chunk, Document, DocumentId, Manifest};
use std::collections::{BTreeMap, HashMap};

/// One document in memory.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What is known without opening it.
    pub manifest: Manifest,
    /// Text and structure.
    pub document: Document,
    /// Its chunks, by ordinal.
    pub chunks: Vec<Chunk>,
    /// Index key of its first chunk; the others follow.
    first_key: u32,
}

/// Documents, chunks and both indexes, warm. Every chunk has a key that is never used twice.
pub struct Corpus {
    entries: BTreeMap<DocumentId, Entry>,
    owners: HashMap<u32, DocumentId>,
    next_key: u32,
    /// By meaning.
    pub(super) vectors: Flat,
    /// By words.
    pub(super) words: Bm25,
}

impl Corpus {
    /// Nothing yet.
    pub fn new(dimensions: usize) -> Result<Self, Error> {
        Ok(Self {
            entries: BTreeMap::new(),
            owners: HashMap::new(),
            next_key: 0,
            vectors: Flat::new(dimensions)?,
            words: Bm25::default(),
        })
    }

    /// Takes in a stored record, replacing an older version of the document. A record that does not fit leaves the
    /// corpus as it was.
    pub fn insert(&mut self, record: Record) -> Result<(), Error> {
        let Record { manifest, document, chunks, vectors } = record;
        let id = manifest.id;
        let first_key = self.next_key;
        let rows = vectors.chunks_exact(self.vectors.dimension());
        if rows.len() != chunks.len() {
            let reason = format!("{} chunks but {} vectors", chunks.len(), rows.len());
            return Err(crate::store::Error::Damaged { what: manifest.name, reason }.into());
        }
        for (key, row) in (first_key..).zip(rows) {
            if let Err(error) = self.vectors.insert(key, row) {
                for key in first_key..key {
                    self.vectors.remove(key);
                }
                return Err(error.into());
            }
        }
        self.remove(id);
        for (key, chunk) in (first_key..).zip(&chunks) {
            self.words.insert(key, &embedded_text(&document, chunk));
            self.owners.insert(key, id);
            self.next_key = key + 1;
        }
        self.entries.insert(id, Entry { manifest, document, chunks, first_key });
        Ok(())
    }

    /// Forgets a document; whether there was one.
    pub fn remove(&mut self, id: DocumentId) -> bool {
        let Some(entry) = self.entries.remove(&id) else { return false };
        for (key, _) in (entry.first_key..).zip(&entry.chunks) {
            self.vectors.remove(key);
            self.words.remove(key);
            self.owners.remove(&key);
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

    /// All manifests in the order of adding.
    pub fn manifests(&self) -> Vec<Manifest> {
        let mut manifests: Vec<_> = self.entries.values().map(|entry| entry.manifest.clone()).collect();
        manifests.sort_by_key(|manifest| (manifest.added_millis, manifest.id));
        manifests
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
