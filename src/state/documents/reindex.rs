use crate::state::{AppState, Embedding, RowState};
use crate::types::{DocumentId, EmbedderRef, Manifest};
use crate::worker::protocol::Rechunk;
use leptos::prelude::*;
use leptos::task::spawn_local;

impl AppState {
    /// Chunks and embeds again every stored document that was not made as the recipe says. Until one is done it stays stored as
    /// it was, and is not compared with vectors of another embedder.
    pub fn renew(self) {
        spawn_local(async move {
            self.lead().await;
            self.renew_now();
            self.rest();
        });
    }

    fn renew_now(self) {
        let (chunking, embedder) = self
            .settings
            .with_untracked(|settings| (settings.recipe().chunking, settings.recipe().embedder.clone()));
        let outdated =
            |manifest: &Manifest| manifest.chunking != chunking || !embedder.has_made(&manifest.embedder);
        let rows = self.corpus.rows.cells_now().into_iter().map(|cell| cell.value.get_untracked());
        let outdated: Vec<(DocumentId, Manifest)> = rows
            .filter_map(|row| match row.state {
                RowState::Ready(manifest) if outdated(&manifest) => Some((row.id, manifest)),
                _ => None,
            })
            .collect();
        let all: Vec<DocumentId> = outdated.iter().map(|(id, _)| *id).collect();
        if !all.is_empty() {
            self.corpus.user_error.set(None);
        }
        for (id, before) in outdated {
            let remote = embedder != EmbedderRef::BuiltIn;
            let call = self.engine_for(remote).call(Rechunk { id, chunking, embedder: embedder.clone() });
            let embedding = Embedding::new(before.format, before.pages, call.id);
            self.set_state(id, RowState::Embedding(embedding));
            let (embedder, all) = (embedder.clone(), all.clone());
            spawn_local(async move {
                self.follow_ingest(id, call).await;
                self.keep_as_it_was(id, before, &embedder, &all);
                self.pump();
            });
        }
    }

    /// Given up or failed: the document is still stored as it was. What a host refuses for one it refuses for all, so that
    /// the others are not even tried.
    fn keep_as_it_was(self, id: DocumentId, before: Manifest, embedder: &EmbedderRef, all: &[DocumentId]) {
        match self.corpus.rows.value(&id).map(|row| row.state) {
            Some(RowState::Cancelled) => self.set_state(id, RowState::Ready(before)),
            Some(RowState::Failed { user_error, .. }) => {
                self.set_state(id, RowState::Ready(before));
                self.corpus.user_error.set(Some(user_error));
                if *embedder != EmbedderRef::BuiltIn {
                    let waits = |id: &&DocumentId| {
                        let row = self.corpus.rows.value(id);
                        row.is_some_and(|row| matches!(row.state, RowState::Embedding(_)))
                    };
                    all.iter().filter(waits).for_each(|other| self.cancel(*other));
                }
            }
            _ => {}
        }
    }
}
