//! The corpus's work. What a provider makes is asked of the courier at a port: no request leaves here but for the site's own
//! model file.

mod any_store;
mod graphs;
mod host;
mod indexes;
mod model;
mod rush;
mod search;

use crate::browser::clock::{epoch_millis, yield_now};
use crate::browser::indexed_db::IndexedDb;
use crate::chunk;
use crate::courier::Stop;
use crate::embed::DIMENSIONS;
use crate::engine::{self, Corpus, Incoming, LastQuestions, Outcome, TokenCache};
use crate::store::{self, MemoryStore, Store, UNDO_MILLIS};
use crate::types::{Document, EmbedderRef, UserError, problem};
use crate::worker::protocol::{
    GraphUpdate, IndexUpdate, Ingest, IngestUpdate, Opened, Preview, Rechunk, StoredDocument, ToEngine,
};
use crate::worker::{Outbox, Request, serve};
use any_store::AnyStore;
use futures_util::lock::{Mutex, MutexGuard};
use graphs::Graphs;
use host::{Chosen, Host, Link};
use indexes::Indexes;
use model::Model;
use rush::Rush;
use search::{explain, search};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// Bytes between two reports of a download.
const REPORT_BYTES: u64 = 1 << 18;

/// The corpus, its store and its embedder, for as long as the worker lives.
struct EngineState {
    corpus: RefCell<Corpus>,
    store: OnceCell<AnyStore>,
    model: Model,
    /// Beside the documents' own.
    indexes: Indexes,
    /// Over vectors of any of them.
    graphs: Graphs,
    /// What graphs are measured by.
    questions: RefCell<LastQuestions>,
    /// One ingest at a time.
    turn: Mutex<()>,
    /// What late interaction keeps.
    token_cache: RefCell<TokenCache>,
    /// What embedding waits for.
    rush: Rush,
    /// Held while the stored corpus is being read: questions wait for it.
    opening: Mutex<()>,
    /// Held while the store is being opened.
    storing: Mutex<()>,
    /// The way to the courier.
    link: Link,
}

/// Serves the corpus.
pub fn engine() {
    let state = Rc::new(EngineState {
        corpus: RefCell::new(Corpus::new(DIMENSIONS)),
        store: OnceCell::new(),
        model: Model::default(),
        indexes: Indexes::default(),
        graphs: Graphs::default(),
        questions: RefCell::default(),
        turn: Mutex::new(()),
        token_cache: RefCell::default(),
        rush: Rush::default(),
        opening: Mutex::new(()),
        storing: Mutex::new(()),
        link: Link::default(),
    });
    serve(move |request: Request<ToEngine>| match (&request.body, request.port()) {
        // At once: what comes next may need it.
        (ToEngine::Connect(call), Some(port)) => state.link.connect(call.link, port),
        (ToEngine::Disconnect(call), _) => state.link.disconnect(call.link),
        _ => spawn_local(answer(Rc::clone(&state), request)),
    });
}

async fn answer(state: Rc<EngineState>, request: Request<ToEngine>) {
    let reply = &request.reply;
    match &request.body {
        ToEngine::Open(call) => {
            let reply = reply.to(call);
            if let Err(user_error) = open(&state, &reply).await {
                reply.send(&Err(user_error));
            }
        }
        ToEngine::Connect(_) | ToEngine::Disconnect(_) => {}
        ToEngine::Ingest(call) => {
            let reply = reply.to(call);
            let update = ingest(&state, call, &request, &reply).await;
            reply.send(&update.unwrap_or_else(IngestUpdate::Failed));
        }
        ToEngine::Rechunk(call) => {
            let reply = reply.to(call);
            let update = rechunk(&state, call, &request.stop, &reply).await;
            reply.send(&update.unwrap_or_else(IngestUpdate::Failed));
        }
        ToEngine::BuildIndex(call) => {
            let reply = reply.to(call);
            let update = indexes::build(&state, &call.0, &request.stop, &reply).await;
            reply.send(&update.unwrap_or_else(IndexUpdate::Failed));
        }
        ToEngine::KeepIndexes(call) => reply.to(call).send(&indexes::keep(&state, &call.0).await),
        ToEngine::BuildGraph(call) => {
            let reply = reply.to(call);
            let update = graphs::build(&state, &call.0, &request.stop, &reply).await;
            reply.send(&update.unwrap_or_else(GraphUpdate::Failed));
        }
        ToEngine::KeepGraphs(call) => {
            state.graphs.keep(&call.0);
            reply.to(call).send(&());
        }
        ToEngine::Search(call) => reply.to(call).send(&search(&state, call, &request.stop).await),
        ToEngine::Explain(call) => reply.to(call).send(&explain(&state, call, &request.stop).await),
        ToEngine::Preview(call) => reply.to(call).send(&preview(&state, call).await),
        ToEngine::ReadDocument(call) => {
            let corpus = state.corpus.borrow();
            let stored = corpus.get(call.0).map(|entry| StoredDocument {
                document: entry.document.as_ref().clone(),
                chunks: entry.chunks.clone(),
            });
            reply.to(call).send(&stored.map_err(UserError::from));
        }
        _ => keep(&state, &request).await,
    }
}

