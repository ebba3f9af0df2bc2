//! `provider::failure` and `redact`: statuses and bodies → a cause, a sentence and a hint, without secrets.

use crate::support::InWords;
use crate::support::{bodies, data};
use sidecite::provider::{failure, redact};
use sidecite::types::FailureCause;

#[test]
fn statuses_and_bodies_become_words_and_hints() {
    use FailureCause as F;
    for (status, body, cause, words, hint) in [
        (
            401,
            r#"{"error":{"message":"Invalid API Key","type":"x","code":null}}"#,
            F::Unauthorized,
            "“Invalid API Key”",
            "Check the key",
        ),
        (401, r#"{"detail":"Invalid API Key"}"#, F::Unauthorized, "“Invalid API Key”", "key"),
        (
            400,
            r#"[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}]"#,
            F::Unauthorized,
            "not valid",
            "key",
        ),
        (403, r#"{"Message":"no access"}"#, F::Unauthorized, "“no access”", "may use"),
        (
            404,
            r#"{"error":{"message":"The model `x` does not exist"}}"#,
            F::NotFound,
            "does not exist",
            "Test connection",
        ),
        (404, "404 page not found", F::NotFound, "“404 page not found”", "/v1"),
        (
            404,
            r#"{"error":"Specified model not found"}"#,
            F::NotFound,
            "“Specified model not found”",
            "list the models",
        ),
        (
            400,
            r#"{"object":"error","message":"Invalid model: x","type":"invalid_model","code":"1500"}"#,
            F::BadRequest,
            "“Invalid model: x”",
            "list the models",
        ),
        (
            422,
            r#"{"detail":[{"loc":["body","seed"],"msg":"extra fields not permitted","type":"v"}]}"#,
            F::BadRequest,
            "“seed: extra fields not permitted”",
            "model ID",
        ),
        (400, r#"{"id":"1","message":"bad"}"#, F::BadRequest, "“bad”", "model ID"),
        (
            400,
            r#"{"code":"invalid-argument","error":"Model not found: x"}"#,
            F::BadRequest,
            "“Model not found: x”",
            "models",
        ),
        (
            400,
            r#"{"error":{"message":"Unsupported parameter: 'temperature'","param":"temperature"}}"#,
            F::BadRequest,
            "temperature",
            "without `temperature`",
        ),
        (
            400,
            r#"{"error":{"message":"This model's maximum context length is 8192 tokens"}}"#,
            F::BadRequest,
            "8192",
            "fewer",
        ),
        (
            429,
            r#"{"error":{"code":429,"message":"quota","details":[{"retryDelay":"34.4s"}]}}"#,
            F::RateLimited,
            "“quota”",
            "35 s",
        ),
        (
            429,
            r#"{"error":{"message":"Rate limit reached. Please try again in 1.2s."}}"#,
            F::RateLimited,
            "reached",
            "2 s",
        ),
        (429, r#"{"error":{"message":"try again in 2m3s"}}"#, F::RateLimited, "again", "123 s"),
        (
            429,
            r#"{"error":{"code":"insufficient_quota","message":"You exceeded your quota"}}"#,
            F::QuotaUsedUp,
            "exceeded",
            "balance",
        ),
        (402, "", F::QuotaUsedUp, "(402).", "balance"),
        (
            503,
            r#"{"error":{"message":"Loading model","code":503}}"#,
            F::HostError,
            "“Loading model”",
            "loading",
        ),
        (
            502,
            "<html><head><title>502 Bad Gateway</title></head><body><h1>x</h1></body></html>",
            F::HostError,
            "“502 Bad Gateway x”",
            "again",
        ),
        (
            500,
            r#"{"error":{"message":"Provider returned error","metadata":{"raw":"upstream is down"}}}"#,
            F::HostError,
            "upstream is down",
            "again",
        ),
        (408, "", F::TimedOut, "(408)", "again"),
        (418, "{}", F::BadRequest, "(418).", "model ID"),
    ] {
        let failure = failure::from_response("h.example", status, body.as_bytes(), true);
        assert_eq!((failure.cause, failure.status), (cause, Some(status)), "{body}");
        assert!(failure.error.message().contains("h.example "), "{}", failure.error.message());
        assert!(failure.error.message().contains(words), "{} lacks {words}", failure.error.message());
        assert!(failure.error.hint().contains(hint), "{} lacks {hint} ({body})", failure.error.hint());
    }
    assert!(failure::from_response("h", 401, b"", false).error.hint().contains("Enter a key"));
}

#[test]
fn recorded_error_bodies_are_quoted() {
    let Some(streams) = data("streams") else { return };
    for folder in ["openai-chat", "models", "errors"] {
        for path in bodies(&streams.join(folder)) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Some((_, after)) = name.split_once("http-") else { continue };
            let status: u16 = after[..3].parse().unwrap();
            let failure = failure::from_response("h", status, &std::fs::read(&path).unwrap(), true);
            assert!(failure.error.message().contains("Response: “"), "{name}: {}", failure.error.message());
            assert!(!matches!(failure.cause, FailureCause::Garbled), "{name}");
        }
    }
}

#[test]
fn anything_like_a_key_is_masked() {
    for secret in [
        "sk-proj-abcDEF123456",
        "sk-inval**************-key",
        "gsk_9aB8c7D6e5F4",
        "hf_abcdefGHIJKL",
        "AIzaSyA1234567890abcdef",
        "xai-0123456789",
        "nvapi-abc_DEF-123456",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
        "0123456789abcdef0123456789abcdef",
        "AKIAIOSFODNN7EXAMPLE",
    ] {
        for text in [
            format!("key {secret}."),
            format!("\"{secret}\""),
            format!("Bearer {secret}"),
            format!("?key={secret}&x"),
        ] {
            assert!(!redact::redact(&text).contains(&secret[3..]), "{text} → {}", redact::redact(&text));
        }
    }
    assert!(!redact::redact("Authorization: Bearer hunter22").contains("hunter22"));
    assert!(!redact::redact("api_key=hunter22").contains("hunter22"));
    for plain in [
        "API key not valid. Please pass a valid API key.",
        "The model `qwen3-coder-480b-a35b-instruct-turbo` does not exist.",
        "region asia-northeast1 is overloaded",
        "Tool choice is required, but model did not call a tool",
    ] {
        assert_eq!(redact::redact(plain), plain);
    }
}

#[test]
fn no_hidden_character_stays_in_a_message_for_people() {
    for c in ('\0'..=char::MAX).filter(|c| sidecite::text::is_hidden(*c)) {
        let plain = if c.is_whitespace() { "a b" } else { "ab" };
        assert_eq!(redact::clip(&format!("a{c}b"), 10), plain, "{c:?}");
    }
}
