//! Texts → requests for vectors and scores, with the key that belongs there; the answers → vectors, scores, or what the host
//! said. Batches are cut by what the host takes at once, and by [`MAX_TEXTS`].

use super::{Keyring, Origin, stream};
use crate::provider::catalogue::{Limits, RerankTarget, VectorTarget};
use crate::provider::embeddings::{self, Purpose, Vectors};
use crate::provider::{Error, HttpRequest, Key, Target, failure, rerank, sigv4};
use crate::types::problem::{advice, host, with};
use crate::types::{AuthKind, CallFailure, FailureCause, UserError};
use std::ops::Range;
use url::Url;

/// Most texts in a request, whatever a host allows: a batch is what a failure costs, and its answer is held in memory.
pub const MAX_TEXTS: u32 = 128;

/// The AWS service that Bedrock's hosts belong to.
const AWS_SERVICE: &str = "bedrock";

/// The vectors of texts that are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The model's name there.
    pub model: &'a str,
    /// Numbers in a vector, for models that can shorten them.
    pub dimensions: Option<u32>,
    /// What they are for.
    pub purpose: Purpose,
}

/// `texts` cut into runs of one request each.
pub fn runs<T: AsRef<str>>(texts: &[T], limits: Limits) -> Vec<Range<usize>> {
    embeddings::batches(texts, Limits { inputs: limits.inputs.min(MAX_TEXTS), ..limits })
}

/// The request for the vectors of `texts`, one run of them. A signature holds for some minutes from `epoch_secs` on (seconds
/// since 1970).
///
/// # Errors
/// When no model is named, or the key cannot sign.
pub fn plan_embeddings<T: AsRef<str>>(
    aimed: &VectorTarget,
    wanted: Wanted<'_>,
    texts: &[T],
    keyring: &Keyring,
    epoch_secs: u64,
) -> Result<HttpRequest, Error> {
    let Wanted { model, dimensions, purpose } = wanted;
    let encode = |key: Option<&Key>| embeddings::encode(aimed, model, texts, purpose, dimensions, key);
    with_key(&aimed.target, encode, keyring, epoch_secs)
}

/// The request for the scores of `passages`, one run of them.
///
/// # Errors
/// As `plan_embeddings`.
pub fn plan_rerank<T: AsRef<str>>(
    aimed: &RerankTarget,
    model: &str,
    query: &str,
    passages: &[T],
    keyring: &Keyring,
    epoch_secs: u64,
) -> Result<HttpRequest, Error> {
    let encode = |key: Option<&Key>| rerank::encode(aimed, model, query, passages, key);
    with_key(&aimed.target, encode, keyring, epoch_secs)
}

/// The request with the key of its own origin, signed where the host wants that.
fn with_key(
    target: &Target,
    encode: impl Fn(Option<&Key>) -> Result<HttpRequest, Error>,
    keyring: &Keyring,
    epoch_secs: u64,
) -> Result<HttpRequest, Error> {
    let keyless = encode(None)?;
    let url = Url::parse(&keyless.url).ok();
    let Some(key) = url.and_then(|url| keyring.get(&url).cloned()) else { return Ok(keyless) };
    let mut http = encode(Some(&key))?;
    if target.auth == AuthKind::SigV4 {
        sigv4::sign(&mut http, &key, &target.region, AWS_SERVICE, epoch_secs)?;
    }
    Ok(http)
}

/// The origin that `http` goes to.
///
/// # Errors
/// When its address has none.
pub fn origin_of(http: &HttpRequest) -> Result<Origin, Error> {
    Url::parse(&http.url).ok().and_then(|url| Origin::of(&url)).ok_or(Error::HasUserinfo)
}

/// What a status other than 2xx means, in the host's message, with the key masked; nothing for 2xx.
pub fn refusal(http: &HttpRequest, status: u16, body: &[u8]) -> Option<CallFailure> {
    if (200..300).contains(&status) {
        return None;
    }
    let (host, key) = (stream::host_of(&http.url), http.key());
    if status == 0 || (300..400).contains(&status) {
        return Some(stream::redirected(&host, status));
    }
    let mut failure = failure::from_response(&host, status, body, key.is_some());
    if let Some(key) = &key {
        failure.error.change_texts(&|text| key.redact(text));
    }
    Some(failure)
}

/// The vectors in the answer to a run of `count` texts; `dimensions` is what the vectors before had, or what was asked for.
///
/// # Errors
/// When it is not exactly those.
pub fn read_vectors(
    aimed: &VectorTarget,
    body: &[u8],
    count: usize,
    dimensions: Option<usize>,
) -> Result<Vectors, CallFailure> {
    let wrong = |error: embeddings::Error| {
        CallFailure::new(FailureCause::Garbled, host::no_embeddings(aimed.target.base.as_str(), error))
    };
    embeddings::decode(aimed.shape, body, count, dimensions).map_err(wrong)
}

/// The scores in the answer to a run of `count` passages.
///
/// # Errors
/// When it is not exactly one a passage.
pub fn read_scores(aimed: &RerankTarget, body: &[u8], count: usize) -> Result<Vec<f32>, CallFailure> {
    let wrong = |error: rerank::Error| {
        CallFailure::new(FailureCause::Garbled, host::no_scores(aimed.target.base.as_str(), error))
    };
    rerank::decode(aimed.shape, body, count).map_err(wrong)
}

/// A failure for a person who asked no column.
pub fn user_error(failure: CallFailure) -> UserError {
    let is_about_columns = failure.error.inner().is_some_and(|advice| advice.code.area() == "column_advice");
    match is_about_columns {
        true => with::advice(failure.error, advice::check_settings()),
        false => with::no_column(failure.error),
    }
}
