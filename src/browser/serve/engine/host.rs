use crate::courier::Stop;
use crate::engine::{BuiltIn, Embedder, Error, Late, Rerank};
use crate::kernel::f32s_from_le_bytes;
use crate::provider::embeddings::Purpose;
use crate::types::{EmbedderRef, Endpoint, UserError, problem};
use crate::worker::PortClient;
use crate::worker::protocol::{Embed, EmbedUpdate, RerankUpdate, ToCourier};
use std::cell::RefCell;
use std::rc::Rc;

/// The way to the courier, for as long as it lives.
#[derive(Default)]
pub struct Link(RefCell<Option<(u32, Rc<PortClient<ToCourier>>)>>);

impl Link {
    /// The courier listens at the other end of `port`.
    pub fn connect(&self, link: u32, port: web_sys::MessagePort) {
        let before = self.0.borrow_mut().replace((link, Rc::new(PortClient::new(port))));
        // Nobody listens at an older one any more.
        if let Some((_, port)) = before {
            port.end_calls();
        }
    }

    /// It is gone, unless another one has taken its place: its calls end.
    pub fn disconnect(&self, link: u32) {
        let mut current = self.0.borrow_mut();
        if let Some((_, port)) = current.take_if(|(current, _)| *current == link) {
            port.end_calls();
        }
    }

    fn port(&self) -> Result<Rc<PortClient<ToCourier>>, Error> {
        self.0.borrow().as_ref().map(|(_, port)| Rc::clone(port)).ok_or_else(gone)
    }
}

fn gone() -> Error {
    Error::Host(problem::worker::network_stopped(""))
}

/// The embedder of one call.
pub enum Chosen<'a> {
    /// In this worker.
    BuiltIn(&'a BuiltIn),
    /// Behind the courier.
    Host(Host<'a, EmbedderRef>),
}

/// A provider's model, as the courier reaches it, for one call.
pub struct Host<'a, M> {
    /// The way there.
    pub link: &'a Link,
    /// Which model.
    pub model: &'a M,
    /// Ends the call.
    pub stop: &'a Stop,
    /// Receives why it takes long.
    pub waiting: &'a dyn Fn(Option<UserError>),
}

impl Host<'_, EmbedderRef> {
    async fn batches(
        &self,
        texts: Vec<String>,
        purpose: Purpose,
        mut keep: impl AsyncFnMut(usize, Vec<Vec<f32>>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let EmbedderRef::Remote { endpoint, model, dimensions } = self.model else { return Err(gone()) };
        let (endpoint, model, dimensions) = (endpoint.clone(), model.clone(), *dimensions);
        let port = self.link.port()?;
        let mut call = port.call(Embed { endpoint, model, dimensions, purpose, texts });
        let _stop = StopOnDrop(&port, call.id);
        loop {
            let reply = call.next().await.ok_or_else(gone)?;
            match reply.body {
                EmbedUpdate::Waiting(waiting) => (self.waiting)(waiting.why),
                EmbedUpdate::Batch { first, count } => {
                    let bytes = reply.attachments.first().map(js_sys::Uint8Array::to_vec).unwrap_or_default();
                    if !keep(first as usize, split(&bytes, count as usize)).await? {
                        return Ok(false);
                    }
                }
                EmbedUpdate::Done => return Ok(true),
                EmbedUpdate::Failed(user_error) => return Err(Error::Host(user_error)),
            }
        }
    }
}

/// Gives a call of the courier up when nobody waits for it any more.
struct StopOnDrop<'a>(&'a PortClient<ToCourier>, u32);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.stop(self.1);
    }
}

/// `count` vectors that stand one after another as little-endian floats; none where they are not equally long.
fn split(bytes: &[u8], count: usize) -> Vec<Vec<f32>> {
    let floats = f32s_from_le_bytes(bytes);
    match floats.len().checked_div(count) {
        Some(width) if width > 0 && width * count == floats.len() => {
            floats.chunks_exact(width).map(<[f32]>::to_vec).collect()
        }
        _ => Vec::new(),
    }
}

impl Embedder for Host<'_, EmbedderRef> {
    fn id(&self) -> String {
        self.model.remote_id().unwrap_or_default()
    }

    async fn embed(
        &self,
        texts: &[&str],
        purpose: Purpose,
        keep: impl AsyncFnMut(usize, Vec<Vec<f32>>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.stop.guard(self.batches(texts, purpose, keep)).await.unwrap_or(Ok(false))
    }
}

impl Rerank for Host<'_, (Endpoint, String)> {
    async fn scores(&self, question: &str, passages: Vec<String>) -> Result<Vec<f32>, Error> {
        let (endpoint, model) = self.model.clone();
        let query = question.to_owned();
        let port = self.link.port()?;
        let mut call = port.call(crate::worker::protocol::Rerank { endpoint, model, query, passages });
        let _stop = StopOnDrop(&port, call.id);
        let scores = async {
            loop {
                match call.body().await.ok_or_else(gone)? {
                    RerankUpdate::Waiting(waiting) => (self.waiting)(waiting.why),
                    RerankUpdate::Done(scores) => return Ok(scores),
                    RerankUpdate::Failed(user_error) => return Err(Error::Host(user_error)),
                }
            }
        };
        self.stop.guard(scores).await.unwrap_or(Err(Error::Stopped))
    }
}

/// The reranker of one call.
pub enum Reranker<'a, P> {
    /// In this worker.
    Late(Late<'a, P>),
    /// Behind the courier.
    Host(Host<'a, (Endpoint, String)>),
}

impl<P: AsyncFn() -> bool> Rerank for Reranker<'_, P> {
    async fn scores(&self, question: &str, passages: Vec<String>) -> Result<Vec<f32>, Error> {
        match self {
            Self::Late(late) => late.scores(question, passages).await,
            Self::Host(host) => host.scores(question, passages).await,
        }
    }

    fn weight(&self, question: &str) -> Option<f32> {
        match self {
            Self::Late(late) => late.weight(question),
            Self::Host(host) => host.weight(question),
        }
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

    fn pieces(&self, text: &str) -> Option<usize> {
        match self {
            Self::BuiltIn(model) => model.pieces(text),
            Self::Host(host) => host.pieces(text),
        }
    }

    fn most_unwritten(&self) -> usize {
        match self {
            Self::BuiltIn(model) => model.most_unwritten(),
            Self::Host(host) => host.most_unwritten(),
        }
    }
}
