//! Questions.

use super::host::{Host, Reranker};
use super::{EngineState, pause};
use crate::browser::clock::now_millis;
use crate::courier::Stop;
use crate::engine::{self, Embedder, Late, Models, Question};
use crate::types::{EmbedderRef, RerankerRef, RetrievalMode, UserError};
use crate::worker::protocol::{Found, Search};

/// Retrieves evidence.
pub(super) async fn search(state: &EngineState, asked: &Search, stop: &Stop) -> Result<Found, UserError> {
    drop(state.opening.lock().await);
    state.rush.question();
    let waiting = |_| {};
    let recipe = &asked.recipe;
    let chosen = match recipe.retrieval.mode {
        RetrievalMode::Lexical => None,
        // Nothing is embedded yet: words answer at once, and the question does not wait for the weights.
        RetrievalMode::Rrf | RetrievalMode::Hybrid
            if recipe.embedder == EmbedderRef::BuiltIn && state.is_unembedded() =>
        {
            None
        }
        RetrievalMode::Dense | RetrievalMode::Rrf | RetrievalMode::Hybrid => {
            Some(state.chosen(&recipe.embedder, stop, &waiting, |_, _| {}).await?)
        }
    };
    let additional = asked.index.as_ref().map(|spec| state.indexes.get(spec));
    if let Some(additional) = &additional {
        let id = chosen.as_ref().map(Embedder::id).unwrap_or_default();
        additional.open(state, &id, stop).await?;
    }
    let corpus = additional.as_ref().map_or(&state.corpus, |additional| additional.corpus());
    let remote = recipe.reranker.as_ref().and_then(RerankerRef::remote);
    let reranker = match (&recipe.reranker, &remote) {
        (None, _) => None,
        (_, Some(model)) => Some(Reranker::Host(Host { link: &state.link, model, stop, waiting: &waiting })),
        (Some(_), None) => {
            let (model, cache) = (state.model.load(|_, _| {}).await?, &state.token_cache);
            Some(Reranker::Late(Late { model, corpus, cache, pause: pause(stop) }))
        }
    };
    let question = Question {
        text: &asked.question,
        rewritten: recipe.rewrite.as_ref().map(|rewrite| (rewrite.kind, asked.queries.as_slice())),
        settings: &recipe.retrieval,
        filter: Some(&recipe.filter),
    };
    let models = Models { embedder: chosen.as_ref(), reranker: reranker.as_ref(), graph: None };
    let engine::Found { evidence, candidates } =
        engine::search(corpus, question, models, &now_millis).await?;
    let highlights = engine::highlights(&evidence);
    Ok(Found { evidence, highlights, candidates })
}
