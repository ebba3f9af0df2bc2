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
use crate::types::{CallFailure, Cors, CorsStatus, Dialect, FailureCause};
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
    let fail = |cause, message: String, hint: &str| Some(CallFailure::new(cause, message, hint));
    // The flag is only believed for hosts out there: a local server answers without a network.
    if !seen.online && !local {
        return fail(
            FailureCause::Offline,
            "The browser has no network connection.".into(),
            "Connect and run this column again. The built-in models work offline.",
        );
    }
    if local && seen.local_access == LocalAccess::Denied {
        return fail(
            FailureCause::LocalNetworkDenied,
            format!(
                "The browser blocks this page from reaching {host}, an address on your machine or local network."
            ),
            "Click the icon to the left of the address bar, open the site settings, allow local network access, then try again.",
        );
    }
    if is_mixed_content(seen, url.as_ref()) {
        return fail(
            FailureCause::MixedContent,
            format!(
                "This page is served over https, so the browser blocks calls to plain http addresses such as {host} (mixed content)."
            ),
            "Use an https address, or open Sidecite from http://localhost.",
        );
    }
    if local && seen.local_access == LocalAccess::Asks && seen.probe != Probe::Resolved {
        return fail(
            FailureCause::LocalNetworkDenied,
            format!(
                "The browser asks for permission to reach {host}, an address on your machine or local network."
            ),
            "Allow it when the browser asks, then try again.",
        );
    }
    if seen.reply == Reply::TimedOut {
        return fail(
            FailureCause::TimedOut,
            format!("{host} did not respond within {} s.", (seen.elapsed_millis / 1000.0).round()),
            "Check that the server is up and not overloaded, then run this column again.",
        );
    }
    match seen.probe {
        Probe::Resolved if seen.had_key && hides_refusals(seen) => Some(hidden_refusal(seen, &host)),
        Probe::Resolved => Some(blocked(seen, url.as_ref(), &host, local)),
        Probe::NotMade | Probe::NetworkError => fail(
            FailureCause::Unreachable,
            format!("Nothing answers at {host}."),
            &unreachable_hint(seen, &host, local),
        ),
    }
}

/// Whether the host lets pages in, so that only its answer to this key is hidden.
fn hides_refusals(seen: &Observation<'_>) -> bool {
    let known_open = seen.known.cors.as_ref().is_some_and(|cors| cors.status == CorsStatus::Allowed);
    seen.keyless == Probe::Resolved || known_open
}

fn hidden_refusal(seen: &Observation<'_>, host: &str) -> CallFailure {
    let why = match &seen.known.cors {
        _ if seen.keyless == Probe::Resolved => "it responds to this page when no key is sent".to_owned(),
        Some(cors) => format!("it is known to allow calls from browsers ({})", dated(cors)),
        None => String::new(),
    };
    CallFailure::new(
        FailureCause::Unauthorized,
        format!(
            "{host} most likely refused the key: {why}, but the browser may not read its response to this key."
        ),
        "Check the key and the path of the base URL.",
    )
}

/// Something answers, but not to pages.
fn blocked(seen: &Observation<'_>, url: Option<&Url>, host: &str, local: bool) -> CallFailure {
    let known = seen.known.cors.as_ref().filter(|_| !local);
    let mut message = format!("{host} responds, but does not allow calls from {} (CORS).", seen.page_origin);
    if let Some(cors) = known.filter(|cors| cors.status == CorsStatus::Blocked) {
        message.push_str(&format!(" {} is known to block browsers ({}).", seen.known.name, dated(cors)));
    }
    let hint = match known {
        _ if local => "Enable CORS on the server: restart it with the setting below.".to_owned(),
        Some(cors) if !cors.fix.is_empty() => cors.fix.replace("{page_origin}", seen.page_origin),
        Some(cors) if cors.status == CorsStatus::Blocked => {
            "Run a proxy, such as one of these, and enter its address under Gateway base URL.".to_owned()
        }
        _ => format!(
            "Check the path of the base URL. If the provider does not allow calls from browsers, use a proxy and enter its address as the base URL.{}",
            if seen.had_key {
                " Some providers report a refused key this way: check the key too."
            } else {
                ""
            }
        ),
    };
    let fixes = url.map_or_else(Vec::new, |url| {
        gateway::fixes(url, local, seen.page_origin, &seen.known.litellm, seen.known.dialect)
    });
    CallFailure { fixes, ..CallFailure::new(FailureCause::Cors, message, hint) }
}

fn dated(cors: &Cors) -> String {
    match (cors.seen.is_empty(), cors.source.is_empty()) {
        (true, true) => "according to the catalogue".to_owned(),
        (true, false) => cors.source.clone(),
        (false, true) => format!("seen {}", cors.seen),
        (false, false) => format!("seen {}, {}", cors.seen, cors.source),
    }
}

/// A 404 on a base without a version path most often means that the path is missing.
fn with_version_hint(mut failure: CallFailure, url: Option<&Url>) -> CallFailure {
    let versioned = url.is_some_and(|url| {
        url.path_segments().into_iter().flatten().any(|part| {
            part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
    });
    let about_model = failure.hint.contains("models");
    if failure.cause == FailureCause::NotFound && !versioned && !about_model {
        failure.hint = "Add /v1 to the end of the base URL: most providers need it.".into();
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

fn unreachable_hint(seen: &Observation<'_>, host: &str, local: bool) -> String {
    if local {
        let ask = if seen.page_origin.starts_with("https:") {
            " If the browser asks for access to devices on your network, allow it."
        } else {
            ""
        };
        return format!("Start the server and check the port of {host}.{ask}");
    }
    let slow = if seen.elapsed_millis > 10_000.0 { " A firewall may be dropping the request." } else { "" };
    format!("Check the spelling of the address. An extension or a firewall may also block it.{slow}")
}

fn host_and_port(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        _ => "the server".to_owned(),
    }
}
