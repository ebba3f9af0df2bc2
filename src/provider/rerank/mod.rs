//! A question and passages → a request for their scores; the answer → the scores, in the passages' order.
//!
//! Hosts answer sorted by score and numbered; `decode` puts the scores back and refuses an answer that leaves a passage out.
//! Scores of one model can be compared with each other, never with another model's.

use super::catalogue::RerankTarget;
use super::percent::path_segment;
use super::{Error as RequestError, HttpRequest, Key};
use crate::types::UserError;
use crate::types::problem::scores;
use serde::Deserialize;
use serde_json::{Value, json};

/// A wire format for reranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RerankApi {
    /// Cohere's, spoken by most.
    Cohere,
    /// Voyage's.
    Voyage,
    /// Jina's.
    Jina,
    /// Text Embeddings Inference.
    Tei,
    /// The llama.cpp server's.
    LlamaCpp,
}

/// Why an answer is not the scores that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// Not JSON, or JSON without scores where they belong.
    NoScores,
    /// Another number of scores than of passages.
    Count {
        /// Passages sent.
        expected: usize,
        /// Scores received.
        got: usize,
    },
    /// A number twice, or one that is no passage's.
    Order,
    /// A score that is no finite number.
    NotAScore {
        /// Which, from 0.
        place: usize,
    },
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::NoScores => scores::missing(),
            Error::Count { expected, got } => scores::count(expected, got),
            Error::Order => scores::order(),
            Error::NotAScore { place } => scores::invalid(place),
        }
    }
}

/// The request for the scores of `passages` for `query` by `model`.
///
/// # Errors
/// When no model is named, except where the server holds a single one.
pub fn encode<T: AsRef<str>>(
    aimed: &RerankTarget,
    model: &str,
    query: &str,
    passages: &[T],
    key: Option<&Key>,
) -> Result<HttpRequest, RequestError> {
    let model = model.trim();
    if model.is_empty() && aimed.shape != RerankApi::Tei {
        return Err(RequestError::NoModel);
    }
    let passages: Vec<&str> = passages.iter().map(AsRef::as_ref).collect();
    let body = match aimed.shape {
        RerankApi::Cohere | RerankApi::LlamaCpp => {
            json!({"model": model, "query": query, "documents": passages})
        }
        RerankApi::Voyage => {
            json!({"model": model, "query": query, "documents": passages, "truncation": false})
        }
        RerankApi::Jina => {
            json!({"model": model, "query": query, "documents": passages, "return_documents": false})
        }
        RerankApi::Tei => json!({"query": query, "texts": passages}),
    };
    let path = aimed.target.chat_path.as_deref().unwrap_or("rerank");
    let url = aimed.target.join(&path.replace("{model}", &path_segment(model)));
    Ok(HttpRequest::post(url, &body, &aimed.target, key))
}

/// The scores in `body` of `count` passages, in the passages' order; higher is better.
///
/// # Errors
/// When it is not exactly one score a passage.
pub fn decode(shape: RerankApi, body: &[u8], count: usize) -> Result<Vec<f32>, Error> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Error::NoScores)?;
    let list = match shape {
        RerankApi::Tei => value.as_array(),
        RerankApi::Voyage => value.get("data").and_then(Value::as_array),
        RerankApi::Cohere | RerankApi::Jina | RerankApi::LlamaCpp => {
            value.get("results").and_then(Value::as_array)
        }
    };
    let list = list.ok_or(Error::NoScores)?;
    if list.len() != count {
        return Err(Error::Count { expected: count, got: list.len() });
    }
    let mut scores: Vec<Option<f32>> = vec![None; count];
    for one in list {
        let number = one.get("index").and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        let place = number.ok_or(Error::Order)?;
        let score = one.get(if shape == RerankApi::Tei { "score" } else { "relevance_score" });
        let score = score.and_then(Value::as_f64).map(|score| score as f32).filter(|score| score.is_finite());
        let slot = scores.get_mut(place).ok_or(Error::Order)?;
        if slot.replace(score.ok_or(Error::NotAScore { place })?).is_some() {
            return Err(Error::Order);
        }
    }
    scores.into_iter().collect::<Option<_>>().ok_or(Error::Order)
}
