//! Scores of passages for a question, by a provider.

use super::attempt::Waiting;
use super::vectors::{plan_rerank, read_scores, runs};
use super::whole::{Batch, Ended};
use super::{Courier, Ports, Purpose, Stop};
use crate::provider::Error;
use crate::provider::catalogue::RerankTarget;
use crate::types::{Endpoint, UserError};
use serde::{Deserialize, Serialize};

/// Score passages for a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rerank {
    /// Where to.
    pub endpoint: Endpoint,
    /// The model's name there.
    pub model: String,
    /// The question.
    pub query: String,
    /// The passages.
    pub passages: Vec<String>,
}

/// What comes of [`Rerank`]; `Done` or `Failed` is the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RerankUpdate {
    /// It waits for its turn, or for the host.
    Waiting(Waiting),
    /// A score a passage, in their order.
    Done(Vec<f32>),
    /// Nothing more comes.
    Failed(UserError),
}

impl<P: Ports> Courier<P> {
    /// Scores passages.
    pub async fn rerank(&self, asked: &Rerank, stop: &Stop, on: &dyn Fn(RerankUpdate)) {
        on(match self.scores(asked, stop, on).await {
            Ok(scores) => RerankUpdate::Done(scores),
            Err(ended) => RerankUpdate::Failed(ended.into()),
        });
    }

    async fn scores(
        &self,
        asked: &Rerank,
        stop: &Stop,
        on: &dyn Fn(RerankUpdate),
    ) -> Result<Vec<f32>, Ended> {
        let aimed = self.reranker(&asked.endpoint).map_err(|error| Ended::Failed(error.to_failure()))?;
        let (model, query) = (&asked.model, &asked.query);
        let mut scores = Vec::with_capacity(asked.passages.len());
        for run in runs(&asked.passages, aimed.limits) {
            let passages = asked.passages.get(run).unwrap_or_default();
            let batch = Batch {
                endpoint: &asked.endpoint,
                target: &aimed.target,
                model,
                purpose: Purpose::Rerank,
                bytes: passages.iter().map(|passage| passage.len() + query.len()).sum(),
                plan: &|secs| plan_rerank(&aimed, model, query, passages, &self.keyring.borrow(), secs),
                read_tokens: &|_| None,
            };
            let waiting = |waiting| on(RerankUpdate::Waiting(waiting));
            let body = self.fetch_batch(&batch, stop, &waiting).await?;
            scores.extend(read_scores(&aimed, &body, passages.len()).map_err(Ended::Failed)?);
        }
        Ok(scores)
    }

    /// Where an endpoint reranks.
    pub(super) fn reranker(&self, endpoint: &Endpoint) -> Result<RerankTarget, Error> {
        let aimed = self.catalogue().map(|catalogue| catalogue.rerank(endpoint)).transpose()?;
        aimed.flatten().ok_or_else(|| self.not_offered(endpoint, "rerank"))
    }
}
