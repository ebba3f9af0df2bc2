//! A request as data: what the courier's transport sends, and what a person may inspect.

use super::auth::{Key, MASK};
use std::fmt;

/// One HTTP request, complete. Holds the key in its `authorization` header, so `Debug` masks that header and there
/// is no `Serialize`. Whoever sends it must refuse redirects: the key belongs to this origin only.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET` or `POST`.
    pub method: String,
    /// Absolute URL, as parsed and written by the `url` crate.
    pub url: String,
    /// Lower-case names; never more than `authorization` and `content-type` (many hosts refuse others at preflight).
    pub headers: Vec<(String, String)>,
    /// Body bytes; empty for `GET`.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// The key that this request carries, if any.
    pub fn key(&self) -> Option<Key> {
        let (_, value) = self.headers.iter().find(|(name, _)| name == "authorization")?;
        Key::new(value).ok()
    }

    /// The same request with the key masked wherever it stands.
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
            headers: self.headers.iter().map(|(name, value)| (name.clone(), key.redact(value))).collect(),
            body,
        }
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), if name == "authorization" { MASK } else { value.as_str() }))
            .collect();
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
