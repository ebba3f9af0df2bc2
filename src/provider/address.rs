//! What a person typed as base URL → a checked URL, and paths joined to it.
//!
//! One parser (the `url` crate, the WHATWG algorithm that browsers use) reads the address once; the object it yields is
//! compared, joined and sent, so that no second parser can disagree about the host.
//!
//! Refuses: no scheme, schemes other than http and https, a user name or password. Never guesses a version path.

use super::Error;
use url::Url;

/// Paths that people paste along with the base; the longest first.
const PASTED_PATHS: [&str; 5] = ["/chat/completions", "/completions", "/responses", "/embeddings", "/models"];

/// The base URL in `typed`: fragment dropped, trailing slashes and pasted method paths cut off, query kept (Azure's
/// `?api-version=` lives there).
///
/// # Errors
/// See [`Error`]; nothing about the address is repaired silently beyond the cuts above.
pub fn parse_base(typed: &str) -> Result<Url, Error> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(Error::NoAddress);
    }
    if let Some(suggestion) = suggest_scheme(typed) {
        return Err(Error::NoScheme { typed: shorten(typed), suggestion });
    }
    let mut url = Url::parse(typed)
        .map_err(|error| Error::NotAUrl { typed: shorten(typed), reason: error.to_string() })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::UnsupportedScheme { scheme: shorten(url.scheme()) });
    }
    // A lone `@` (`https://@host/`) leaves no trace in the parsed URL, but the person who typed it meant a user.
    let authority = typed.split_once("//").map_or("", |(_, rest)| rest);
    let authority = authority.split(['/', '\\', '?', '#']).next().unwrap_or("");
    if !url.username().is_empty() || url.password().is_some() || authority.contains('@') {
        return Err(Error::HasUserinfo);
    }
    url.set_fragment(None);
    let path = trimmed_path(url.path());
    url.set_path(&path);
    Ok(url)
}

/// `base` with `path` (no leading slash) appended to its path; the query of `base` stays.
pub fn join(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

/// Whether `url` points at the person's own machine or network, where models compute slowly and need no key.
pub fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost"
                || name.ends_with(".localhost")
                || name.ends_with(".local")
                || !name.contains('.')
        }
        Some(url::Host::Ipv4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_unspecified() || ip.is_link_local()
        }
        Some(url::Host::Ipv6(ip)) => {
            let [first, ..] = ip.segments();
            ip.is_loopback()
                || ip.is_unspecified()
                || (first & 0xfe00) == 0xfc00
                || (first & 0xffc0) == 0xfe80
        }
        None => false,
    }
}

/// The address with the likely scheme when `typed` has none: `localhost:1234` parses as scheme `localhost`, so this
/// must be seen before parsing.
fn suggest_scheme(typed: &str) -> Option<String> {
    let head = typed.split(['/', '\\', '?', '#']).next().unwrap_or("");
    if let Some((scheme, rest)) = head.split_once(':') {
        let is_port = !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit());
        let is_host = scheme.contains('.') || scheme.eq_ignore_ascii_case("localhost");
        if !is_port && !is_host {
            // A real scheme, `//` or not: left to the URL parser.
            return None;
        }
    }
    let bare = typed.trim_start_matches(['/', '\\']);
    let with = |scheme: &str| Url::parse(&format!("{scheme}://{bare}")).ok();
    let local = with("http").is_some_and(|url| is_local(&url));
    let url = with(if local { "http" } else { "https" });
    // Userinfo in the suggestion would teach the wrong thing.
    match url {
        Some(url) if url.username().is_empty() && url.password().is_none() => Some(shorten(url.as_str())),
        _ => Some("https://api.example.com/v1".to_owned()),
    }
}

fn trimmed_path(path: &str) -> String {
    let mut path = path.trim_end_matches('/');
    for pasted in PASTED_PATHS {
        if let Some(base) = path.strip_suffix(pasted) {
            path = base.trim_end_matches('/');
            break;
        }
    }
    path.to_owned()
}

fn shorten(text: &str) -> String {
    super::redact::clip(&super::redact::redact(text), 120)
}
