//! HTTP status and body, or an error object inside a stream → `CallFailure`: what happened, and what to do.
//!
//! The provider's own message are found whatever the shape of the body (OpenAI, Google, Mistral, Cohere, xAI, Ollama,
//! FastAPI, an HTML page of a CDN), clipped to [`MAX_QUOTED_CHARS`], secrets masked, and quoted as its own.
//!
//! Rate-limit headers are mostly hidden from a page (CORS), so waiting times are read from the body.

use super::redact::{clip, redact};
use crate::types::problem::{advice, column_advice, host};
use crate::types::{CallFailure, FailureCause, UserError};
use serde_json::Value;

/// Most characters quoted of a provider's own message.
pub const MAX_QUOTED_CHARS: usize = 300;

/// The failure that `status` and `body` mean. `name` is who answered; `had_key` says whether a key was sent.
pub fn from_response(name: &str, status: u16, body: &[u8], had_key: bool) -> CallFailure {
    let value = serde_json::from_slice::<Value>(body).ok();
    let message = match &value {
        Some(value) => message_of(value),
        None => message_of_text(&String::from_utf8_lossy(body)),
    };
    let raw = String::from_utf8_lossy(body).to_lowercase();
    let cause = cause_of(status, &raw);
    let hint = hint_for(cause, status, &raw, value.as_ref(), had_key);
    let (name, message) = (name.to_owned(), quotable(message));
    let error = match cause {
        FailureCause::Unauthorized if had_key => host::refused_key(name, status, message, hint),
        FailureCause::Unauthorized => host::requires_key(name, status, message, hint),
        FailureCause::NotFound => host::not_found(name, status, message, hint),
        FailureCause::RateLimited => host::rate_limited(name, status, message, hint),
        FailureCause::QuotaUsedUp => host::quota_used_up(name, status, message, hint),
        FailureCause::BrowserForbidden => host::blocks_browsers(name, status, message, hint),
        FailureCause::TimedOut => host::timed_out(name, status, message, hint),
        FailureCause::BadRequest => host::rejected(name, status, message, hint),
        FailureCause::HostError => host::failed(name, status, message, hint),
        _ => host::unexpected(name, status, message, hint),
    };
    CallFailure {
        parameter: value.as_ref().and_then(parameter_named).filter(|_| cause == FailureCause::BadRequest),
        retry_after_millis: wait_secs(value.as_ref(), &raw).map(|secs| (secs * 1000.0).ceil() as u64),
        ..CallFailure::new(cause, error).with_status(status)
    }
}

/// The failure that an error object (or text) inside a 200 stream means.
pub fn from_stream_error(error: &Value) -> CallFailure {
    let raw = error.to_string().to_lowercase();
    let message = message_of(error).or_else(|| message_of_text(&error.to_string()));
    let status = status_inside(error);
    let cause = match status {
        Some(status) => cause_of(status, &raw),
        None if is_about_quota(&raw) => FailureCause::QuotaUsedUp,
        None if ["throttl", "rate_limit", "rate limit", "too many requests"]
            .iter()
            .any(|sign| raw.contains(sign)) =>
        {
            FailureCause::RateLimited
        }
        None => FailureCause::HostError,
    };
    let hint = hint_for(cause, status.unwrap_or(500), &raw, Some(error), true);
    // What stands inside a stream is the host's own failure whatever its number, but for limits, which have messages of their own.
    let cause = match cause {
        FailureCause::RateLimited | FailureCause::QuotaUsedUp => cause,
        _ => FailureCause::HostError,
    };
    CallFailure {
        retry_after_millis: wait_secs(Some(error), &raw).map(|secs| (secs * 1000.0).ceil() as u64),
        ..CallFailure::new(cause, host::stream_error(quotable(message), hint))
    }
}

/// A 200 answer that is not in the dialect: its start is quoted.
pub fn garbled(body_start: &str) -> CallFailure {
    let message = quotable(message_of_text(body_start));
    let is_html = body_start.trim_start().starts_with('<');
    let error = if is_html { host::web_page(message) } else { host::unknown_format(message) };
    CallFailure::new(FailureCause::Garbled, error)
}

/// The stream ended before the answer did.
pub fn cut_off(any_text: bool) -> CallFailure {
    let error = if any_text { host::cut_off_amid() } else { host::cut_off() };
    CallFailure::new(FailureCause::CutOff, error)
}

