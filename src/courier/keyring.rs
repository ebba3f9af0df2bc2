//! Keys, each bound to the origin (scheme, host and port) it was entered for. Memory only; what is remembered beyond
//! that is the `vault`'s, and only its origins are known here while it is locked.
//!
//! Origins are compared as parsed by the `url` crate and whole: never a prefix, a substring or a typed text. That is
//! what NextChat's `includes("api.openai.com")` got wrong.

use crate::provider::{Error, Key, address};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
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

    /// The origin that `text` is, written exactly as `as_str` gives it; nothing for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::of(&Url::parse(text).ok()?).filter(|origin| origin.0 == text)
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

/// A key in memory.
#[derive(Debug)]
struct Held {
    key: Key,
    from_vault: bool,
}

/// How the key of one origin stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyStatus {
    /// It can be used now.
    pub in_memory: bool,
    /// It is in the vault, whether that is open or not.
    pub remembered: bool,
}

/// The keys of this session, and for which origins the vault has one. `Debug` shows origins, never keys; there is no way
/// to serialise it.
#[derive(Debug, Default)]
pub struct Keyring {
    keys: BTreeMap<Origin, Held>,
    remembered: BTreeSet<Origin>,
}

impl Keyring {
    /// Binds `key` to `origin`, in place of an earlier one.
    pub fn put(&mut self, origin: Origin, key: Key) {
        self.keys.insert(origin, Held { key, from_vault: false });
    }

    /// Binds a key that the vault gave out to its origin, which counts as remembered. One typed in this session stays:
    /// it is the newer one. Says whether the vault's key is the one in use.
    pub fn put_from_vault(&mut self, origin: Origin, key: Key) -> bool {
        self.remembered.insert(origin.clone());
        if self.keys.get(&origin).is_some_and(|held| !held.from_vault) {
            return false;
        }
        self.keys.insert(origin, Held { key, from_vault: true });
        true
    }

    /// The vault has keys for exactly these origins.
    pub fn set_remembered(&mut self, origins: impl IntoIterator<Item = Origin>) {
        self.remembered = origins.into_iter().collect();
        let remembered = &self.remembered;
        self.keys.retain(|origin, held| !held.from_vault || remembered.contains(origin));
    }

    /// The key of `origin` was put into the vault: from now on it goes with [`Self::lock`].
    pub fn set_kept(&mut self, origin: &Origin) {
        if let Some(held) = self.keys.get_mut(origin) {
            held.from_vault = true;
            self.remembered.insert(origin.clone());
        }
    }

    /// Drops the keys that the vault gave out or took in; those only typed in this session stay.
    pub fn lock(&mut self) {
        self.keys.retain(|_, held| !held.from_vault);
    }

    /// The key for `url`: only when its origin is exactly the one a key was entered for.
    pub fn get(&self, url: &Url) -> Option<&Key> {
        self.of(&Origin::of(url)?)
    }

    /// The key of `origin`, for the vault to take in.
    pub fn of(&self, origin: &Origin) -> Option<&Key> {
        self.keys.get(origin).map(|held| &held.key)
    }

    /// Drops the key of `origin`; says whether there was one. The vault's copy is not its business: take it out of the
    /// envelope too.
    pub fn forget(&mut self, origin: &Origin) -> bool {
        self.remembered.remove(origin);
        self.keys.remove(origin).is_some()
    }

    /// Drops all keys.
    pub fn forget_all(&mut self) {
        self.keys.clear();
        self.remembered.clear();
    }

    /// Origins that have a key in memory, for showing "key set".
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        self.keys.keys()
    }

    /// How the key of `origin` stands.
    pub fn status(&self, origin: &Origin) -> KeyStatus {
        KeyStatus { in_memory: self.keys.contains_key(origin), remembered: self.remembered.contains(origin) }
    }

    /// Every origin that has a key in memory or in the vault.
    pub fn statuses(&self) -> impl Iterator<Item = (&Origin, KeyStatus)> {
        let origins: BTreeSet<&Origin> = self.keys.keys().chain(&self.remembered).collect();
        origins.into_iter().map(|origin| (origin, self.status(origin)))
    }
}
