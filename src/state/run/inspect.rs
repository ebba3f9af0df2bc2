//! Why a search found what it found.

use crate::state::AppState;
use crate::types::{DocumentId, Explanation, Recipe, UserError};
use crate::worker::protocol::{Explain, Search, WhichChunk};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The inspector of the evidence.
#[derive(Clone, Copy, Default)]
pub struct Inspector {
    /// It is shown.
    pub open: RwSignal<bool>,
    /// What was explained last, or why it could not be.
    pub explained: RwSignal<Option<Result<Explanation, UserError>>>,
    /// The engine is looking.
    pub is_busy: RwSignal<bool>,
}

impl AppState {
    /// Says where a chunk of a document stands in the search whose evidence is shown, in the documents as they are now.
    pub fn explain(self, document: DocumentId, which: WhichChunk) {
        let wanted = self.view.recipe.get_untracked();
        let shown = self.session.head.with_untracked(|head| {
            let head = head.as_ref()?;
            Some((head.question.clone(), head.shown(wanted)?.clone()))
        });
        let Some((question, retrieval)) = shown else { return };
        let inspector = self.inspector;
        inspector.is_busy.set(true);
        spawn_local(async move {
            let index = self.settings.with_untracked(|settings| settings.index_for(&retrieval.recipe));
            let queries = retrieval.evidence().map(|evidence| evidence.queries.clone()).unwrap_or_default();
            let recipe = Recipe { prompt: None, reranker: None, ..retrieval.recipe };
            let search = Search { question, queries, index, recipe };
            let explained = self.engine().call(Explain { search, document, which }).body().await;
            inspector.explained.set(explained);
            inspector.is_busy.set(false);
        });
    }
}
