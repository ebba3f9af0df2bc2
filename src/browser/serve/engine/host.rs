use crate::engine::{BuiltIn, Embedder, Error, Rerank};
use crate::provider::embeddings::Purpose;
use crate::types::EmbedderRef;
use crate::worker::Outbox;
use crate::worker::protocol::{CallId, FromEngine, Need, Supply};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use js_sys::Uint8Array;
use std::cell::RefCell;
use std::collections::HashMap;

/// What comes for a need: nothing means that the call is given up.
type Come = Option<(Supply, Vec<u8>)>;

/// The calls that wait for something a host makes.
#[derive(Default)]
pub struct Supplies(RefCell<HashMap<CallId, UnboundedSender<Come>>>);

impl Supplies {
    /// Hands on what came for a call; of one that waits no more it is dropped.
    pub fn take(&self, call: CallId, supply: Supply, attachments: &[Uint8Array]) {
        let bytes = attachments.first().map(Uint8Array::to_vec).unwrap_or_default();
        if let Some(sender) = self.0.borrow().get(&call) {
            let _ = sender.unbounded_send(Some((supply, bytes)));
        }
    }

    /// Wakes a call that is given up.
    pub fn cancel(&self, call: CallId) {
        if let Some(sender) = self.0.borrow().get(&call) {
            let _ = sender.unbounded_send(None);
        }
    }
}

/// The embedder of one call.
pub enum Chosen<'a> {
    /// In this worker.
    BuiltIn(&'a BuiltIn),
    /// Behind the page.
    Host(Host<'a>),
}

/// A host, as the page and the courier reach it.
pub struct Host<'a> {
    supplies: &'a Supplies,
    call: CallId,
    embedder: &'a EmbedderRef,
    reply: &'a Outbox<FromEngine>,
}

impl<'a> Host<'a> {
    /// For one call.
    pub fn new(
        supplies: &'a Supplies,
        call: CallId,
        embedder: &'a EmbedderRef,
        reply: &'a Outbox<FromEngine>,
    ) -> Self {
        Self { supplies, call, embedder, reply }
    }

    fn ask(&self, need: Need) -> UnboundedReceiver<Come> {
        let (sender, receiver) = unbounded();
        self.supplies.0.borrow_mut().insert(self.call, sender);
        self.reply.send(&FromEngine::Need(need));
        receiver
    }

    fn forget(&self) {
        self.supplies.0.borrow_mut().remove(&self.call);
    }

    async fn vectors(
        &self,
        coming: &mut UnboundedReceiver<Come>,
        mut keep: impl AsyncFnMut(usize, Vec<Vec<f32>>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        loop {
            match coming.next().await.flatten() {
                Some((Supply::Vectors { first, count }, bytes)) => {
                    if !keep(first as usize, split(&bytes, count as usize)).await? {
                        return Ok(false);
                    }
                }
                Some((Supply::Done, _)) => return Ok(true),
                Some((Supply::Failed(user_error), _)) => return Err(Error::Host(user_error)),
                Some((Supply::Scores(_), _)) => {}
                None => return Ok(false),
            }
        }
    }
}

/// `count` vectors that stand one after another as little-endian floats; none where they are not equally long.
fn split(bytes: &[u8], count: usize) -> Vec<Vec<f32>> {
    let floats: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    match floats.len().checked_div(count) {
        Some(width) if width > 0 && width * count == floats.len() => {
            floats.chunks_exact(width).map(<[f32]>::to_vec).collect()
        }
        _ => Vec::new(),
    }
}

impl Embedder for Host<'_> {
    fn id(&self) -> String {
        self.embedder.remote_id().unwrap_or_default()
    }

    async fn embed(
        &self,
        texts: &[&str],
        purpose: Purpose,
        keep: impl AsyncFnMut(usize, Vec<Vec<f32>>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        let mut coming = self.ask(Need::Vectors { purpose, texts });
        let outcome = self.vectors(&mut coming, keep).await;
        self.forget();
        outcome
    }
}

impl Rerank for Host<'_> {
    async fn scores(&self, question: &str, passages: Vec<String>) -> Result<Vec<f32>, Error> {
        let mut coming = self.ask(Need::Scores { query: question.to_owned(), passages });
        let outcome = match coming.next().await.flatten() {
            Some((Supply::Scores(scores), _)) => Ok(scores),
            Some((Supply::Failed(user_error), _)) => Err(Error::Host(user_error)),
            _ => Err(Error::Stopped),
        };
        self.forget();
        outcome
    }
}

impl Embedder for Chosen<'_> {
    fn id(&self) -> String {
        match self {
            Self::BuiltIn(model) => Embedder::id(*model),
            Self::Host(host) => host.id(),
        }
    }

    async fn embed(
        &self,
        texts: &[&str],
        purpose: Purpose,
        keep: impl AsyncFnMut(usize, Vec<Vec<f32>>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        match self {
            Self::BuiltIn(model) => model.embed(texts, purpose, keep).await,
            Self::Host(host) => host.embed(texts, purpose, keep).await,
        }
    }

    fn most_unwritten(&self) -> usize {
        match self {
            Self::BuiltIn(model) => model.most_unwritten(),
            Self::Host(host) => host.most_unwritten(),
        }
    }
}
