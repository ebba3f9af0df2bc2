//! A link target of an answer → a URL that may be followed, or nothing.
//!
//! The one gate for links: control and invisible characters and white space are taken out; what is left must begin with
//! `https://`, `http://` or `mailto:` in full. The host is checked letter by letter and written in ASCII (punycode), so
//! that what is shown before following is what is followed. A user name (`https://bank.example@evil.example`) is
//! refused: its only use is to deceive. So is anything that browsers repair: numbers as hosts, percent signs, odd dots.
//!
//! Does not use the `url` crate: its tables of Unicode host names would more than double what the page loads for links.

use super::punycode;
use crate::text::is_hidden;
use serde::{Deserialize, Deserializer, Serialize};

/// Longest target followed, in bytes.
const MAX_URL_BYTES: usize = 2_000;

/// An absolute http, https or mailto URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SafeUrl(String);

impl SafeUrl {
    /// The URL in `target`, if it may be followed.
    pub fn parse(target: &str) -> Option<Self> {
        if target.len() > MAX_URL_BYTES {
            return None;
        }
        let clean: String = target.chars().filter(|c| !is_hidden(*c) && !c.is_whitespace()).collect();
        if let Some(address) = strip_scheme(&clean, "mailto:") {
            let plain = address.contains('@') && !address.contains(['<', '>', '"', '\\']);
            return plain.then(|| Self(format!("mailto:{address}")));
        }
        for scheme in ["https://", "http://"] {
            let Some(rest) = strip_scheme(&clean, scheme) else { continue };
            let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
            let (authority, path) = rest.split_at(end);
            let slash = if path.starts_with('/') { "" } else { "/" };
            let path = path.strip_prefix('\\').unwrap_or(path);
            return Some(Self(format!("{scheme}{}{slash}{path}", authority_in_ascii(authority)?)));
        }
        None
    }

    /// The whole URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it truly leads, for the question before following it: the host and port, or the mail address.
    pub fn destination(&self) -> &str {
        if self.is_mail() {
            let address = self.0.get("mailto:".len()..).unwrap_or("");
            return address.split('?').next().unwrap_or("");
        }
        let rest = self.0.split_once("//").map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or(&self.0)
    }

    /// Whether it opens a mail program.
    pub fn is_mail(&self) -> bool {
        self.0.starts_with("mailto:")
    }
}

impl<'de> Deserialize<'de> for SafeUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an http, https or mailto URL"))
    }
}

fn strip_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// `host` or `host:port` in ASCII and lower case.
fn authority_in_ascii(authority: &str) -> Option<String> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let port = match port {
        Some(port) => {
            format!(":{}", port.bytes().all(|b| b.is_ascii_digit()).then(|| port.parse::<u16>().ok())??)
        }
        None => String::new(),
    };
    if let Some(inside) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return Some(format!("[{}]{port}", inside.parse::<std::net::Ipv6Addr>().ok()?));
    }
    let labels: Option<Vec<String>> = host.split('.').map(label_in_ascii).collect();
    let host = labels?.join(".");
    // Browsers read a host that ends in a number as an IPv4 address, in any of a dozen spellings.
    let last = host.rsplit('.').next().unwrap_or("");
    let numeric = last.bytes().all(|b| b.is_ascii_digit()) || last.starts_with("0x");
    let plain = !numeric || host.parse::<std::net::Ipv4Addr>().is_ok();
    (plain && host.len() <= 253).then(|| format!("{host}{port}"))
}

fn label_in_ascii(label: &str) -> Option<String> {
    let lower = label.to_lowercase();
    let fits = !lower.is_empty() && lower.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let ascii = match lower.is_ascii() {
        true => lower,
        false => format!("xn--{}", punycode::encode(&lower)?),
    };
    (fits && ascii.len() <= 63).then_some(ascii)
}
