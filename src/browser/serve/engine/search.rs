//! Questions.

use super::graphs::Graph;
use super::host::{Host, Reranker};
use super::{EngineState, pause};
use crate::browser::clock::now_millis;
use crate::courier::Stop;
use crate::engine::{self, Corpus, Embedder, Late, Models, Noting, Question};
use crate::index::VectorIndex;
use crate::types::{EmbedderRef, GraphSpec, IndexEngine, Recipe, RerankerRef, RetrievalMode, UserError};
use crate::worker::protocol::{Found, Search};
use std::cell::RefCell;
use std::rc::Rc;

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
    let embedder = chosen.as_ref().map(|embedder| Noting { embedder, questions: &state.questions });
    let graph = graph(state, asked, corpus, embedder.as_ref());
    let ask = async |graph| {
        let models = Models { embedder: embedder.as_ref(), reranker: reranker.as_ref(), graph };
        engine::search(corpus, question, models, &now_millis).await
    };
    let mut found = ask(graph.as_deref().map(|graph| graph as &dyn VectorIndex)).await;
    // Its worker died over the question: the exact index has the answer.
    if graph.as_ref().is_some_and(|graph| !graph.is_alive()) {
        found = ask(None).await;
    }
    let engine::Found { evidence, candidates } = found?;
    let highlights = engine::highlights(&evidence);
    Ok(Found { evidence, highlights, candidates })
}

/// The graph that the recipe names, where it is ready and has the vectors that the corpus has.
fn graph<E: Embedder>(
    state: &EngineState,
    asked: &Search,
    corpus: &RefCell<Corpus>,
    embedder: Option<&E>,
) -> Option<Rc<Graph>> {
    let Recipe { embedder: by, retrieval, .. } = &asked.recipe;
    if retrieval.engine == IndexEngine::Exact {
        return None;
    }
    let spec = GraphSpec { index: asked.index.clone(), embedder: by.clone(), engine: retrieval.engine };
    let stamp = corpus.borrow().stamp(&embedder?.id());
    state.graphs.current(&spec, stamp)
}
