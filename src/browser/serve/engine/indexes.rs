//! Indexes of recipes beside the first: made on request, kept for as long as the worker lives.

use super::{EngineState, Progress, pause, reports};
use crate::courier::Stop;
use crate::embed::DIMENSIONS;
use crate::engine::{self, Corpus, Embedder as _};
use crate::store::Store;
use crate::types::{DocumentId, EmbedderRef, IndexSpec, UserError};
use crate::worker::Outbox;
use crate::worker::protocol::{IndexSize, IndexUpdate};
use futures_util::lock::Mutex;
use std::cell::RefCell;
use std::rc::Rc;

/// An index and what it is made by.
pub(super) struct Additional {
    spec: IndexSpec,
    corpus: RefCell<Corpus>,
    /// Held while it is brought up to the documents.
    opening: Mutex<()>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Indexes(RefCell<Vec<Rc<Additional>>>);

impl Indexes {
    /// That index; an empty one where there is none yet.
    pub(super) fn get(&self, spec: &IndexSpec) -> Rc<Additional> {
        let mut all = self.0.borrow_mut();
        if let Some(known) = all.iter().find(|known| known.spec == *spec) {
            return Rc::clone(known);
        }
        let corpus = RefCell::new(Corpus::new(DIMENSIONS));
        let additional = Rc::new(Additional { spec: spec.clone(), corpus, opening: Mutex::new(()) });
        all.push(Rc::clone(&additional));
        additional
    }

    /// The document is found by none of them any more.
    pub(super) fn remove(&self, id: DocumentId) {
        for additional in self.0.borrow().iter() {
            additional.corpus.borrow_mut().remove(id);
        }
    }
}

impl Additional {
    /// What it holds.
    pub(super) fn corpus(&self) -> &RefCell<Corpus> {
        &self.corpus
    }

    /// Brings it up to the documents: what is stored is read, the rest is cut. `embedder` is an id, empty where none is known.
    pub(super) async fn open(
        &self,
        state: &EngineState,
        embedder: &str,
        stop: &Stop,
    ) -> Result<(), UserError> {
        let _one = self.opening.lock().await;
        let (store, tokens) = (state.store().await?, state.model.tokens().await?);
        let both = (&state.corpus, &self.corpus);
        engine::open_index(both, tokens, (store, embedder), self.spec.chunking, pause(stop)).await?;
        Ok(())
    }

    fn size(&self) -> IndexSize {
        let corpus = self.corpus.borrow();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        IndexSize {
            documents: count(corpus.manifests().len()),
            chunks: count(corpus.len()),
            stored_bytes: corpus.stored_bytes(),
        }
    }
}

/// Makes an index whole.
pub(super) async fn build(
    state: &EngineState,
    spec: &IndexSpec,
    stop: &Stop,
    reply: &Outbox<IndexUpdate>,
) -> Result<IndexUpdate, UserError> {
    drop(state.opening.lock().await);
    let additional = state.indexes.get(spec);
    let Some(embedder) = &spec.embedder else {
        additional.open(state, "", stop).await?;
        return Ok(ended(&additional, !stop.is_stopped()));
    };
    // Found by its words while its vectors wait for the weights, or for their turn.
    additional.open(state, &state.known_id(embedder), stop).await?;
    let Some(_turn) = state.embedding_turn(embedder, stop).await else {
        return Ok(IndexUpdate::Cancelled);
    };
    let waiting = |why: Option<UserError>| reply.send(&IndexUpdate::Waiting(why));
    let loading =
        reports(|done_bytes, total_bytes| reply.send(&IndexUpdate::Loading(done_bytes, total_bytes)));
    let chosen = state.chosen(embedder, stop, &waiting, loading).await?;
    let tell = |done, total| reply.send(&IndexUpdate::Progress(done, total));
    let both = (&state.corpus, &additional.corpus);
    let store = state.store().await?;
    let is_whole =
        engine::embed_index(both, (&chosen, store), spec.chunking, pause(stop), &tell as Progress<'_>)
            .await?;
    Ok(ended(&additional, is_whole))
}

fn ended(additional: &Additional, is_whole: bool) -> IndexUpdate {
    if is_whole { IndexUpdate::Ready(additional.size()) } else { IndexUpdate::Cancelled }
}

/// Forgets every index that is not among `specs`, here and in storage.
pub(super) async fn keep(state: &EngineState, specs: &[IndexSpec]) -> Result<(), UserError> {
    let _turn = state.turn.lock().await;
    let all = &state.indexes.0;
    all.borrow_mut().retain(|additional| specs.contains(&additional.spec));
    let mut kept = Vec::new();
    for spec in specs {
        // Vectors of any build of the built-in embedder stay: which of them is read is decided when it has been loaded.
        let ids = match &spec.embedder {
            Some(embedder) => state.ids(embedder),
            None => Vec::new(),
        };
        kept.extend(ids.into_iter().map(|id| (spec.chunking, id)));
    }
    Ok(state.store().await?.keep_indexes(&kept).await?)
}

impl EngineState {
    /// The id of an embedder, as far as it is known without loading it; else empty.
    pub(super) fn known_id(&self, embedder: &EmbedderRef) -> String {
        embedder.remote_id().or_else(|| self.model.loaded().map(|model| model.id())).unwrap_or_default()
    }

    /// All ids under which its vectors may be stored.
    fn ids(&self, embedder: &EmbedderRef) -> Vec<String> {
        let known = self.known_id(embedder);
        if *embedder != EmbedderRef::BuiltIn {
            return vec![known];
        }
        let corpus = self.corpus.borrow();
        let mut ids: Vec<String> = corpus.manifests().into_iter().map(|manifest| manifest.embedder).collect();
        ids.push(known);
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}
