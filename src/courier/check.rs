//! Test connection: list the models, try the named one, or find out why not.

use super::exchange::{Ending, Exchange};
use super::{Courier, HostFacts, Ports, Purpose, Reply, plan, plan_models, read_models};
use crate::provider::{HttpRequest, Target};
use crate::types::{CallFailure, ChatEvent, ChatRequest, Endpoint, Message, ModelEntry, Role};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// What a model is asked to see whether it answers.
const TRIAL: &str = "Say OK.";

/// List models, or find out why not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Where to.
    pub endpoint: Endpoint,
    /// The model that is wanted, to try it.
    pub model: String,
    /// The page's origin, for fixes that name it.
    pub page_origin: String,
}

/// The outcome of a check: one of the first three or `Failed`, then `Answered` or `Failed` where a model is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Checked {
    /// These models can be had.
    Models(Vec<ModelEntry>),
    /// The host lists no models, so nothing was asked; names that are known of it.
    Unlisted(Vec<String>),
    /// The named model has answered.
    Answered {
        /// Milliseconds until its first token.
        millis: f64,
    },
    /// The true cause why not.
    Failed(CallFailure),
}

impl<P: Ports> Courier<P> {
    /// Lists the models, then asks the named one for a word: only an answer proves that key, model, quota and this page's
    /// right to call it are all in order.
    pub async fn check(&self, asked: &Check, on: &dyn Fn(Checked)) {
        let target = match self.target(&asked.endpoint) {
            Ok(target) => target,
            Err(error) => return on(Checked::Failed(error.to_failure())),
        };
        let known = self.known(&asked.endpoint);
        self.close_vault_in_time();
        let planned = plan_models(&target, &self.keyring.borrow());
        match planned {
            Some(http) => match self.models(&http, &asked.page_origin, &known).await {
                Ok(models) => on(Checked::Models(self.priced(&target, models))),
                Err(failure) => return on(Checked::Failed(failure)),
            },
            None => {
                let row = self.catalogue().and_then(|catalogue| catalogue.find(&asked.endpoint.provider));
                on(Checked::Unlisted(row.map(|row| row.models).unwrap_or_default()));
            }
        }
        if !asked.model.trim().is_empty() {
            on(self.trial(&target, asked, &known).await);
        }
    }

    async fn models(
        &self,
        http: &HttpRequest,
        page_origin: &str,
        known: &HostFacts,
    ) -> Result<Vec<ModelEntry>, CallFailure> {
        let started = self.port.now_millis();
        let reply = self.fetch_list(http, Purpose::Models).await?;
        if let Reply::Status(status, body) = &reply
            && (200..300).contains(status)
        {
            return read_models(http, *status, body);
        }
        let elapsed = self.port.now_millis() - started;
        Err(self.why(http, page_origin, reply, elapsed, known).await)
    }

    /// One word, asked of the model. The first token is enough: what else would come need not be paid for.
    async fn trial(&self, target: &Target, asked: &Check, known: &HostFacts) -> Checked {
        let request = ChatRequest {
            model: asked.model.clone(),
            messages: vec![Message { role: Role::User, content: TRIAL.into() }],
            ..ChatRequest::default()
        };
        let started = self.port.now_millis();
        let planned = plan(target, &request, &self.keyring.borrow(), self.epoch_secs());
        let http = match planned {
            Ok(http) => http,
            Err(error) => return Checked::Failed(error.to_failure()),
        };
        let mut take = |event: ChatEvent| match event {
            ChatEvent::TextDelta(_) | ChatEvent::ReasoningDelta(_) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        let mut exchange = Exchange::new(self, target.dialect, &http, true, &mut take);
        let ending = exchange.run(&http, true).await;
        let millis = self.port.now_millis() - started;
        match ending {
            Ending::Complete => Checked::Answered { millis },
            Ending::Failed(failure) => Checked::Failed(failure),
            Ending::Unexplained => {
                let (page_origin, reply) = (&asked.page_origin, Reply::NetworkError);
                Checked::Failed(self.why(&http, page_origin, reply, millis, known).await)
            }
        }
    }

    /// Models with the price that lists know, where the host states none.
    fn priced(&self, target: &Target, models: Vec<ModelEntry>) -> Vec<ModelEntry> {
        let priced = |mut model: ModelEntry| {
            model.price = model.price.or_else(|| self.price(&target.provider, &model.name));
            model
        };
        models.into_iter().map(priced).collect()
    }
}
