//! Keys, each bound to the origin (scheme, host and port) it was entered for. Memory only.
//!
//! Origins are compared as parsed by the `url` crate and whole: never a prefix, a substring or a typed text. That is
//! what NextChat's `includes("api.openai.com")` got wrong.

use crate::provider::{Error, Key, address};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use url::Url;

/// Scheme, host and port of an http or https URL, written as browsers write it (`https://host`, default port left out).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin(String);

impl Origin {
    /// The origin of `url`; nothing for schemes other than http and https, and for URLs with a user name or password.
    pub fn of(url: &Url) -> Option<Self> {
        let plain =
            matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let origin = url.origin();
        (plain && origin.is_tuple()).then(|| Self(origin.ascii_serialization()))
    }

    /// The origin of an endpoint's address as typed.
    ///
    /// # Errors
    /// When the address is unusable.
    pub fn of_endpoint(base_url: &str) -> Result<Self, Error> {
        let url = address::parse_base(base_url)?;
        Self::of(&url).ok_or(Error::HasUserinfo)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The keys of this session. `Debug` shows origins, never keys; there is no way to serialise it.
#[derive(Debug, Default)]
pub struct Keyring {
    keys: BTreeMap<Origin, Key>,
}

impl Keyring {
    /// Binds `key` to `origin`, in place of an earlier one.
    pub fn put(&mut self, origin: Origin, key: Key) {
        self.keys.insert(origin, key);
    }

    /// The key for `url`: only when its origin is exactly the one a key was entered for.
    pub fn get(&self, url: &Url) -> Option<&Key> {
        self.keys.get(&Origin::of(url)?)
    }

    /// Drops the key of `origin`; says whether there was one.
    pub fn forget(&mut self, origin: &Origin) -> bool {
        self.keys.remove(origin).is_some()
    }

    /// Drops all keys.
    pub fn forget_all(&mut self) {
        self.keys.clear();
    }

    /// Origins that have a key, for showing "key set".
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.keys.keys()
    }
}
