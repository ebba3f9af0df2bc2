//! What a browser saw of a request → why it failed.
//!
//! To a page a blocked host is a bare `TypeError`, the same for no network, DNS, a refused port, mixed content and CORS.
//! The cause is found by elimination: the offline flag, the schemes of page and host, then a second, keyless
//! `mode:'no-cors'` request, which succeeds blindly when something answers there: then it was CORS. A status, where
//! one is visible, speaks for itself.

use crate::provider::{address, failure};
use crate::types::{Failure, FailureCause};
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

/// How the `mode:'no-cors'` request to the same URL ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Not made.
    NotMade,
    /// It resolved (opaquely): something answers there.
    Resolved,
    /// `TypeError`: nothing answers, or the browser blocks it.
    NetworkError,
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
    /// How the probe ended.
    pub probe: Probe,
    /// Milliseconds until the request ended.
    pub elapsed_millis: f64,
}

/// Why the request failed; nothing when it did not.
pub fn diagnose(seen: &Observation<'_>) -> Option<Failure> {
    let url = Url::parse(seen.url).ok();
    let host = url.as_ref().map_or_else(|| "the host".to_owned(), host_and_port);
    let local = url.as_ref().is_some_and(address::is_local);
    let fail = |cause, message: String, hint: String| Some(Failure::new(cause, message, hint));
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
    // The flag is only believed for hosts out there: a local server answers without a network.
    if !seen.online && !local {
        return fail(
            FailureCause::Offline,
            "The browser has no network connection.".into(),
            "Connect and run this column again; the built-in models work without a network.".into(),
        );
    }
    if is_mixed_content(seen.page_origin, url.as_ref()) {
        return fail(
            FailureCause::MixedContent,
            format!(
                "This page is served over https; the browser lets it call no plain http address such as {host}."
            ),
            "Use an https address for the host, or open Sidecite from http://localhost.".into(),
        );
    }
    if seen.reply == Reply::TimedOut {
        return fail(
            FailureCause::TimedOut,
            format!("{host} did not answer within {} s.", (seen.elapsed_millis / 1000.0).round()),
            "Check that the host is up and not busy, then run this column again.".into(),
        );
    }
    match seen.probe {
        Probe::Resolved => fail(
            FailureCause::Cors,
            format!("{host} is there, but does not allow calls from this page ({}).", seen.page_origin),
            cors_hint(url.as_ref(), local, seen),
        ),
        Probe::NotMade | Probe::NetworkError => fail(
            FailureCause::Unreachable,
            format!("Nothing answers at {host}."),
            unreachable_hint(seen, &host, local),
        ),
    }
}

/// A 404 on a base without a version path most often means that the path is missing.
fn with_version_hint(mut failure: Failure, url: Option<&Url>) -> Failure {
    let versioned = url.is_some_and(|url| {
        url.path_segments().into_iter().flatten().any(|part| {
            part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        })
    });
    let about_model = failure.hint.contains("models");
    if failure.cause == FailureCause::NotFound && !versioned && !about_model {
        failure.hint = "Add /v1 to the end of the base URL; most hosts want it.".into();
    }
    failure
}

/// Browsers block http from an https page, but for the machine itself (Secure Contexts, §3.1).
fn is_mixed_content(page_origin: &str, url: Option<&Url>) -> bool {
    let Some(url) = url else { return false };
    page_origin.starts_with("https:") && url.scheme() == "http" && !is_loopback(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// The setting that lets this page in, by what usually listens there.
fn cors_hint(url: Option<&Url>, local: bool, seen: &Observation<'_>) -> String {
    let origin = seen.page_origin;
    let (host, port) =
        url.map_or(("", None), |url| (url.host_str().unwrap_or(""), url.port_or_known_default()));
    let ollama = format!("Ollama: set OLLAMA_ORIGINS={origin} and restart it");
    let lm_studio = "LM Studio: lms server start --cors".to_owned();
    let llama_cpp = format!("llama.cpp: llama-server --cors-origins {origin}");
    let vllm = format!("vLLM: vllm serve … --allowed-origins '[\"{origin}\"]'");
    let tgi = format!("Text Generation Inference: --cors-allow-origin {origin}");
    if !local {
        let key =
            if seen.had_key { " Some hosts hide a refused key this way: check the key too." } else { "" };
        return match () {
            () if host.contains("bedrock-runtime") || host.ends_with("nvidia.com") => {
                "This provider takes no calls from web pages; put a proxy of your own (LiteLLM, Caddy) in front and enter its address.".into()
            }
            () => format!(
                "Check the path of the base URL; if the host takes no calls from web pages, put a proxy of your own (LiteLLM, Caddy) in front.{key}"
            ),
        };
    }
    match port {
        Some(11434) => format!("{ollama}."),
        Some(1234) => format!("{lm_studio}."),
        Some(8080 | 9931) => format!("{llama_cpp}."),
        Some(8000) => format!("{vllm}."),
        Some(3000) => format!("{tgi}."),
        _ => format!("Let the server accept this page. {ollama}. {lm_studio}. {llama_cpp}. {vllm}."),
    }
}

fn unreachable_hint(seen: &Observation<'_>, host: &str, local: bool) -> String {
    if local {
        let ask = if seen.page_origin.starts_with("https:") {
            " If the browser asked whether this site may reach devices on your network, allow it."
        } else {
            ""
        };
        return format!("Start the server and check the port of {host}.{ask}");
    }
    let slow = if seen.elapsed_millis > 10_000.0 { " A firewall may swallow the request." } else { "" };
    format!("Check the spelling of the address; an extension or a firewall may also block it.{slow}")
}

fn host_and_port(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        _ => "the host".to_owned(),
    }
}
