//! A request whose answer is read whole: of embeddings and rerankers in batches, and the small ones of checks and prices.

use super::attempt::{Tried, Tries, Waiting};
use super::connection::{Connection, Missed};
use super::vectors::{origin_of, refusal};
use super::{Courier, Limits, Ports, Purpose, Reply, Stop};
use crate::provider::{Error, HttpRequest, Target, pricing};
use crate::types::problem::{advice, host};
use crate::types::{Answer, AnswerState, CallFailure, Endpoint, FailureCause, Usage};
use futures_util::future::{Either, select};
use std::cell::RefCell;
use std::pin::pin;

/// A batch of embeddings longer than this is none.
const MAX_BATCH_BYTES: usize = 64 << 20;
/// What a token is taken for where the host does not count.
const BYTES_PER_TOKEN: usize = 4;
/// How long a small request may take.
pub(super) const CHECK_MILLIS: f64 = 15_000.0;
/// A model list or a price list longer than this is none.
const MAX_LIST_BYTES: usize = 16 << 20;

/// What is asked, and how it is planned: again for each try, because a signature holds for some minutes only.
pub(super) struct Batch<'a> {
    /// Where to.
    pub endpoint: &'a Endpoint,
    /// The same, resolved.
    pub target: &'a Target,
    /// The model's name there.
    pub model: &'a str,
    /// Why.
    pub purpose: Purpose,
    /// Text in it, for the estimate of its price.
    pub bytes: usize,
    /// At that many seconds since 1970.
    pub plan: &'a dyn Fn(u64) -> Result<HttpRequest, Error>,
    /// The tokens that the answer says were read.
    pub read_tokens: &'a dyn Fn(&[u8]) -> Option<u64>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Ended {
    /// The person stopped it.
    Stopped,
    /// It failed, and asking again could not help.
    Failed(CallFailure),
}

impl<P: Ports> Courier<P> {
    /// The body of the answer, its status being 2xx: within the day's spending limit, its cost noted.
    pub(super) async fn fetch_batch(
        &self,
        batch: &Batch<'_>,
        stop: &Stop,
        waiting: &dyn Fn(Waiting),
    ) -> Result<Vec<u8>, Ended> {
        self.close_vault_in_time();
        let refused = |error: Error| Ended::Failed(error.to_failure());
        let origin = origin_of(&(batch.plan)(self.epoch_secs()).map_err(refused)?).map_err(refused)?;
        let estimate = u64::try_from(batch.bytes.div_ceil(BYTES_PER_TOKEN)).unwrap_or(u64::MAX);
        let quote = self.reserve(batch.target, batch.model, (estimate, 0)).await.map_err(Ended::Failed)?;
        let attempts = RefCell::default();
        let tries = Tries { origin: &origin, model: batch.model, waiting, attempts: &attempts };
        let asked = self.with_retries(&tries, async |first| self.one_batch(batch, first).await);
        let outcome = stop.guard(asked).await;
        let mut answer = Answer::default();
        let (state, failure) = match &outcome {
            Ok(Ok(body)) => {
                let usage =
                    |tokens| Usage { input_tokens: Some(tokens), output_tokens: Some(0), ..Usage::default() };
                let reported = (batch.read_tokens)(body).map(usage);
                let reported = reported.filter(|usage| pricing::implausible(usage, batch.bytes, 0).is_none());
                answer.usage = reported.or_else(|| Some(usage(estimate)));
                (AnswerState::Done, None)
            }
            Ok(Err(failure)) => (AnswerState::Failed, Some(failure)),
            Err(_) => (AnswerState::Stopped, None),
        };
        answer.end(state, 0.0);
        self.settle(quote, failure, &answer).await;
        match outcome {
            Ok(outcome) => outcome.map_err(Ended::Failed),
            Err(_) => Err(Ended::Stopped),
        }
    }

    async fn one_batch(&self, batch: &Batch<'_>, first: bool) -> Tried<Vec<u8>> {
        self.close_vault_in_time();
        let http = match (batch.plan)(self.epoch_secs()) {
            Ok(http) => http,
            Err(error) => return Tried::failed(error.to_failure()),
        };
        self.key_was_used(&http);
        let started = self.port.now_millis();
        let mut connection = Connection::new(self, Limits::for_url(&http.url));
        let body = async {
            connection.open(&http, batch.purpose, first).await?;
            connection.read_all(MAX_BATCH_BYTES, advice::check_embeddings_url()).await
        };
        let body = body.await;
        let status = connection.status;
        let outcome = match body {
            Ok(body) => match refusal(&http, status.unwrap_or(0), &body) {
                Some(failure) => Err(failure),
                None => Ok(body),
            },
            Err(Missed::Failed(failure)) => Err(failure),
            Err(Missed::Network) if status.is_some() => {
                Err(CallFailure::new(FailureCause::CutOff, host::connection_closed()))
            }
            Err(Missed::Network) => {
                let elapsed = self.port.now_millis() - started;
                Err(self.why(&http, "", Reply::NetworkError, elapsed, &self.known(batch.endpoint)).await)
            }
        };
        Tried { outcome, headers: connection.headers, any_token: false }
    }

    /// The whole answer to a small request.
    ///
    /// # Errors
    /// It is longer than any such answer is.
    pub(super) async fn fetch_list(
        &self,
        http: &HttpRequest,
        purpose: Purpose,
    ) -> Result<Reply, CallFailure> {
        let mut connection = Connection::new(self, Limits::LOCAL);
        let body = {
            let read = pin!(async {
                connection.open(http, purpose, true).await?;
                connection.read_all(MAX_LIST_BYTES, advice::not_a_list()).await
            });
            match select(read, pin!(self.port.sleep(CHECK_MILLIS))).await {
                Either::Left((body, _)) => body,
                Either::Right(_) => return Ok(Reply::TimedOut),
            }
        };
        match body {
            Ok(body) => Ok(Reply::Status(connection.status.unwrap_or(0), body)),
            Err(Missed::Network) => Ok(Reply::NetworkError),
            Err(Missed::Failed(failure)) => Err(failure),
        }
    }
}
