//! Vectors of texts, by a provider: each batch is handed over as soon as it is finished.

use super::attempt::Waiting;
use super::vectors::{Wanted, plan_embeddings, read_vectors, runs, user_error};
use super::whole::{Batch, Ended};
use super::{Courier, Ports, Purpose, Stop};
use crate::kernel::f32s_to_le_bytes;
use crate::provider::catalogue::VectorTarget;
use crate::provider::{Error, embeddings};
use crate::types::problem::worker;
use crate::types::{Endpoint, UserError};
use serde::{Deserialize, Serialize};

/// Make vectors of texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Embed {
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

/// What comes of [`Embed`]; `Done` or `Failed` is the last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EmbedUpdate {
    /// It waits for its turn, or for the host.
    Waiting(Waiting),
    /// A batch is finished. The attached buffer holds its numbers, one vector after another, little-endian.
    Batch {
        /// Place of the batch's first text.
        first: u32,
        /// Texts of the batch.
        count: u32,
    },
    /// All vectors have come.
    Done,
    /// Nothing more comes.
    Failed(UserError),
}

impl<P: Ports> Courier<P> {
    /// Embeds; `on` gets each batch with its numbers.
    pub async fn embed(&self, asked: &Embed, stop: &Stop, on: &dyn Fn(EmbedUpdate, &[u8])) {
        on(
            match self.batches(asked, stop, on).await {
                Ok(()) => EmbedUpdate::Done,
                Err(ended) => EmbedUpdate::Failed(ended.into()),
            },
            &[],
        );
    }

    async fn batches(
        &self,
        asked: &Embed,
        stop: &Stop,
        on: &dyn Fn(EmbedUpdate, &[u8]),
    ) -> Result<(), Ended> {
        let aimed = self.embedder(&asked.endpoint).map_err(|error| Ended::Failed(error.to_failure()))?;
        let wanted = Wanted { model: &asked.model, dimensions: asked.dimensions, purpose: asked.purpose };
        let mut dimensions = asked.dimensions.map(|dimensions| dimensions as usize);
        for run in runs(&asked.texts, aimed.limits) {
            let texts = asked.texts.get(run.clone()).unwrap_or_default();
            let batch = Batch {
                endpoint: &asked.endpoint,
                target: &aimed.target,
                model: &asked.model,
                purpose: Purpose::Embeddings,
                bytes: texts.iter().map(String::len).sum(),
                plan: &|secs| plan_embeddings(&aimed, wanted, texts, &self.keyring.borrow(), secs),
                read_tokens: &|body| {
                    read_vectors(&aimed, body, texts.len(), None)
                        .ok()
                        .and_then(|vectors| vectors.input_tokens)
                },
            };
            let waiting = |waiting| on(EmbedUpdate::Waiting(waiting), &[]);
            let body = self.fetch_batch(&batch, stop, &waiting).await?;
            let read = read_vectors(&aimed, &body, texts.len(), dimensions).map_err(Ended::Failed)?;
            drop(body);
            dimensions = dimensions.or(read.vectors.first().map(Vec::len));
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let bytes = f32s_to_le_bytes(&read.vectors.concat());
            on(EmbedUpdate::Batch { first: count(run.start), count: count(texts.len()) }, &bytes);
        }
        Ok(())
    }

    /// Where an endpoint embeds.
    pub(super) fn embedder(&self, endpoint: &Endpoint) -> Result<VectorTarget, Error> {
        let aimed = self.catalogue().map(|catalogue| catalogue.embeddings(endpoint)).transpose()?;
        aimed.flatten().ok_or_else(|| self.not_offered(endpoint, "embed"))
    }

    pub(super) fn not_offered(&self, endpoint: &Endpoint, what: &str) -> Error {
        let row = self.catalogue().and_then(|catalogue| catalogue.find(&endpoint.provider));
        let name = row.map_or_else(|| endpoint.provider.clone(), |row| row.name);
        Error::NotOffered { name, what: what.to_owned() }
    }
}

impl From<Ended> for UserError {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Stopped => worker::call_stopped(),
            Ended::Failed(failure) => user_error(failure),
        }
    }
}
