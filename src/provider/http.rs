//! A request as data: what the courier's transport sends, and what a person may inspect.

use super::Target;
use super::auth::{Key, MASK};
use crate::types::AuthKind;
use serde::Serialize;
use std::fmt;
use url::Url;

/// One HTTP request, complete. Holds the key in one of its headers, so `Debug` masks it and there is no `Serialize`.
/// Whoever sends it must refuse redirects: the key belongs to this origin only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// Absolute URL, as parsed and written by the `url` crate.
    pub url: String,
    /// Lower-case names; never more than the host is known to need (many refuse others at preflight).
    pub headers: Vec<(String, String)>,
    /// Body bytes; empty for `GET`.
    pub body: Vec<u8>,
    /// The key that its headers carry or were signed with, for masking.
    pub secret: Option<Key>,
}

impl HttpRequest {
    /// The key that this request carries, if any.
    pub fn key(&self) -> Option<Key> {
        self.secret.clone()
    }

    /// A `POST` of `body` as JSON to `url`, with what `target` sends besides, and with `key` where the host looks for it.
    pub fn post(url: Url, body: &impl Serialize, target: &Target, key: Option<&Key>) -> Self {
        let mut http = Self {
            method: "POST".into(),
            url: url.into(),
            headers: vec![("content-type".into(), "application/json".into())],
            // Strings, numbers and booleans only: this cannot fail, and an empty body would be refused by the host.
            body: serde_json::to_vec(body).unwrap_or_default(),
            secret: None,
        };
        http.add_headers(&target.headers);
        http.set_auth(target.auth, key);
        http
    }

    /// Adds headers, names lower-cased.
    pub fn add_headers(&mut self, headers: &[(String, String)]) {
        self.headers.extend(headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())));
    }

    /// Puts `key` into the header where the host looks for it. A signature (`SigV4`) is made later, over the whole request.
    pub fn set_auth(&mut self, auth: AuthKind, key: Option<&Key>) {
        let Some(key) = key else { return };
        let secret = key.expose();
        let (name, value) = match auth {
            AuthKind::None | AuthKind::SigV4 => return,
            AuthKind::Default | AuthKind::Bearer => ("authorization", format!("Bearer {secret}")),
            AuthKind::ApiKeyScheme => ("authorization", format!("Api-Key {secret}")),
            AuthKind::XApiKey => ("x-api-key", secret.to_owned()),
            AuthKind::ApiKey => ("api-key", secret.to_owned()),
            AuthKind::XGoogApiKey => ("x-goog-api-key", secret.to_owned()),
        };
        self.headers.insert(0, (name.to_owned(), value));
        self.secret = Some(key.clone());
    }

    /// The same request with the key masked: always in its header, elsewhere where it is long enough to be a secret.
    pub fn redacted(&self) -> Self {
        let Some(key) = self.key() else {
            return self.clone();
        };
        let body = match std::str::from_utf8(&self.body) {
            Ok(text) if text.contains(key.expose()) => key.redact(text).into_bytes(),
            _ => self.body.clone(),
        };
        Self {
            method: self.method.clone(),
            url: key.redact(&self.url),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), without_key(name, value, &key)))
                .collect(),
            body,
            secret: self.secret.clone(),
        }
    }
}

/// A header's value with the key masked, however short it is where the header is there for it.
fn without_key(name: &str, value: &str, key: &Key) -> String {
    let is_for_key = matches!(name, "authorization" | "x-api-key" | "api-key" | "x-goog-api-key");
    match value.strip_suffix(key.expose()) {
        Some(scheme) if is_for_key => format!("{scheme}{MASK}"),
        _ => without_signature(&key.redact(value)),
    }
}

/// An AWS `authorization` header with its signature masked: for some minutes it is as good as a key for this request.
fn without_signature(value: &str) -> String {
    match value.split_once("Signature=") {
        Some((before, signature)) if value.starts_with("AWS4-") => {
            let rest = signature.find([',', ' ']).and_then(|end| signature.get(end..)).unwrap_or("");
            format!("{before}Signature={MASK}{rest}")
        }
        _ => value.to_owned(),
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let safe = |name: &str| matches!(name, "content-type" | "anthropic-version");
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), if safe(name) { value.as_str() } else { MASK }))
            .collect();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