/// The provider's own message in an error body, unclipped and unmasked.
fn message_of(value: &Value) -> Option<String> {
    let value = match value {
        // Google without `alt=sse` answers `[{"error": …}]`.
        Value::Array(items) => items.first()?,
        other => other,
    };
    if let Value::String(text) = value {
        return Some(text.clone());
    }
    let error = value.get("error").filter(|error| !error.is_null());
    let nested = error.filter(|error| error.is_object()).unwrap_or(value);
    let message = nested
        .get("message")
        .and_then(text_of)
        .or_else(|| error.and_then(text_of))
        .or_else(|| {
            ["message", "detail", "Message", "error_description", "title"]
                .iter()
                .find_map(|field| text_of(value.get(field)?))
        })
        .or_else(|| ["code", "type", "status"].iter().find_map(|field| text_of(nested.get(field)?)))?;
    // OpenRouter says only "Provider returned error" and keeps the cause in `metadata.raw`.
    match nested.pointer("/metadata/raw").and_then(text_of) {
        Some(raw) if raw != message => Some(format!("{message}: {raw}")),
        _ => Some(message),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Array(items) => {
            // FastAPI: `[{"loc": ["body", "model"], "msg": "field required"}]`.
            let parts: Vec<String> = items
                .iter()
                .filter_map(|item| {
                    let message = item.get("msg").or_else(|| item.get("message")).and_then(Value::as_str)?;
                    let place = item
                        .get("loc")
                        .and_then(Value::as_array)
                        .and_then(|loc| loc.last())
                        .and_then(Value::as_str);
                    Some(place.map_or_else(|| message.to_owned(), |place| format!("{place}: {message}")))
                })
                .collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        }
        Value::Object(_) => value.get("message").or_else(|| value.get("msg")).and_then(text_of),
        _ => None,
    }
}

/// The message of a body that is not JSON: of HTML the title or the text, else the start.
fn message_of_text(body: &str) -> Option<String> {
    let start: String = body.trim_start_matches('\u{feff}').chars().take(20_000).collect();
    let text = if start.trim_start().starts_with('<') { html_words(&start) } else { start };
    let clipped = clip(&text, MAX_QUOTED_CHARS);
    (!clipped.is_empty()).then_some(clipped)
}

/// Title and visible text of a page, roughly: enough to quote from, never to render.
fn html_words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open);
        text.push_str(before);
        text.push(' ');
        let name: String = tag.chars().skip(1).take(6).collect::<String>().to_ascii_lowercase();
        // What scripts and styles say is not for people.
        let close = if name.starts_with("script") {
            tag.find("</script")
        } else if name.starts_with("style") {
            tag.find("</style")
        } else if name.starts_with("!--") {
            tag.find("-->").map(|at| at + 2)
        } else {
            Some(0)
        };
        let from = close.unwrap_or(tag.len());
        let end = tag.get(from..).and_then(|tail| tail.find('>')).map_or(tag.len(), |at| from + at + 1);
        rest = tag.get(end..).unwrap_or("");
    }
    text.push_str(rest);
    text
}

/// The message, clipped and with secrets masked; empty where there are none.
fn quotable(message: Option<String>) -> String {
    message.map(|message| clip(&redact(&message), MAX_QUOTED_CHARS)).unwrap_or_default()
}

fn status_inside(error: &Value) -> Option<u16> {
    let inner = error.get("error").filter(|inner| inner.is_object()).unwrap_or(error);
    ["status_code", "code", "status"]
        .iter()
        .find_map(|field| {
            let value = inner.get(field)?;
            value.as_u64().or_else(|| value.as_str()?.parse().ok())
        })
        .and_then(|code| u16::try_from(code).ok())
        .filter(|code| (400..600).contains(code))
}

fn cause_of(status: u16, raw_lower: &str) -> FailureCause {
    // Google answers a bad key with 400.
    let bad_key = ["api_key_invalid", "api key not valid", "api key expired"];
    match status {
        // Anthropic, with an administrator's setting.
        401 | 403 if raw_lower.contains("cors requests are not allowed") => FailureCause::BrowserForbidden,
        401 | 403 => FailureCause::Unauthorized,
        400 if bad_key.iter().any(|sign| raw_lower.contains(sign)) => FailureCause::Unauthorized,
        404 => FailureCause::NotFound,
        402 => FailureCause::QuotaUsedUp,
        400 | 429 if is_about_quota(raw_lower) => FailureCause::QuotaUsedUp,
        429 => FailureCause::RateLimited,
        408 => FailureCause::TimedOut,
        400..500 => FailureCause::BadRequest,
        500.. => FailureCause::HostError,
        _ => FailureCause::Garbled,
    }
}

