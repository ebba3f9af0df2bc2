//! Version 1: six tables keyed by document, matched by position; embeddings without a header; uploads as arrays.

use super::{v2, v4};
use crate::kernel::f32s_from_le_bytes;
use crate::store::record::{ChunkSet, Row};
use crate::store::{
    Table, UploadInfo, UploadState, decode, encode, encode_embedding, encode_vectors, tables,
};
use crate::types::{Document, DocumentId, Format, Manifest, Warning};
use serde::Deserialize;

/// First byte of its rows.
pub const VERSION: u8 = 1;
/// Its databases.
pub const CORPUS: &str = "sidecite";
/// The courier's.
pub const COURIER: &str = "sidecite-courier";
/// The version of both in IndexedDB.
pub const DATABASE_VERSION: u32 = 1;
/// The only reader there was.
const READER: u32 = 1;

/// `Manifest` before it named its reader, which version 2 added at its end.
#[derive(Deserialize)]
pub(super) struct OldManifest<W = v2::OldWarning> {
    id: DocumentId,
    name: String,
    format: Format,
    title: Option<String>,
    size_bytes: u64,
    pages: u32,
    characters: u64,
    chunks: u32,
    tokens: u64,
    chunking: v4::OldChunking,
    embedder: String,
    added_millis: u64,
    warnings: Vec<W>,
}

impl<W: Into<Warning>> OldManifest<W> {
    pub(super) fn read_by(self, reader: u32) -> Manifest {
        Manifest {
            id: self.id,
            name: self.name,
            format: self.format,
            title: self.title,
            size_bytes: self.size_bytes,
            pages: self.pages,
            characters: self.characters,
            chunks: self.chunks,
            tokens: self.tokens,
            chunking: self.chunking.into(),
            embedder: self.embedder,
            added_millis: self.added_millis,
            warnings: self.warnings.into_iter().map(Into::into).collect(),
            reader,
        }
    }
}

pub(in crate::store) fn manifest(body: &[u8]) -> Result<Manifest, postcard::Error> {
    Ok(postcard::from_bytes::<OldManifest>(body)?.read_by(READER))
}

/// The rows of a stored document: `get` gives its value in a table of version 1. Vectors keep their bytes.
pub fn document(id: DocumentId, get: &impl Fn(&str) -> Option<Vec<u8>>) -> Vec<Row> {
    let key = id.to_string();
    let mut rows = Vec::new();
    let again = |table, bytes: Vec<u8>| {
        let new = match table {
            Table::Documents => decode::<Document>(&bytes, "").and_then(|it| encode(&it, "")),
            Table::ChunkSets => decode::<ChunkSet>(&bytes, "").and_then(|it| encode(&it, "")),
            _ => decode::<Manifest>(&bytes, "").and_then(|it| encode(&it, "")),
        };
        new.unwrap_or(bytes)
    };
    if let Some(bytes) = get("documents") {
        rows.push((Table::Documents, key.clone(), again(Table::Documents, bytes)));
    }
    let Some(bytes) = get("manifests") else { return rows };
    // Without its manifest nothing says how a document was cut and by what it was embedded.
    if let Ok(manifest) = decode::<Manifest>(&bytes, "") {
        if let Some(bytes) = get("chunks") {
            let key = tables::chunk_set_key(id, manifest.chunking);
            rows.push((Table::ChunkSets, key, again(Table::ChunkSets, bytes)));
        }
        if let Some(bytes) = get("vectors") {
            let key = tables::vectors_key(id, manifest.chunking, &manifest.embedder);
            let chunks = (manifest.chunks as usize).max(1);
            let whole = bytes.len().is_multiple_of(chunks * 4);
            let dimension = if whole { bytes.len() / 4 / chunks } else { 0 };
            rows.push((Table::Vectors, key, encode_vectors(dimension, &f32s_from_le_bytes(&bytes))));
        }
    }
    rows.push((Table::Manifests, key, again(Table::Manifests, bytes)));
    rows
}

/// A cached embedding.
pub fn embedding(bytes: &[u8]) -> Vec<u8> {
    encode_embedding(&f32s_from_le_bytes(bytes))
}

/// An added file; `failure` is JSON.
pub fn upload(name: String, size_bytes: u64, added_millis: u64, failure: Option<&str>) -> UploadInfo {
    let state = match failure.and_then(v2::user_error) {
        Some(error) => UploadState::Failed(error),
        None => UploadState::Waiting,
    };
    UploadInfo { name, size_bytes, added_millis, state }
}
