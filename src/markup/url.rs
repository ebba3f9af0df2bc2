//! A link target of an answer → a URL that may be followed, or nothing.
//!
//! The one gate for links: control and invisible characters and white space are taken out, the `url` crate parses what is
//! left, and only absolute http, https and mailto pass. A user name in the address (`https://bank.example@evil.example`)
//! is refused: its only use is to deceive.

use ::url::Url;
use serde::{Deserialize, Deserializer, Serialize};

/// Longest target followed, in bytes.
const MAX_URL_BYTES: usize = 2_000;

/// An absolute http, https or mailto URL, as the parser writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SafeUrl(String);

impl SafeUrl {
    /// The URL in `target`, if it may be followed.
    pub fn parse(target: &str) -> Option<Self> {
        if target.len() > MAX_URL_BYTES {
            return None;
        }
        let clean: String =
            target.chars().filter(|&c| !c.is_control() && !c.is_whitespace() && !is_invisible(c)).collect();
        let url = Url::parse(&clean).ok()?;
        let allowed = match url.scheme() {
            "http" | "https" => url.has_host() && url.username().is_empty() && url.password().is_none(),
            "mailto" => true,
            _ => false,
        };
        allowed.then(|| Self(url.into()))
    }

    /// The whole URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it truly leads, for the question before following it: the host as the network sees it (punycode), or the
    /// mail address.
    pub fn destination(&self) -> String {
        match Url::parse(&self.0) {
            Ok(url) => url.host_str().map_or_else(|| url.path().to_owned(), str::to_owned),
            Err(_) => self.0.clone(),
        }
    }
}

impl<'de> Deserialize<'de> for SafeUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an http, https or mailto URL"))
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
