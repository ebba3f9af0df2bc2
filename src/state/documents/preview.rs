//! Chunks of a document under settings that are not saved, for a look.

use crate::state::{AppState, RowState};
use crate::types::{ChunkSettings, DocumentId, UserError};
use crate::worker::protocol::{Preview, ReadDocument};
use leptos::prelude::*;

/// Chunks whose text is shown.
const SHOWN: usize = 20;

/// How a document is cut.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChunkPreview {
    /// Tokens of each chunk.
    pub sizes: Vec<u32>,
    /// The text of the first ones.
    pub first: Vec<String>,
}

/// The stored documents with their names; tracks the list.
pub fn stored_documents(state: AppState) -> Vec<(DocumentId, String)> {
    let of = |state: &RowState| match state {
        RowState::Ready(manifest) => Some((manifest.id, manifest.name.clone())),
        _ => None,
    };
    state.corpus.rows.cells().iter().filter_map(|cell| cell.value.with(|row| of(&row.state))).collect()
}

impl AppState {
    /// Cuts a stored document under each of these settings. Nothing where the engine is gone.
    pub async fn chunk_previews(
        self,
        id: DocumentId,
        settings: Vec<ChunkSettings>,
    ) -> Option<Result<Vec<ChunkPreview>, UserError>> {
        let engine = self.engine();
        let document = match engine.call(ReadDocument(id)).body().await? {
            Ok(stored) => stored.document,
            Err(error) => return Some(Err(error)),
        };
        let mut previews = Vec::new();
        for chunking in settings {
            match engine.call(Preview { id, chunking }).body().await? {
                Ok(chunks) => previews.push(ChunkPreview {
                    sizes: chunks.iter().map(|chunk| chunk.tokens).collect(),
                    first: chunks
                        .iter()
                        .take(SHOWN)
                        .map(|chunk| chunk.span.of(&document.text).to_owned())
                        .collect(),
                }),
                Err(error) => return Some(Err(error)),
            }
        }
        Some(Ok(previews))
    }
}