/// Whether the message is about money rather than pace.
fn is_about_quota(raw_lower: &str) -> bool {
    // Google's limit by the minute speaks of the plan too, and says when to come back.
    let of_plan = raw_lower.contains("exceeded your current quota, please check your plan");
    if of_plan && !raw_lower.contains("retrydelay") {
        return true;
    }
    [
        "insufficient_quota",
        "credit balance",
        "insufficient balance",
        "insufficient credit",
        "out of credit",
        "billing_hard_limit",
    ]
    .iter()
    .any(|sign| raw_lower.contains(sign))
}

fn hint_for(
    cause: FailureCause,
    status: u16,
    raw_lower: &str,
    value: Option<&Value>,
    had_key: bool,
) -> UserError {
    let says = |signs: &[&str]| signs.iter().any(|sign| raw_lower.contains(sign));
    match cause {
        FailureCause::Unauthorized if says(&CLOCK_SIGNS) => advice::check_clock(),
        FailureCause::Unauthorized if !had_key => column_advice::enter_key(),
        FailureCause::Unauthorized if status == 403 => advice::check_permission(),
        FailureCause::Unauthorized => column_advice::check_key(),
        FailureCause::NotFound if says(&["model"]) => column_advice::test_connection(),
        FailureCause::NotFound => advice::check_version_path(),
        FailureCause::QuotaUsedUp => advice::check_plan(),
        FailureCause::BrowserForbidden => advice::allow_cors(),
        FailureCause::RateLimited => match wait_secs(value, raw_lower) {
            Some(secs) => advice::wait(secs.ceil() as u64),
            None => advice::wait_a_minute(),
        },
        FailureCause::BadRequest if status == 413 || says(&TOO_LONG_SIGNS) => column_advice::fewer_passages(),
        FailureCause::BadRequest => match value.and_then(parameter_named) {
            Some(parameter) => column_advice::without_parameter(parameter),
            None if says(&["model"]) => column_advice::test_connection(),
            None => advice::check_model(),
        },
        FailureCause::HostError if status == 503 && says(&["loading"]) => advice::still_loading(),
        FailureCause::TimedOut | FailureCause::HostError => advice::check_status(),
        _ => advice::check_url(),
    }
}

/// What hosts say of a prompt that exceeds the model's context.
const TOO_LONG_SIGNS: [&str; 6] =
    ["context_length", "context length", "too long", "too large", "maximum context", "exceed_context"];

/// What AWS says of a signature that it does not accept: mostly the clock, else the secret.
const CLOCK_SIGNS: [&str; 5] = [
    "invalidsignatureexception",
    "signature expired",
    "signature not yet current",
    "requesttimetooskewed",
    "signature we calculated does not match",
];

/// The request parameter that an OpenAI-shaped error blames, as one plain word.
fn parameter_named(value: &Value) -> Option<String> {
    let parameter = value.pointer("/error/param").or_else(|| value.get("param"))?.as_str()?;
    let plain = !parameter.is_empty()
        && parameter.len() <= 40
        && parameter.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
    (plain && parameter != "model" && parameter != "messages").then(|| parameter.to_owned())
}

/// Seconds to wait, from Google's `RetryInfo` or "try again in 12.3s".
fn wait_secs(value: Option<&Value>, raw_lower: &str) -> Option<f64> {
    let details = value.and_then(|value| value.pointer("/error/details")).and_then(Value::as_array);
    let stated = details
        .into_iter()
        .flatten()
        .find_map(|detail| detail.get("retryDelay")?.as_str()?.strip_suffix('s')?.parse::<f64>().ok());
    let secs = stated.or_else(|| {
        let (_, after) = raw_lower.split_once("try again in ")?;
        duration_secs(after)
    })?;
    (secs.is_finite() && secs >= 0.0).then_some(secs)
}

/// Seconds at the start of `text`: `12.3s`, `850ms`, `2m3.5s`, `1 hour`, a bare number.
fn duration_secs(text: &str) -> Option<f64> {
    let (mut total, mut rest, mut any) = (0.0, text, false);
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let Ok(number) = number.parse::<f64>() else { return any.then_some(total) };
        let unit = after.trim_start();
        let letters = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at(letters);
        total += match unit {
            "ms" | "milliseconds" => number / 1000.0,
            unit if unit.starts_with('m') => number * 60.0,
            unit if unit.starts_with('h') => number * 3600.0,
            _ => number,
        };
        (rest, any) = (after, true);
    }
}
