use crate::run::{Conductor, Found};
use crate::state::AppState;
use crate::types::{EmbedderRef, RecipeId, problem};
use crate::worker::protocol::{self, Search};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

impl AppState {
    /// Retrieves the evidence of a recipe for the run on the screen.
    pub(in crate::state) fn search(self, recipe: RecipeId) {
        let Some(run) = self
            .session
            .conductor
            .with_value(|conductor| conductor.as_ref().map(|conductor| conductor.run().id))
        else {
            return;
        };
        spawn_local(async move {
            let found = self.retrieve(recipe).await;
            let is_same = |conductor: &Conductor| conductor.run().id == run;
            if self.session.conductor.with_value(|conductor| conductor.as_ref().is_some_and(is_same)) {
                self.conduct(|conductor| conductor.found(recipe, found));
                self.show_head();
            }
        });
    }

    async fn retrieve(self, recipe: RecipeId) -> Found {
        let asked = self.session.conductor.with_value(|conductor| {
            let run = conductor.as_ref()?.run();
            Some((run.question.clone(), run.retrieval(recipe)?.recipe.clone()))
        });
        let Some((question, recipe)) = asked else { return Err(problem::run::gone()) };
        let remote = recipe.embedder != EmbedderRef::BuiltIn || recipe.reranker.is_some();
        let verb = Search {
            question,
            retrieval: recipe.retrieval,
            embedder: recipe.embedder,
            reranker: recipe.reranker,
        };
        // A question is worth a second engine: the first may have died over a document in the meantime.
        for _ in 0..2 {
            let mut call = self.engine_for(remote).call(verb.clone());
            self.session.search.set(Some(call.id));
            if let Some(found) = call.body().await {
                let protocol::Found { evidence, highlights } = found?;
                return Ok((Arc::new(evidence), highlights));
            }
        }
        Err(problem::engine::search_crashed(self.services().engine.exit_reason().unwrap_or_default()))
    }
}
