//! `courier::retry`: when to ask again, and when never.

use crate::support::InWords;
use proptest::prelude::*;
use sidecite::courier::retry::{self, Retry, RetryDecision, RetryHeaders};
use sidecite::courier::{HostFacts, LocalAccess, Observation, Probe, Reply, diagnose, http_date};
use sidecite::provider::failure;
use sidecite::types::problem::legacy;
use sidecite::types::{CallFailure, FailureCause};

/// 2026-11-21 08:00:00 UTC, as `date -u -d … +%s` gives it.
const NOW: f64 = 1_795_248_000_000.0;

fn refused(status: u16, body: &str) -> CallFailure {
    failure::from_response("host.example", status, body.as_bytes(), true)
}

fn headers(pairs: &[(&str, &str)]) -> RetryHeaders {
    let get =
        |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    RetryHeaders::read(get, NOW)
}

/// The wait before the next try, when there is one.
fn delay(verdict: RetryDecision) -> Option<f64> {
    match verdict {
        RetryDecision::Again { after_millis } => Some(after_millis),
        RetryDecision::TooLong { .. } | RetryDecision::Over => None,
    }
}

fn first(failure: &CallFailure, headers: &RetryHeaders) -> Option<f64> {
    delay(Retry::new().decide(failure, headers, false, 0.5))
}

#[test]
fn every_status_has_one_answer() {
    for status in 300..=599u16 {
        let failure = refused(status, "{}");
        let expected = matches!(status, 408 | 409 | 425 | 429) || status >= 500;
        let none = RetryHeaders::default();
        assert_eq!(first(&failure, &none).is_some(), expected, "{status}");
        // Never once something has come, and never against the host's word.
        assert_eq!(Retry::new().decide(&failure, &none, true, 0.5), RetryDecision::Over, "{status}");
        assert_eq!(first(&failure, &headers(&[("x-should-retry", "false")])), None, "{status}");
        // The host's word helps where nothing speaks against it.
        let allowed = expected || (405..500).contains(&status);
        assert_eq!(first(&failure, &headers(&[("x-should-retry", "true")])).is_some(), allowed, "{status}");
    }
}

#[test]
fn every_cause_has_one_answer_without_a_status() {
    use FailureCause as F;
    let all = [
        F::Offline,
        F::Unreachable,
        F::Cors,
        F::MixedContent,
        F::Unauthorized,
        F::NotFound,
        F::RateLimited,
        F::QuotaUsedUp,
        F::BrowserForbidden,
        F::LocalNetworkDenied,
        F::OverBudget,
        F::BadRequest,
        F::HostError,
        F::CutOff,
        F::TimedOut,
        F::Garbled,
        F::Model,
        F::Crashed,
    ];
    for cause in all {
        let retried =
            first(&CallFailure::new(cause, legacy::text("", "")), &RetryHeaders::default()).is_some();
        assert_eq!(retried, cause == F::Unreachable, "{cause:?}");
    }
}

#[test]
fn a_used_up_quota_is_never_retried_whatever_the_host_says() {
    let quota = CallFailure::new(FailureCause::QuotaUsedUp, legacy::text("", "")).with_status(429);
    let eager = headers(&[("x-should-retry", "true"), ("retry-after", "1")]);
    assert_eq!(first(&quota, &eager), None);
    for status in [400, 401, 402, 403, 404] {
        assert_eq!(first(&refused(status, "{}"), &eager), None, "{status}");
    }
    let forbidden = CallFailure::new(FailureCause::BrowserForbidden, legacy::text("", "")).with_status(409);
    assert_eq!(first(&forbidden, &eager), None);
}

#[test]
fn there_are_two_retries_and_their_waits_double() {
    let (failure, none) = (refused(503, "{}"), RetryHeaders::default());
    let mut retry = Retry::new();
    for after_millis in [500.0, 1_000.0] {
        assert_eq!(retry.decide(&failure, &none, false, 0.0), RetryDecision::Again { after_millis });
    }
    assert_eq!(retry.decide(&failure, &none, false, 0.0), RetryDecision::Over);
    assert_eq!(retry.retries(), 2);
    let waits: Vec<f64> = (0..8).map(|retries| retry::backoff_millis(retries, 0.0)).collect();
    assert_eq!(waits, [500.0, 1e3, 2e3, 4e3, 8e3, 8e3, 8e3, 8e3]);
    assert_eq!(retry::backoff_millis(u32::MAX, 0.0), 8e3);
    assert_eq!(retry::backoff_millis(0, 1.0), 375.0);
}

#[test]
fn a_refusal_to_retry_uses_up_no_try() {
    let none = RetryHeaders::default();
    let mut retry = Retry::new();
    assert_eq!(retry.decide(&refused(400, "{}"), &none, false, 0.0), RetryDecision::Over);
    assert_eq!(retry.decide(&refused(500, "{}"), &none, true, 0.0), RetryDecision::Over);
    assert_eq!(retry.retries(), 0);
}

