//! The corpus's work. What a host makes is asked of the page (`Need`), which lets the courier fetch it: no request leaves here
//! but for the site's own model file.

mod host;
mod any_store;

use super::{missing_file, site_url};
use crate::browser::clock::{epoch_millis, now_millis, yield_now};
use crate::browser::fetch::site_file;
use crate::browser::indexed_db::IndexedDb;
use crate::chunk;
use crate::embed::DIMENSIONS;
use crate::engine::{self, BuiltIn, Corpus, Incoming, Outcome};
use crate::parse::READER_VERSION;
use crate::store::{self, MemoryStore, Store, UNDO_MILLIS};
use crate::types::{Document, EmbedderRef, Manifest, RetrievalMode, UserError};
use crate::worker::protocol::{CallId, FromEngine, ToEngine};
use crate::worker::{Outbox, Request, serve};
use any_store::AnyStore;
use futures_util::lock::Mutex;
use host::{Chosen, Host, Supplies};
use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

const WEIGHTS: &str = "models/minilm-l6-v2.int8.bin";

/// The corpus, its store and its embedder, for as long as the worker lives.
struct EngineState {
    corpus: RefCell<Corpus>,
    store: OnceCell<AnyStore>,
    model: OnceCell<BuiltIn>,
    /// One ingest at a time.
    turn: Mutex<()>,
    /// Held while the stored corpus is being read: questions wait for it.
    opening: Mutex<()>,
    /// Held while the store is being opened.
    storing: Mutex<()>,
    /// Held while the weights are being fetched.
    loading: Mutex<()>,
    cancelled: RefCell<HashSet<CallId>>,
    /// What hosts make for calls under way.
    supplies: Supplies,
}

/// Serves the corpus.
pub fn engine() {
    let state = Rc::new(EngineState {
        corpus: RefCell::new(Corpus::new(DIMENSIONS)),
        store: OnceCell::new(),
        model: OnceCell::new(),
        turn: Mutex::new(()),
        opening: Mutex::new(()),
        storing: Mutex::new(()),
        loading: Mutex::new(()),
        cancelled: RefCell::default(),
        supplies: Supplies::default(),
    });
    serve(move |request: Request<ToEngine, FromEngine>| {
        let request = match request.body {
            ToEngine::Cancel(call) => {
                state.cancelled.borrow_mut().insert(call);
                return state.supplies.cancel(call);
            }
            ToEngine::Supply(call, supply) => return state.supplies.take(call, supply, &request.attachments),
            body => Request { body, ..request },
        };
        let state = Rc::clone(&state);
        spawn_local(async move {
            let reply = request.reply.clone();
            if let Err(user_error) = answer(&state, request).await {
                reply.send(&FromEngine::Failed(user_error));
            }
        });
    });
}

async fn answer(state: &EngineState, request: Request<ToEngine, FromEngine>) -> Result<(), UserError> {
    let Request { id: call, body, attachments, reply } = request;
    match body {
        ToEngine::Open => open(state, &reply).await,
        ToEngine::Ingest { id, size_bytes, added_millis, chunking, embedder, warnings } => {
            let bytes = attachments.first().map(js_sys::Uint8Array::to_vec).unwrap_or_default();
            let document: Document = postcard::from_bytes(&bytes).map_err(|error| {
                UserError::new("parse", error.to_string(), "Reload the page and try again.")
            })?;
            drop(bytes);
            let reader = READER_VERSION;
            let incoming = Incoming { document, size_bytes, added_millis, chunking, warnings, reader };
            debug_assert_eq!(incoming.document.id, id);
            let _turn = state.turn.lock().await;
            drop(state.opening.lock().await);
            let (store, model) = (state.store().await?, state.model().await?);
            let chosen = state.chosen(call, &embedder, &reply).await?;
            let pause = async || state.goes_on(call).await;
            let tell = |done, total| reply.send(&FromEngine::Progress { done, total });
            let outcome =
                engine::ingest(&state.corpus, (model, &chosen), store, incoming, pause, tell).await?;
            reply.send(&ended(outcome));
            Ok(())
        }
        ToEngine::Rechunk(id, chunking, embedder) => {
            let _turn = state.turn.lock().await;
            drop(state.opening.lock().await);
            let (store, model) = (state.store().await?, state.model().await?);
            let chosen = state.chosen(call, &embedder, &reply).await?;
            let pause = async || state.goes_on(call).await;
            let tell = |done, total| reply.send(&FromEngine::Progress { done, total });
            let cut = (id, chunking);
            let outcome = engine::rechunk(&state.corpus, (model, &chosen), store, cut, pause, tell).await?;
            reply.send(&ended(outcome));
            Ok(())
        }
        ToEngine::Search { question, retrieval, embedder, rerank } => {
            drop(state.opening.lock().await);
            let chosen = match retrieval.mode {
                RetrievalMode::Lexical => None,
                RetrievalMode::Dense | RetrievalMode::Hybrid => {
                    Some(state.chosen(call, &embedder, &reply).await?)
                }
            };
            let host = Host::new(&state.supplies, call, &embedder, &reply);
            let reranker = rerank.then_some(&host);
            let found =
                engine::search(&state.corpus, &question, chosen.as_ref(), reranker, &retrieval, &now_millis)
                    .await?;
            let highlights = engine::highlights(&found.evidence);
            reply.send(&FromEngine::Found(found.evidence, highlights));
            Ok(())
        }
        ToEngine::Preview(id, chunking) => {
            let plan = chunk::validate(chunking).map_err(engine::Error::from)?;
            let model = state.model().await?;
            let corpus = state.corpus.borrow();
            let chunks = chunk::chunk(&corpus.get(id)?.document, &plan, model);
            reply.send(&FromEngine::Chunks(chunks));
            Ok(())
        }
        ToEngine::Document(id) => {
            let corpus = state.corpus.borrow();
            let entry = corpus.get(id)?;
            reply.send(&FromEngine::Document(entry.document.clone(), entry.chunks.clone()));
            Ok(())
        }
        other => keep(state, other, &reply).await,
    }
}