/// What concerns only what is stored.
async fn keep(state: &EngineState, request: &Request<ToEngine>) {
    // Not before the stored corpus has been read: it would come back.
    drop(state.opening.lock().await);
    let (corpus, reply) = (&state.corpus, &request.reply);
    match &request.body {
        ToEngine::Remove(call) => {
            let removed =
                async { Ok(engine::remove(corpus, state.store().await?, call.0, epoch_millis()).await?) };
            let removed = removed.await;
            if removed.is_ok() {
                state.indexes.remove(call.0);
            }
            reply.to(call).send(&removed);
        }
        ToEngine::Restore(call) => {
            let restored = async { Ok(engine::restore(corpus, state.store().await?, call.0).await?) };
            reply.to(call).send(&restored.await);
        }
        ToEngine::Refresh(call) => {
            let refreshed = async { Ok(engine::refresh(corpus, state.store().await?, call.0).await?) };
            reply.to(call).send(&refreshed.await);
        }
        ToEngine::Forget(call) => {
            corpus.borrow_mut().remove(call.0);
            state.indexes.remove(call.0);
            reply.to(call).send(&());
        }
        ToEngine::Collect(call) => {
            // Not while embeddings are being cached.
            let _turn = state.turn.lock().await;
            let collected = async {
                engine::collect(state.store().await?, call.before_millis).await?;
                Ok(())
            };
            reply.to(call).send(&collected.await);
        }
        ToEngine::CacheSize(call) => {
            let size = async { Ok(state.store().await?.cache_bytes().await?) };
            reply.to(call).send(&size.await);
        }
        ToEngine::ClearCache(call) => {
            let cleared = async { Ok(state.store().await?.clear_cache().await?) };
            reply.to(call).send(&cleared.await);
        }
        _ => {}
    }
}

async fn open(state: &EngineState, reply: &Outbox<Result<Opened, UserError>>) -> Result<(), UserError> {
    let (store, damaged) = {
        let _opening = state.opening.lock().await;
        let store = match state.store().await {
            Err(store::Error::Newer { .. }) => {
                reply.send(&Ok(Opened::Newer));
                return Ok(());
            }
            store => store?,
        };
        engine::collect(store, epoch_millis().saturating_sub(UNDO_MILLIS)).await?;
        (store, engine::open(&state.corpus, store).await?)
    };
    let manifests = state.corpus.borrow().manifests();
    let persistent = matches!(store, AnyStore::Disk(_));
    reply.send(&Ok(Opened::Corpus { manifests, damaged, persistent }));
    // The first question should not wait for the weights; without documents they are not needed yet.
    if state.corpus.borrow().has_built_in_vectors() {
        state.model.load(|_, _| {}).await?;
    }
    Ok(())
}

async fn ingest(
    state: &EngineState,
    asked: &Ingest,
    request: &Request<ToEngine>,
    reply: &Outbox<IngestUpdate>,
) -> Result<IngestUpdate, UserError> {
    let bytes = request.bytes();
    let document: Document =
        postcard::from_bytes(&bytes).map_err(|error| problem::parse::not_decoded(error.to_string()))?;
    drop(bytes);
    debug_assert_eq!(document.id, asked.id);
    let Ingest { size_bytes, added_millis, chunking, ref embedder, ref warnings, .. } = *asked;
    let (warnings, reader) = (warnings.clone(), document.format.reader_version());
    let document = Rc::new(document);
    let incoming = Incoming { document, size_bytes, added_millis, chunking, warnings, reader };
    drop(state.opening.lock().await);
    let chunked = engine::chunk_document(&state.corpus, state.model.tokens().await?, incoming)?;
    state.rush.document(asked.more_follow);
    // Found by its words while its vectors wait for their turn, or for the weights.
    reply.send(&IngestUpdate::Chunked { is_searchable: chunked.is_searchable() });
    let Some(_turn) = state.embedding_turn(embedder, &request.stop).await else {
        return Ok(IngestUpdate::Cancelled);
    };
    let store = state.store().await?;
    let waiting = |why: Option<UserError>| reply.send(&IngestUpdate::Waiting(why));
    let chosen = state.chosen(embedder, &request.stop, &waiting, loading(reply)).await?;
    let tell = |done, total| reply.send(&IngestUpdate::Progress { done, total });
    Ok(ended(
        engine::embed_chunks(
            &state.corpus,
            chunked,
            (&chosen, store),
            pause(&request.stop),
            &tell as Progress<'_>,
        )
        .await?,
    ))
}

