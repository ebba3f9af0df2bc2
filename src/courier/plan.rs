//! Endpoint + `ChatRequest` + keyring → the request to send; the same, without the key, to show.
//!
//! `inspect` calls `plan` and masks the result, so that what a person sees cannot drift from what is sent.

use super::Keyring;
use crate::provider::{Dialect, Error, HttpRequest, address};
use crate::types::ChatRequest;
use serde::{Deserialize, Serialize};
use std::fmt;

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

/// The request that asks the endpoint at `base_url` (as typed) for an answer, with the key of its origin if there is one.
///
/// # Errors
/// When the address is unusable or no model is named.
pub fn plan(
    dialect: Dialect,
    base_url: &str,
    request: &ChatRequest,
    keyring: &Keyring,
) -> Result<HttpRequest, Error> {
    let url = dialect.chat_url(base_url)?;
    dialect.encode(base_url, request, keyring.get(&url))
}

/// The request that lists the models of the endpoint at `base_url` (as typed); the Check button's.
///
/// # Errors
/// When the address is unusable.
pub fn plan_models(dialect: Dialect, base_url: &str, keyring: &Keyring) -> Result<HttpRequest, Error> {
    let base = address::parse_base(base_url)?;
    dialect.encode_models(base_url, keyring.get(&base))
}

/// What `plan` would send, without the key.
///
/// # Errors
/// As `plan`.
pub fn inspect(
    dialect: Dialect,
    base_url: &str,
    request: &ChatRequest,
    keyring: &Keyring,
) -> Result<Inspection, Error> {
    let shown = plan(dialect, base_url, request, keyring)?.redacted();
    Ok(Inspection {
        method: shown.method,
        url: shown.url,
        headers: shown.headers,
        body: String::from_utf8_lossy(&shown.body).into_owned(),
    })
}