/// What concerns only what is stored.
async fn keep(state: &EngineState, body: ToEngine, reply: &Outbox<FromEngine>) -> Result<(), UserError> {
    let store = state.store().await?;
    let corpus = &state.corpus;
    // Not before the stored corpus has been read: it would come back.
    drop(state.opening.lock().await);
    let ingested = |manifest: Option<Manifest>| manifest.map_or(FromEngine::Removed, FromEngine::Ingested);
    let done = match body {
        ToEngine::Remove(id) => {
            engine::remove(corpus, store, id, epoch_millis()).await?;
            FromEngine::Removed
        }
        ToEngine::Restore(id) => ingested(engine::restore(corpus, store, id).await?),
        ToEngine::Refresh(id) => ingested(engine::refresh(corpus, store, id).await?),
        ToEngine::Forget(id) => {
            corpus.borrow_mut().remove(id);
            FromEngine::Removed
        }
        ToEngine::Collect(before_millis) => {
            // Not while embeddings are being cached.
            let _turn = state.turn.lock().await;
            engine::collect(store, before_millis).await?;
            FromEngine::Removed
        }
        ToEngine::CacheSize => FromEngine::CacheSize(store.cache_bytes().await?),
        ToEngine::ClearCache => {
            store.clear_cache().await?;
            FromEngine::CacheSize(0)
        }
        _ => return Ok(()),
    };
    reply.send(&done);
    Ok(())
}

async fn open(state: &EngineState, reply: &Outbox<FromEngine>) -> Result<(), UserError> {
    let (store, damaged) = {
        let _opening = state.opening.lock().await;
        let store = match state.store().await {
            Err(store::Error::Newer { .. }) => {
                reply.send(&FromEngine::Newer);
                return Ok(());
            }
            store => store?,
        };
        engine::collect(store, epoch_millis().saturating_sub(UNDO_MILLIS)).await?;
        (store, engine::open(&state.corpus, store).await?)
    };
    let manifests = state.corpus.borrow().manifests();
    let persistent = matches!(store, AnyStore::Disk(_));
    reply.send(&FromEngine::Opened { manifests, damaged, persistent });
    // The first question should not wait for the weights.
    state.model().await.map(drop)
}

fn ended(outcome: Outcome) -> FromEngine {
    match outcome {
        Outcome::Stored(manifest) => FromEngine::Ingested(manifest),
        Outcome::Cancelled => FromEngine::Cancelled,
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

    async fn model(&self) -> Result<&BuiltIn, UserError> {
        let _one = self.loading.lock().await;
        if let Some(model) = self.model.get() {
            return Ok(model);
        }
        let bytes = site_file(&site_url(WEIGHTS), |_, _| {})
            .await
            .map_err(|reason| missing_file("embed", WEIGHTS, &reason))?;
        let model = BuiltIn::load(&bytes).map_err(engine::Error::from)?;
        Ok(self.model.get_or_init(|| model))
    }

    /// The embedder that the recipe names, for one call.
    async fn chosen<'a>(
        &'a self,
        call: CallId,
        embedder: &'a EmbedderRef,
        reply: &'a Outbox<FromEngine>,
    ) -> Result<Chosen<'a>, UserError> {
        Ok(match embedder {
            EmbedderRef::BuiltIn => Chosen::BuiltIn(self.model().await?),
            EmbedderRef::Remote { .. } => Chosen::Host(Host::new(&self.supplies, call, embedder, reply)),
        })
    }

    /// Lets waiting messages in; whether the call may go on.
    async fn goes_on(&self, call: CallId) -> bool {
        yield_now().await;
        !self.cancelled.borrow_mut().remove(&call)
    }
}