/// Reports how much of the weights has come.
fn loading(reply: &Outbox<IngestUpdate>) -> impl Fn(u64, u64) {
    reports(|done_bytes, total_bytes| reply.send(&IngestUpdate::Loading { done_bytes, total_bytes }))
}

/// Sends how much has come of how many bytes, not for every piece.
fn reports(send: impl Fn(u64, u64)) -> impl Fn(u64, u64) {
    let reported = Cell::new(None);
    move |done_bytes, total_bytes| {
        if reported.get().is_none_or(|before| done_bytes >= before + REPORT_BYTES) {
            reported.set(Some(done_bytes));
            send(done_bytes, total_bytes);
        }
    }
}

async fn rechunk(
    state: &EngineState,
    asked: &Rechunk,
    stop: &Stop,
    reply: &Outbox<IngestUpdate>,
) -> Result<IngestUpdate, UserError> {
    let _turn = state.turn.lock().await;
    drop(state.opening.lock().await);
    let (store, tokens) = (state.store().await?, state.model.tokens().await?);
    let waiting = |why: Option<UserError>| reply.send(&IngestUpdate::Waiting(why));
    let chosen = state.chosen(&asked.embedder, stop, &waiting, loading(reply)).await?;
    let tell = |done, total| reply.send(&IngestUpdate::Progress { done, total });
    let cut = (asked.id, asked.chunking);
    Ok(ended(
        engine::rechunk(&state.corpus, (tokens, &chosen), store, cut, pause(stop), &tell as Progress<'_>)
            .await?,
    ))
}

async fn preview(state: &EngineState, asked: &Preview) -> Result<Vec<crate::types::Chunk>, UserError> {
    let plan = chunk::validate(asked.chunking).map_err(engine::Error::from)?;
    let tokens = state.model.tokens().await?;
    let corpus = state.corpus.borrow();
    Ok(chunk::chunk(&corpus.get(asked.id)?.document, &plan, tokens))
}

fn ended(outcome: Outcome) -> IngestUpdate {
    match outcome {
        Outcome::Stored(manifest) => IngestUpdate::Stored(manifest),
        Outcome::Cancelled => IngestUpdate::Cancelled,
    }
}

/// Hears what is done, of how much: of one type, so that the verbs are compiled once.
type Progress<'a> = &'a dyn Fn(u32, u32);

/// Lets waiting messages in; says whether the call may go on. The same for every verb, for the same reason.
fn pause(stop: &Stop) -> impl AsyncFn() -> bool {
    async || {
        yield_now().await;
        !stop.is_stopped()
    }
}

impl EngineState {
    /// On disk; in the tab where the browser forbids storage, but not where the database is newer than this page, or cannot
    /// be taken over from an earlier version: that would look as if everything were gone.
    async fn store(&self) -> Result<&AnyStore, store::Error> {
        let _one = self.storing.lock().await;
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let store = match IndexedDb::open().await {
            Ok(store) => AnyStore::Disk(store),
            Err(store::Error::Unavailable { .. }) => AnyStore::Tab(MemoryStore::default()),
            Err(error) => return Err(error),
        };
        Ok(self.store.get_or_init(|| store))
    }

    /// Waits until embedding may begin; nothing when the call was stopped before.
    async fn embedding_turn(&self, embedder: &EmbedderRef, stop: &Stop) -> Option<MutexGuard<'_, ()>> {
        let turn = async {
            let turn = self.turn.lock().await;
            // A host's embedder leaves this thread free.
            if *embedder == EmbedderRef::BuiltIn {
                self.rush.wait(self.model.is_loaded()).await;
            }
            turn
        };
        stop.guard(turn).await.ok()
    }

    /// Neither the built-in embedder nor anything that it made is here.
    fn is_unembedded(&self) -> bool {
        !self.model.is_loaded() && !self.corpus.borrow().has_built_in_vectors()
    }

    /// The embedder that the recipe names, for one call.
    async fn chosen<'a>(
        &'a self,
        embedder: &'a EmbedderRef,
        stop: &'a Stop,
        waiting: &'a dyn Fn(Option<UserError>),
        loading: impl FnMut(u64, u64),
    ) -> Result<Chosen<'a>, UserError> {
        Ok(match embedder {
            EmbedderRef::BuiltIn => Chosen::BuiltIn(self.model.load(loading).await?),
            EmbedderRef::Remote { .. } => {
                Chosen::Host(Host { link: &self.link, model: embedder, stop, waiting })
            }
        })
    }
}
