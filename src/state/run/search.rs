use crate::run::{Conductor, Found, Searched};
use crate::state::AppState;
use crate::types::{EmbedderRef, IndexEngine, Recipe, RecipeId, RerankerRef, problem};
use crate::worker::protocol::{self, Search};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;
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
            let found = self.retrieve_for_run(recipe).await;
            let is_same = |conductor: &Conductor| conductor.run().id == run;
            if self.session.conductor.with_value(|conductor| conductor.as_ref().is_some_and(is_same)) {
                self.conduct(|conductor| conductor.found(recipe, found));
                self.show_head();
            }
        });
    }

    /// Stops the search of a recipe.
    pub(in crate::state) fn cancel_search(self, recipe: RecipeId) {
        let calls = self.session.searches.with_value(Clone::clone);
        for (_, call) in calls.into_iter().filter(|(of, _)| *of == recipe) {
            self.services().engine.stop(call);
        }
    }

    async fn retrieve_for_run(self, id: RecipeId) -> Found {
        let asked = self.session.conductor.with_value(|conductor| {
            let run = conductor.as_ref()?.run();
            Some((run.question.clone(), run.retrieval(id)?.recipe.clone()))
        });
        let Some((question, recipe)) = asked else { return Err(problem::run::gone()) };
        let own = Cell::new(None);
        let begun = |call| {
            own.set(Some(call));
            self.session.searches.update_value(|searches| searches.push((id, call)));
        };
        let found = self.retrieve(question, recipe, begun).await;
        self.session.searches.update_value(|searches| searches.retain(|(_, call)| Some(*call) != own.get()));
        found
    }

    /// Retrieves the evidence of a recipe for a question. `begun` hears of the call in the engine.
    pub(in crate::state) async fn retrieve(
        self,
        question: String,
        recipe: Recipe,
        begun: impl Fn(u32),
    ) -> Found {
        let index = self.settings.with_untracked(|settings| settings.index_for(&recipe));
        let remote = recipe.embedder != EmbedderRef::BuiltIn
            || recipe.reranker.as_ref().and_then(RerankerRef::endpoint).is_some();
        let graph = self.settings.with_untracked(|settings| settings.graph_for(&recipe));
        let graph = graph.filter(|_| recipe.filter.0.is_empty());
        let verb = Search { question, queries: Vec::new(), index, recipe: Recipe { prompt: None, ..recipe } };
        // A question is worth a second engine: the first may have died over a document in the meantime.
        for _ in 0..2 {
            let mut call = self.engine_for(remote).call(verb.clone());
            begun(call.id);
            if let Some(found) = call.body().await {
                let protocol::Found { evidence, highlights, candidates } = found?;
                if let Some(spec) = graph.filter(|_| evidence.timing.engine == IndexEngine::Exact) {
                    self.restore_graph(&spec);
                }
                return Ok(Searched {
                    evidence: Arc::new(evidence),
                    highlights,
                    candidates,
                    rewritten: None,
                });
            }
        }
        Err(problem::engine::search_crashed(self.services().engine.exit_reason().unwrap_or_default()))
    }
}
