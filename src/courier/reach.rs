//! What a browser saw of a request → why it failed.
//!
//! To a page a blocked host is a bare `TypeError`, the same for no network, DNS, a refused port, mixed content, a denied
//! permission and CORS. The cause is found by elimination: the offline flag, the permission for local addresses, the
//! schemes of page and host; then a second, keyless `mode:'no-cors'` request, which succeeds blindly when something
//! answers there, so that it was CORS; then a third, readable one without the key: where that can be read, the host lets
//! pages in and only hides what it thinks of the key (Scaleway and others send no CORS headers with a 401). A status,
//! where one is visible, speaks for itself.

use super::gateway;
use crate::provider::{address, failure};
use crate::types::problem::{advice, flaw, phrase, reach, with};
use crate::types::{CallFailure, Cors, CorsStatus, Dialect, FailureCause, UserError};
use url::{Host, Url};

/// How the request ended, as far as the page may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A readable answer with this status and the start of its body.
    Status(u16, Vec<u8>),
    /// `TypeError`: blocked or broken, the browser does not say.
    NetworkError,
    /// The courier gave up waiting.
    TimedOut,
}

/// How a second request to the same URL ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Probe {
    /// Not made.
    #[default]
    NotMade,
    /// It resolved: something answers there.
    Resolved,
    /// `TypeError`: nothing answers, or the browser blocks it.
    NetworkError,
}

/// The browser's permission to reach addresses of the person's own machine and network (Chrome and Edge from 142).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LocalAccess {
    /// The browser knows no such permission.
    #[default]
    Unknown,
    /// Given.
    Granted,
    /// The browser asks, or will ask.
    Asks,
    /// Refused.
    Denied,
}

/// What the catalogue knows of the host.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostFacts {
    /// Its name for people; empty for a custom endpoint.
    pub name: String,
    /// What calls from a page are known to meet.
    pub cors: Option<Cors>,
    /// LiteLLM's prefix for it; empty where it has none.
    pub litellm: String,
    /// The wire format asked for.
    pub dialect: Dialect,
}

/// Everything the browser side noticed.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation<'a> {
    /// `navigator.onLine`.
    pub online: bool,
    /// `location.origin` of the page, such as `https://sidecite.example`.
    pub page_origin: &'a str,
    /// The request's URL.
    pub url: &'a str,
    /// Whether a key went along.
    pub had_key: bool,
    /// How the request ended.
    pub reply: Reply,
    /// How the blind probe ended.
    pub probe: Probe,
    /// How a readable request without the key ended.
    pub keyless: Probe,
    /// The permission for local addresses.
    pub local_access: LocalAccess,
    /// Milliseconds until the request ended.
    pub elapsed_millis: f64,
    /// What is known of the host.
    pub known: &'a HostFacts,
}

/// Why the request failed; nothing when it did not.
pub fn diagnose(seen: &Observation<'_>) -> Option<CallFailure> {
    let url = Url::parse(seen.url).ok();
    let host = url.as_ref().map_or_else(|| "the server".to_owned(), host_and_port);
    let local = url.as_ref().is_some_and(address::is_local);
    if let Reply::Status(status, body) = &seen.reply {
        return match status {
            200..300 => None,
            0 | 300..400 => Some(super::stream::redirected(&host, *status)),
            _ => Some(with_version_hint(
                failure::from_response(&host, *status, body, seen.had_key),
                url.as_ref(),
            )),
        };
    }
    let fail = |cause, error| Some(CallFailure::new(cause, error));
    // The flag is only believed for hosts out there: a local server answers without a network.
    if !seen.online && !local {
        return fail(FailureCause::Offline, reach::offline());
    }
    if local && seen.local_access == LocalAccess::Denied {
        return fail(FailureCause::LocalNetworkDenied, reach::local_denied(host));
    }
    if is_mixed_content(seen, url.as_ref()) {
        return fail(FailureCause::MixedContent, reach::mixed_content(host));
    }
    if local && seen.local_access == LocalAccess::Asks && seen.probe != Probe::Resolved {
        return fail(FailureCause::LocalNetworkDenied, reach::local_asks(host));
    }
    if seen.reply == Reply::TimedOut {
        let secs = (seen.elapsed_millis / 1000.0).round();
        return fail(FailureCause::TimedOut, reach::no_response(host, secs));
    }
    match seen.probe {
        Probe::Resolved if seen.had_key && hides_refusals(seen) => Some(hidden_refusal(seen, &host)),
        Probe::Resolved => Some(blocked(seen, url.as_ref(), &host, local)),
        Probe::NotMade | Probe::NetworkError => {
            let advice = unreachable_advice(seen, &host, local);
            fail(FailureCause::Unreachable, reach::unreachable(host, advice))
        }
    }
}

