//! Target + `ChatRequest` + keyring → the request to send; the same, without the key, to show.
//!
//! `inspect` masks the very request that is sent, so that what a person sees cannot drift from it.

use super::Keyring;
use crate::provider::{Error, HttpRequest, Target, chat_url, encode, encode_models, sigv4};
use crate::types::{AuthKind, ChatRequest};
use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;

/// A request as shown to a person: the key masked, the body as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// `GET` or `POST`.
    pub method: String,
    /// Where it goes.
    pub url: String,
    /// Headers; the key is masked.
    pub headers: Vec<(String, String)>,
    /// The exact body.
    pub body: String,
}

impl fmt::Display for Inspection {
    /// As a person reads it: the line, the headers, and the body, indented where it is JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.method, self.url)?;
        self.headers.iter().try_for_each(|(name, value)| writeln!(f, "{name}: {value}"))?;
        let body = serde_json::from_str::<serde_json::Value>(&self.body)
            .and_then(|body| serde_json::to_string_pretty(&body))
            .unwrap_or_else(|_| self.body.clone());
        write!(f, "\n{body}")
    }
}

/// The AWS service that Bedrock's hosts belong to.
const AWS_SERVICE: &str = "bedrock";

/// The request that asks `target` for an answer, with the key of its origin if there is one. A signature holds for some
/// minutes from `epoch_secs` on (seconds since 1970), so a later try is planned again.
///
/// # Errors
/// When no model is named, or the key cannot sign.
pub fn plan(
    target: &Target,
    request: &ChatRequest,
    keyring: &Keyring,
    epoch_secs: u64,
) -> Result<HttpRequest, Error> {
    let key = keyring.get(&chat_url(target, &request.model));
    let mut http = encode(target, request, key)?;
    if let (AuthKind::SigV4, Some(key)) = (target.auth, key) {
        sigv4::sign(&mut http, key, &target.region, AWS_SERVICE, epoch_secs)?;
    }
    Ok(http)
}

/// The request that lists the models of `target`; the Check button's. Nothing where a host has no list.
pub fn plan_models(target: &Target, keyring: &Keyring) -> Option<HttpRequest> {
    let keyless = encode_models(target, None)?;
    let url = Url::parse(&keyless.url).ok()?;
    encode_models(target, keyring.get(&url))
}

/// What `request` looks like to a person: without the key.
pub fn inspect(request: &HttpRequest) -> Inspection {
    let shown = request.redacted();
    Inspection {
        method: shown.method,
        url: shown.url,
        headers: shown.headers,
        body: String::from_utf8_lossy(&shown.body).into_owned(),
    }
}
