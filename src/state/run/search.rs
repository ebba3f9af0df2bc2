use super::once::{Step, Stopper};
use crate::run::{Conductor, Found, Searched};
use crate::state::AppState;
use crate::types::{EmbedderRef, IndexEngine, Recipe, RecipeId, RerankerRef, Rewritten, problem};
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
            let stopper = Stopper::default();
            let found = self.retrieve_for_run(recipe, &stopper).await;
            // One that was stopped is over for the conductor, which may be waiting for the next one by now.
            let is_same = |conductor: &Conductor| conductor.run().id == run && !stopper.is_stopped();
            if self.session.conductor.with_value(|conductor| conductor.as_ref().is_some_and(is_same)) {
                self.conduct(|conductor| conductor.found(recipe, found));
                self.show_head();
            }
        });
    }

    /// Stops the search of a recipe, the rewriting of the question before it included.
    pub(in crate::state) fn cancel_search(self, recipe: RecipeId) {
        let searches = self.session.searches.with_value(Clone::clone);
        for (_, stopper) in searches.into_iter().filter(|(of, _)| *of == recipe) {
            self.stop_step(&stopper);
        }
    }

    async fn retrieve_for_run(self, id: RecipeId, stopper: &Stopper) -> Found {
        let asked = self.session.conductor.with_value(|conductor| {
            let run = conductor.as_ref()?.run();
            Some((run.id, run.question.clone(), run.retrieval(id)?.recipe.clone()))
        });
        let Some((run, question, recipe)) = asked else { return Err(problem::run::gone()) };
        self.session.searches.update_value(|searches| searches.push((id, stopper.clone())));
        let noted = |rewritten: &Rewritten| {
            self.session.conductor.update_value(|conductor| {
                if let Some(conductor) = conductor.as_mut().filter(|conductor| conductor.run().id == run) {
                    conductor.rewritten(id, rewritten);
                }
            });
            self.show_head();
            self.store_run();
        };
        let found = self.retrieve(question, recipe, stopper, noted).await;
        self.session.searches.update_value(|searches| searches.retain(|(_, other)| !other.is(stopper)));
        found
    }

    /// Retrieves the evidence of a recipe for a question, which a model may have to rewrite first. `noted` hears what it made of it,
    /// and what that cost, whatever becomes of the search.
    pub(in crate::state) async fn retrieve(
        self,
        question: String,
        recipe: Recipe,
        stopper: &Stopper,
        noted: impl Fn(&Rewritten),
    ) -> Found {
        let mut rewritten = None;
        // Where there is nothing to search, the engine says so, and no model is paid for it.
        let has_documents = !self.corpus.rows.cells_now().is_empty();
        if let Some(wanted) = recipe.rewrite.as_ref().filter(|_| has_documents) {
            let rewriting = self.rewrite(wanted, &question, stopper).await?;
            noted(&rewriting.rewritten);
            if stopper.is_stopped() {
                return Err(problem::run::search_stopped());
            }
            if let Some(failure) = rewriting.failure {
                return Err(failure);
            }
            rewritten = Some(rewriting.rewritten);
        }
        let queries = rewritten.as_ref().map(|rewritten| rewritten.queries.clone()).unwrap_or_default();
        let index = self.settings.with_untracked(|settings| settings.index_for(&recipe));
        let remote = recipe.embedder != EmbedderRef::BuiltIn
            || recipe.reranker.as_ref().and_then(RerankerRef::endpoint).is_some();
        let graph = self.settings.with_untracked(|settings| settings.graph_for(&recipe));
        let graph = graph.filter(|_| recipe.filter.0.is_empty());
        let verb = Search { question, queries, index, recipe: Recipe { prompt: None, ..recipe } };
        // A question is worth a second engine: the first may have died over a document in the meantime.
        for _ in 0..2 {
            let mut call = self.engine_for(remote).call(verb.clone());
            stopper.begin(Step::Engine(call.id));
            if let Some(found) = call.body().await {
                let protocol::Found { evidence, highlights, candidates } = found?;
                if let Some(spec) = graph.filter(|_| evidence.timing.engine == IndexEngine::Exact) {
                    self.restore_graph(&spec);
                }
                return Ok(Searched { evidence: Arc::new(evidence), highlights, candidates, rewritten });
            }
        }
        Err(problem::engine::search_crashed(self.services().engine.exit_reason().unwrap_or_default()))
    }
}