/// Whether the host lets pages in, so that only its answer to this key is hidden.
fn hides_refusals(seen: &Observation<'_>) -> bool {
    let known_open = seen.known.cors.as_ref().is_some_and(|cors| cors.status == CorsStatus::Allowed);
    seen.keyless == Probe::Resolved || known_open
}

fn hidden_refusal(seen: &Observation<'_>, host: &str) -> CallFailure {
    let why = match &seen.known.cors {
        Some(cors) if seen.keyless != Probe::Resolved => phrase::allows_browsers(dated(cors)),
        _ => phrase::keyless_works(),
    };
    CallFailure::new(FailureCause::Unauthorized, reach::key_hidden(host, why))
}

/// Something answers, but not to pages.
fn blocked(seen: &Observation<'_>, url: Option<&Url>, host: &str, local: bool) -> CallFailure {
    let (known, origin) = (seen.known.cors.as_ref().filter(|_| !local), seen.page_origin);
    let known_blocked = known.filter(|cors| cors.status == CorsStatus::Blocked);
    let advice = match known {
        _ if local => advice::enable_cors(),
        Some(cors) if !cors.fix.is_empty() => advice::catalogue(cors.fix.replace("{page_origin}", origin)),
        _ if known_blocked.is_some() => advice::run_proxy(),
        _ if seen.had_key => advice::check_path_and_key(),
        _ => advice::check_path(),
    };
    let error = match known_blocked {
        Some(cors) => reach::cors_known(host, origin, seen.known.name.as_str(), dated(cors), advice),
        None => reach::cors(host, origin, advice),
    };
    let fixes = url.map_or_else(Vec::new, |url| {
        gateway::fixes(url, local, seen.page_origin, &seen.known.litellm, seen.known.dialect)
    });
    CallFailure { fixes, ..CallFailure::new(FailureCause::Cors, error) }
}

fn dated(cors: &Cors) -> UserError {
    match (cors.seen.as_str(), cors.source.as_str()) {
        ("", "") => phrase::by_catalogue(),
        ("", source) => flaw::text(source),
        (day, source) => phrase::seen(day, source),
    }
}

/// A 404 on a base without a version path most often means that the path is missing.
fn with_version_hint(mut failure: CallFailure, url: Option<&Url>) -> CallFailure {
    let versioned = url.is_some_and(|url| {
        url.path_segments().into_iter().flatten().any(|part| {
            part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
    });
    if !versioned && failure.error.inner() == Some(&advice::check_version_path()) {
        failure.error = with::advice(failure.error, advice::add_version_path());
    }
    failure
}

/// Browsers block http from an https page, but for the machine itself (Secure Contexts, §3.1) and, in browsers that ask
/// for local addresses, for those once they are allowed.
fn is_mixed_content(seen: &Observation<'_>, url: Option<&Url>) -> bool {
    let Some(url) = url else { return false };
    let lifted = seen.local_access != LocalAccess::Unknown && address::is_local(url);
    seen.page_origin.starts_with("https:") && url.scheme() == "http" && !is_loopback(url) && !lifted
}

/// Whether `url` is on this very machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn unreachable_advice(seen: &Observation<'_>, host: &str, local: bool) -> UserError {
    match local {
        true if seen.page_origin.starts_with("https:") => advice::start_server_and_allow(host),
        true => advice::start_server(host),
        false if seen.elapsed_millis > 10_000.0 => advice::check_firewall(),
        false => advice::check_spelling(),
    }
}

fn host_and_port(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        _ => "the server".to_owned(),
    }
}
