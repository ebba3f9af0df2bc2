//! A typed key → a `Key` that never shows itself.
//!
//! `Debug`, `Display` and `Serialize` write a mask, so that a key can stand in a struct that is logged, exported or
//! posted to the page without leaking. There is no `Deserialize`: a mask must not come back as a key.

use super::Error;
use crate::types::problem::flaw;
use serde::{Serialize, Serializer};
use std::fmt;

/// What stands where a secret was.
pub const MASK: &str = "••••••••";

/// Shorter keys, and parts of keys, are words rather than secrets: masked wherever they stand they would spoil the text.
const MIN_SECRET_BYTES: usize = 8;

/// An API key. Compared only with other keys; read only by `expose`.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// The key in what a person pasted: outer white space and a leading `Bearer ` are dropped.
    ///
    /// # Errors
    /// `BadKey` when nothing is left, or when it holds characters that a header cannot carry.
    pub fn new(typed: &str) -> Result<Self, Error> {
        let bad = |reason| Error::BadKey { reason };
        let trimmed = typed.trim();
        let key = match trimmed.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("bearer ") => trimmed.get(7..).unwrap_or("").trim(),
            _ => trimmed,
        };
        if key.is_empty() || key.eq_ignore_ascii_case("bearer") {
            return Err(bad(flaw::empty()));
        }
        if key.chars().any(char::is_whitespace) {
            return Err(bad(flaw::white_space()));
        }
        if !key.chars().all(|c| c.is_ascii_graphic()) {
            return Err(bad(flaw::other_characters()));
        }
        Ok(Self(key.to_owned()))
    }

    /// The secret itself, for the header of the one request it belongs to.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `text` with every occurrence of this key masked, and of the parts of a key that has some: of AWS credentials
    /// (`ID:SECRET:TOKEN`) each is sent or echoed on its own. A key of a few letters is left.
    pub fn redact(&self, text: &str) -> String {
        self.secrets().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }

    /// How many bytes at the end of `text` may be the beginning of what `redact` masks.
    pub fn begins_at_end(&self, text: &str) -> usize {
        let longest = |secret: &str| {
            // Keys are ASCII, so every byte is a place to cut.
            (1..secret.len())
                .rev()
                .find(|length| secret.get(..*length).is_some_and(|begin| text.ends_with(begin)))
        };
        self.secrets().filter_map(longest).max().unwrap_or(0)
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        let whole = std::iter::once(self.0.as_str());
        let parts = self.0.split(':').filter(|part| part.len() < self.0.len());
        whole.chain(parts).filter(|secret| secret.len() >= MIN_SECRET_BYTES)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(••••••••)")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}
