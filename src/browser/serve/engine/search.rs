//! Questions.

use super::graphs::Graph;
use super::host::{Chosen, Host, Reranker};
use super::indexes::Additional;
use super::{EngineState, pause};
use crate::browser::clock::now_millis;
use crate::courier::Stop;
use crate::engine::{self, Corpus, Embedder, Late, Models, Noting, Question};
use crate::index::VectorIndex;
use crate::types::{
    ChunkRef, EmbedderRef, Explanation, GraphSpec, IndexEngine, Recipe, RerankerRef, RetrievalMode,
    UserError, problem,
};
use crate::worker::protocol::{Explain, Found, Search, WhichChunk};
use std::cell::RefCell;
use std::rc::Rc;

/// Retrieves evidence.
pub(super) async fn search(state: &EngineState, asked: &Search, stop: &Stop) -> Result<Found, UserError> {
    drop(state.opening.lock().await);
    state.rush.question();
    let recipe = &asked.recipe;
    let Place { embedder, additional } = place(state, asked, stop).await?;
    let corpus = corpus(state, &additional);
    let remote = recipe.reranker.as_ref().and_then(RerankerRef::remote);
    let reranker = match (&recipe.reranker, &remote) {
        (None, _) => None,
        (_, Some(model)) => Some(Reranker::Host(Host { link: &state.link, model, stop, waiting: &|_| {} })),
        (Some(_), None) => {
            let (model, cache) = (state.model.load(|_, _| {}).await?, &state.token_cache);
            Some(Reranker::Late(Late { model, corpus, cache, pause: pause(stop) }))
        }
    };
    let embedder = embedder.as_ref().map(|embedder| Noting { embedder, questions: &state.questions });
    let graph = graph(state, asked, corpus, embedder.as_ref());
    let ask = async |graph| {
        let models = Models { embedder: embedder.as_ref(), reranker: reranker.as_ref(), graph };
        engine::search(corpus, question(asked), models, &now_millis).await
    };
    let mut found = ask(graph.as_deref().map(|graph| graph as &dyn VectorIndex)).await;
    // Its worker died over the question: the exact index has the answer.
    if graph.as_ref().is_some_and(|graph| !graph.is_alive()) {
        found = ask(None).await;
    }
    let found = found?;
    let highlights = engine::highlights(&found.evidence);
    Ok(Found { evidence: found.evidence, highlights, candidates: found.candidates })
}

/// Says where a chunk stands in a search.
pub(super) async fn explain(
    state: &EngineState,
    asked: &Explain,
    stop: &Stop,
) -> Result<Explanation, UserError> {
    drop(state.opening.lock().await);
    let Place { embedder, additional } = place(state, &asked.search, stop).await?;
    let corpus = corpus(state, &additional);
    let ordinal = match &asked.which {
        WhichChunk::Ordinal(ordinal) => *ordinal,
        WhichChunk::Text(text) => engine::chunk_with(&corpus.borrow(), asked.document, text)
            .ok_or_else(|| problem::engine::no_such_chunk(text))?,
    };
    let chunk = ChunkRef { document: asked.document, ordinal };
    let models = (embedder.as_ref(), state.model.loaded());
    Ok(engine::explain(corpus, question(&asked.search), models, chunk).await?)
}

fn question(asked: &Search) -> Question<'_> {
    let recipe = &asked.recipe;
    Question {
        text: &asked.question,
        rewritten: recipe.rewrite.as_ref().map(|rewrite| (rewrite.kind, asked.queries.as_slice())),
        settings: &recipe.retrieval,
        filter: Some(&recipe.filter),
    }
}

/// Where a search looks, and what makes a vector of its question.
struct Place<'a> {
    embedder: Option<Chosen<'a>>,
    additional: Option<Rc<Additional>>,
}

async fn place<'a>(
    state: &'a EngineState,
    asked: &'a Search,
    stop: &'a Stop,
) -> Result<Place<'a>, UserError> {
    let recipe = &asked.recipe;
    let embedder = match recipe.retrieval.mode {
        RetrievalMode::Lexical => None,
        // Nothing is embedded yet: words answer at once, and the question does not wait for the weights.
        RetrievalMode::Rrf | RetrievalMode::Hybrid
            if recipe.embedder == EmbedderRef::BuiltIn && state.is_unembedded() =>
        {
            None
        }
        RetrievalMode::Dense | RetrievalMode::Rrf | RetrievalMode::Hybrid => {
            Some(state.chosen(&recipe.embedder, stop, &|_| {}, |_, _| {}).await?)
        }
    };
    let additional = asked.index.as_ref().map(|spec| state.indexes.get(spec));
    if let Some(additional) = &additional {
        let id = embedder.as_ref().map(Embedder::id).unwrap_or_default();
        additional.open(state, &id, stop).await?;
    }
    Ok(Place { embedder, additional })
}

fn corpus<'a>(state: &'a EngineState, additional: &'a Option<Rc<Additional>>) -> &'a RefCell<Corpus> {
    additional.as_ref().map_or(&state.corpus, |additional| additional.corpus())
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