#[test]
fn the_host_says_how_long() {
    let failure = refused(429, "{}");
    for (pairs, expected) in [
        (&[("retry-after", "7")][..], 7_000.0),
        (&[("retry-after", " 1.5 ")], 1_500.0),
        (&[("retry-after-ms", "250")], 250.0),
        (&[("retry-after-ms", "250"), ("retry-after", "7")], 250.0),
        (&[("retry-after-ms", "soon"), ("retry-after", "7")], 7_000.0),
        (&[("retry-after", "Sat, 21 Nov 2026 08:00:20 GMT")], 20_000.0),
        (&[("retry-after", "60")], 60_000.0),
        // Nonsense, the past and nothing leave the usual wait, here in the middle of its range.
        (&[("retry-after", "-3")], 437.5),
        (&[("retry-after", "NaN")], 437.5),
        (&[("retry-after", "inf")], 437.5),
        (&[("retry-after", "")], 437.5),
        (&[("retry-after", "0")], 437.5),
        (&[("retry-after", "Sat, 21 Nov 2026 07:00:00 GMT")], 437.5),
        (&[("retry-after", "21 Nov 2026")], 437.5),
    ] {
        assert_eq!(first(&failure, &headers(pairs)), Some(expected), "{pairs:?}");
    }
}

#[test]
fn the_body_says_how_long_and_the_longer_wait_counts() {
    let info = r#"{"error":{"code":429,"message":"slow down","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12.3s"}]}}"#;
    let words = r#"{"error":{"message":"Rate limit reached. Please try again in 12.3s."}}"#;
    for body in [info, words] {
        let failure = refused(429, body);
        assert_eq!(first(&failure, &RetryHeaders::default()), Some(12_300.0), "{body}");
        assert_eq!(first(&failure, &headers(&[("retry-after", "2")])), Some(12_300.0));
        assert_eq!(first(&failure, &headers(&[("retry-after", "20")])), Some(20_000.0));
    }
}

#[test]
fn a_long_wait_is_told_not_waited() {
    let failure = refused(429, "{}");
    for (header, millis) in [("60.001", 60_001.0), ("3600", 3_600_000.0), ("1e12", 1e15)] {
        let mut retry = Retry::new();
        let verdict = retry.decide(&failure, &headers(&[("retry-after", header)]), false, 0.5);
        assert_eq!(verdict, RetryDecision::TooLong { wait_millis: millis });
        assert_eq!(retry.retries(), 0);
    }
    let failure = retry::with_wait(failure, 3_600_000.0);
    assert_eq!(failure.retry_after_millis, Some(3_600_000));
    assert!(failure.error.hint().contains("1 h"), "{}", failure.error.hint());
}

#[test]
fn an_unreachable_host_is_asked_again_and_a_silent_one_is_not() {
    let known = HostFacts::default();
    let seen = |reply, probe| Observation {
        online: true,
        page_origin: "https://page.example",
        url: "https://api.example/v1/chat/completions",
        had_key: true,
        reply,
        probe,
        keyless: Probe::NotMade,
        local_access: LocalAccess::Unknown,
        elapsed_millis: 900.0,
        known: &known,
    };
    let none = RetryHeaders::default();
    let unreachable = diagnose(&seen(Reply::NetworkError, Probe::NetworkError)).unwrap();
    assert!(first(&unreachable, &none).is_some());
    let blocked = diagnose(&seen(Reply::NetworkError, Probe::Resolved)).unwrap();
    assert!(first(&blocked, &none).is_none());
    let silent = diagnose(&seen(Reply::TimedOut, Probe::NotMade)).unwrap();
    assert!(first(&silent, &none).is_none());
    // The host's own timeout has a status, and is retried.
    assert!(first(&refused(408, "{}"), &none).is_some());
}

#[test]
fn dates_are_those_of_the_standard() {
    // RFC 9110, §5.6.7; the others by `date -u -d`.
    for (text, seconds) in [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Wed, 31 Dec 1969 23:59:59 GMT", -1.0),
        ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600.0),
        ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200.0),
        ("Sat, 21 Nov 2026 08:00:00 GMT", NOW / 1_000.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799.0),
    ] {
        assert_eq!(http_date::parse(text), Some(seconds * 1_000.0), "{text}");
    }
    for text in [
        "",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06 Nov 1994 08:49:37:00 GMT",
        "Wed, 29 Feb 2023 00:00:00 GMT",
        "Mon, 29 Feb 2100 00:00:00 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, +6 Nov 1994 08:49:37 GMT",
    ] {
        assert_eq!(http_date::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn waits_stay_in_their_range(random in 0.0f64..1.0, retries in 0u32..12) {
        let longest = (500.0 * f64::from(2u32.pow(retries))).min(8_000.0);
        let wait = retry::backoff_millis(retries, random);
        prop_assert!(wait > longest * 0.75 && wait <= longest, "{wait} of {longest}");
    }

    #[test]
    fn no_header_makes_it_panic_or_wait_for_ever(
        after in "\\PC{0,40}", millis in "\\PC{0,12}", word in "\\PC{0,8}", status in 300u16..600, random in 0.0f64..1.0,
    ) {
        let headers = headers(&[("retry-after", &after), ("retry-after-ms", &millis), ("x-should-retry", &word)]);
        let mut retry = Retry::new();
        for _ in 0..4 {
            if let Some(wait) = delay(retry.decide(&refused(status, "{}"), &headers, false, random)) {
                prop_assert!(wait > 0.0 && wait <= retry::MAX_HINT_MILLIS);
            }
        }
        prop_assert!(retry.retries() <= retry::MAX_RETRIES);
    }
}
