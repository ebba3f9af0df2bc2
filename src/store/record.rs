use super::migrations::{v1, v2, v3};
use super::{Error, Kind, Stored, Table, decode, decode_vectors, encode, encode_vectors, tables};
use crate::types::{Chunk, Document, DocumentId, Manifest};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// One stored document with everything made from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What is known without opening it.
    pub manifest: Manifest,
    /// Text and structure.
    pub document: Rc<Document>,
    /// Its chunks, by ordinal.
    pub chunks: Vec<Chunk>,
    /// Their embeddings, one after another.
    pub vectors: Vec<f32>,
}

/// A stored document that cannot be used. The others can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damaged {
    /// Which document.
    pub id: DocumentId,
    /// Its name, where any of its rows still says it.
    pub name: Option<String>,
    /// When it was added, where that is known.
    pub added_millis: u64,
    /// Size of the original file, where that is known.
    pub size_bytes: u64,
    /// What is wrong with it.
    pub error: Error,
}

/// What is stored of a document for an index that is not its own.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredIndex {
    /// The document.
    pub document: DocumentId,
    /// Its chunks, by ordinal.
    pub chunks: Vec<Chunk>,
    /// Their embeddings, one after another.
    pub vectors: Vec<f32>,
}

impl StoredIndex {
    /// The rows of that document, where both can be read.
    pub fn decode(document: DocumentId, chunks: &[u8], vectors: &[u8]) -> Option<Self> {
        let ChunkSet(chunks) = decode(chunks, "").ok()?;
        let vectors = decode_vectors(vectors, chunks.len(), "").ok()?;
        Some(Self { document, chunks, vectors })
    }

    /// Bytes of the rows of these chunks and so many numbers.
    pub fn size(chunks: &[Chunk], numbers: usize) -> u64 {
        let rows = encode(&ChunkSet(chunks.to_vec()), "").map_or(0, |row| row.len());
        (rows + encode_vectors(0, &[]).len() + numbers * size_of::<f32>()) as u64
    }

    /// Whether its chunks are of that document's text.
    pub fn fits(&self, document: &Document) -> bool {
        are_chunks_of(&self.chunks, document)
    }
}

fn are_chunks_of(chunks: &[Chunk], document: &Document) -> bool {
    let fits = |(ordinal, chunk): (usize, &Chunk)| {
        chunk.document == document.id
            && chunk.ordinal as usize == ordinal
            && document.text.get(chunk.span.range()).is_some()
    };
    chunks.iter().enumerate().all(fits)
}

/// A stored document, or why it cannot be used.
pub type Loaded = Result<Record, Box<Damaged>>;

/// A row: table, key and value.
pub type Row = (Table, String, Vec<u8>);

impl Stored for Manifest {
    const KIND: Kind = Kind::Manifest;
    const VERSION: u8 = 4;

    fn older(version: u8, body: &[u8]) -> Option<Result<Self, postcard::Error>> {
        match version {
            v1::VERSION => Some(v1::manifest(body)),
            v2::VERSION => Some(v2::manifest(body)),
            v3::VERSION => Some(v3::manifest(body)),
            _ => None,
        }
    }
}

impl Stored for Document {
    const KIND: Kind = Kind::Document;
}

/// The chunks of a document under one chunking, as stored.
#[derive(Serialize, Deserialize)]
pub(super) struct ChunkSet(pub(super) Vec<Chunk>);

impl Stored for ChunkSet {
    const KIND: Kind = Kind::ChunkSet;
}

impl Record {
    /// Its rows.
    ///
    /// # Errors
    /// Only where something cannot be written as bytes at all.
    pub fn rows(&self) -> Result<[Row; 4], Error> {
        let Self { manifest, document, .. } = self;
        let (id, name) = (manifest.id, &manifest.name);
        let [chunks, vectors] = self.index_rows()?;
        Ok([
            (Table::Manifests, id.to_string(), encode(manifest, name)?),
            (Table::Documents, id.to_string(), encode(document.as_ref(), name)?),
            chunks,
            vectors,
        ])
    }

    /// Those of its chunks and vectors alone.
    ///
    /// # Errors
    /// As [`rows`](Self::rows).
    pub fn index_rows(&self) -> Result<[Row; 2], Error> {
        let Self { manifest, chunks, vectors, .. } = self;
        let (id, name) = (manifest.id, &manifest.name);
        let dimension = vectors.len().checked_div(chunks.len()).unwrap_or(0);
        Ok([
            (
                Table::ChunkSets,
                tables::chunk_set_key(id, manifest.chunking),
                encode(&ChunkSet(chunks.clone()), name)?,
            ),
            (
                Table::Vectors,
                tables::vectors_key(id, manifest.chunking, &manifest.embedder),
                encode_vectors(dimension, vectors),
            ),
        ])
    }

    /// The document of that key, joined from its rows. `get` gives a row's value.
    ///
    /// # Errors
    /// What is wrong with the document, with whatever is still known of it.
    pub fn join(id: DocumentId, get: &impl Fn(Table, &str) -> Option<Vec<u8>>) -> Loaded {
        let key = id.to_string();
        let what = format!("document {}", id.short());
        let manifest = row::<Manifest>(get, Table::Manifests, &key, &what);
        let what = manifest.as_ref().map_or(what, |manifest| manifest.name.clone());
        let document = row::<Document>(get, Table::Documents, &key, &what);
        let name = manifest
            .as_ref()
            .map(|manifest| &manifest.name)
            .or(document.as_ref().map(|document| &document.name))
            .ok()
            .cloned();
        let (added_millis, size_bytes) =
            manifest.as_ref().map_or((0, 0), |manifest| (manifest.added_millis, manifest.size_bytes));
        joined(id, manifest, document, get)
            .map_err(|error| Box::new(Damaged { id, name, added_millis, size_bytes, error }))
    }
}

fn joined(
    id: DocumentId,
    manifest: Result<Manifest, Error>,
    document: Result<Document, Error>,
    get: &impl Fn(Table, &str) -> Option<Vec<u8>>,
) -> Result<Record, Error> {
    let manifest = manifest?;
    let document = document?;
    let name = &manifest.name;
    let damaged = |reason: &str| Error::Damaged { what: name.clone(), reason: reason.to_owned() };
    if manifest.id != id || document.id != id {
        return Err(damaged("its rows belong to another document"));
    }
    let ChunkSet(chunks) = row(get, Table::ChunkSets, &tables::chunk_set_key(id, manifest.chunking), name)?;
    if chunks.len() != manifest.chunks as usize {
        return Err(damaged("it has another number of chunks"));
    }
    if !are_chunks_of(&chunks, &document) {
        return Err(damaged("its chunks are not of its text"));
    }
    let key = tables::vectors_key(id, manifest.chunking, &manifest.embedder);
    let vectors = get(Table::Vectors, &key).ok_or_else(|| damaged("its embeddings are missing"))?;
    let vectors = decode_vectors(&vectors, chunks.len(), name)?;
    Ok(Record { manifest, document: Rc::new(document), chunks, vectors })
}

fn row<T: Stored>(
    get: &impl Fn(Table, &str) -> Option<Vec<u8>>,
    table: Table,
    key: &str,
    what: &str,
) -> Result<T, Error> {
    match get(table, key) {
        Some(bytes) => decode(&bytes, what),
        None => {
            Err(Error::Damaged { what: what.to_owned(), reason: format!("{} are missing", table.name()) })
        }
    }
}
