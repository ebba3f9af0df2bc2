//! Vectors of texts and scores of passages: wait for one's turn, ask, ask again where that can help, hand over each batch as
//! soon as it is finished.

use super::fetch_all::{Ended, Request};
use super::{CourierState, failed};
use crate::courier::Purpose;
use crate::courier::vectors::{
    Wanted, plan_embeddings, plan_rerank, read_scores, read_vectors, runs, user_error,
};
use crate::kernel::f32s_to_le_bytes;
use crate::provider::catalogue::{RerankTarget, VectorTarget};
use crate::provider::{Catalogue, Error, embeddings};
use crate::types::{Endpoint, UserError};
use crate::worker::Outbox;
use crate::worker::protocol::{CallId, FromCourier};

/// Texts to make vectors of.
pub struct Texts {
    /// Where to.
    pub endpoint: Endpoint,
    /// The model's name there.
    pub model: String,
    /// Numbers in a vector, for models that can shorten them.
    pub dimensions: Option<u32>,
    /// Questions or passages.
    pub purpose: embeddings::Purpose,
    /// The texts.
    pub texts: Vec<String>,
}

/// Passages to score.
pub struct Passages {
    /// Where to.
    pub endpoint: Endpoint,
    /// The model's name there.
    pub model: String,
    /// The question.
    pub query: String,
    /// The passages.
    pub passages: Vec<String>,
}

impl CourierState {
    pub(super) async fn embed(&self, call: CallId, asked: &Texts, reply: &Outbox<FromCourier>) {
        let aimed = match self.embedder(&asked.endpoint) {
            Ok(aimed) => aimed,
            Err(error) => return reply.send(&failed("embed", &error)),
        };
        let Ok(controller) = web_sys::AbortController::new() else { return };
        self.under_way.borrow_mut().insert(call, controller.clone());
        let outcome = self.batches(asked, &aimed, &controller, reply).await;
        self.under_way.borrow_mut().remove(&call);
        reply.send(&match outcome {
            Ok(()) => FromCourier::Done,
            Err(ended) => FromCourier::Failed(told("embed", &ended)),
        });
    }

    /// One run after another; each is handed over before the next is asked for.
    async fn batches(
        &self,
        asked: &Texts,
        aimed: &VectorTarget,
        controller: &web_sys::AbortController,
        reply: &Outbox<FromCourier>,
    ) -> Result<(), Ended> {
        let wanted = Wanted { model: &asked.model, dimensions: asked.dimensions, purpose: asked.purpose };
        let mut dimensions = asked.dimensions.map(|dimensions| dimensions as usize);
        for run in runs(&asked.texts, aimed.limits) {
            let texts = asked.texts.get(run.clone()).unwrap_or_default();
            let plan = |secs| plan_embeddings(aimed, wanted, texts, &self.keyring.borrow(), secs);
            let request = Request {
                endpoint: &asked.endpoint,
                target: &aimed.target,
                model: &asked.model,
                purpose: Purpose::Embeddings,
                bytes: texts.iter().map(String::len).sum(),
                plan: &plan,
                read_tokens: &|body| {
                    read_vectors(aimed, body, texts.len(), None).ok().and_then(|vectors| vectors.input_tokens)
                },
            };
            let body = self.fetch_all(&request, controller, reply).await?;
            let read = read_vectors(aimed, &body, texts.len(), dimensions).map_err(Ended::Failed)?;
            drop(body);
            dimensions = dimensions.or(read.vectors.first().map(Vec::len));
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let bytes = f32s_to_le_bytes(&read.vectors.concat());
            let batch = FromCourier::Embedded { first: count(run.start), count: count(texts.len()) };
            reply.send_with(&batch, &bytes);
        }
        Ok(())
    }

    pub(super) async fn rerank(&self, call: CallId, asked: &Passages, reply: &Outbox<FromCourier>) {
        let aimed = match self.reranker(&asked.endpoint) {
            Ok(aimed) => aimed,
            Err(error) => return reply.send(&failed("rerank", &error)),
        };
        let Ok(controller) = web_sys::AbortController::new() else { return };
        self.under_way.borrow_mut().insert(call, controller.clone());
        let outcome = self.scores(asked, &aimed, &controller, reply).await;
        self.under_way.borrow_mut().remove(&call);
        reply.send(&match outcome {
            Ok(scores) => FromCourier::Reranked(scores),
            Err(ended) => FromCourier::Failed(told("rerank", &ended)),
        });
    }

    async fn scores(
        &self,
        asked: &Passages,
        aimed: &RerankTarget,
        controller: &web_sys::AbortController,
        reply: &Outbox<FromCourier>,
    ) -> Result<Vec<f32>, Ended> {
        let mut scores = Vec::with_capacity(asked.passages.len());
        for run in runs(&asked.passages, aimed.limits) {
            let passages = asked.passages.get(run).unwrap_or_default();
            let plan =
                |secs| plan_rerank(aimed, &asked.model, &asked.query, passages, &self.keyring.borrow(), secs);
            let request = Request {
                endpoint: &asked.endpoint,
                target: &aimed.target,
                model: &asked.model,
                purpose: Purpose::Rerank,
                bytes: passages.iter().map(|passage| passage.len() + asked.query.len()).sum(),
                plan: &plan,
                read_tokens: &|_| None,
            };
            let body = self.fetch_all(&request, controller, reply).await?;
            scores.extend(read_scores(aimed, &body, passages.len()).map_err(Ended::Failed)?);
        }
        Ok(scores)
    }

    /// Where an endpoint embeds.
    pub(super) fn embedder(&self, endpoint: &Endpoint) -> Result<VectorTarget, Error> {
        let aimed = self.catalogue().map(|catalogue| catalogue.embeddings(endpoint)).transpose()?;
        aimed.flatten().ok_or_else(|| self.not_offered(endpoint, "embed"))
    }

    /// Where an endpoint reranks.
    pub(super) fn reranker(&self, endpoint: &Endpoint) -> Result<RerankTarget, Error> {
        let aimed = self.catalogue().map(|catalogue| catalogue.rerank(endpoint)).transpose()?;
        aimed.flatten().ok_or_else(|| self.not_offered(endpoint, "rerank"))
    }

    fn not_offered(&self, endpoint: &Endpoint, what: &str) -> Error {
        let row = self.catalogue().and_then(|catalogue: &Catalogue| catalogue.find(&endpoint.provider));
        let name = row.map_or_else(|| endpoint.provider.clone(), |row| row.name);
        Error::NotOffered { name, what: what.to_owned() }
    }
}

fn told(stage: &str, ended: &Ended) -> UserError {
    match ended {
        Ended::Stopped => UserError::new(stage, "stopped", "Try again; finished work is kept."),
        Ended::Failed(failure) => user_error(stage, failure),
    }
}
