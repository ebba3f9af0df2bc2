//! `provider`: framing, the openai-chat dialect over recorded answers, failures, models, addresses, keys.

use proptest::prelude::*;
use serde_json::{Value, json};
use sidecite::provider::framing::sse::{MAX_EVENT_BYTES, SseDecoder, SseEvent};
use sidecite::provider::{Dialect, Error, HttpRequest, Key, Target, address, failure, models, redact};
use sidecite::types::{
    AuthKind, CallFailure, ChatEvent, ChatRequest, FailureCause, Message, Parameters, Role,
};
use std::path::{Path, PathBuf};

const CUTS: [usize; 4] = [1, 2, 7, 4096];

// ---------------------------------------------------------------- framing

fn sse(pieces: &[&[u8]]) -> Vec<(String, String, bool)> {
    let mut decoder = SseDecoder::default();
    let mut events: Vec<SseEvent> = Vec::new();
    for piece in pieces {
        events.extend(decoder.push(piece));
    }
    events.extend(decoder.finish());
    events.into_iter().map(|event| (event.name, event.data, event.complete)).collect()
}

fn check_sse(body: &str, expected: &[(&str, &str, bool)]) {
    let expected: Vec<_> = expected.iter().map(|(n, d, c)| ((*n).to_owned(), (*d).to_owned(), *c)).collect();
    for cut in 1..=body.len().max(1) {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(cut).collect();
        assert_eq!(sse(&pieces), expected, "cut {cut} of {body:?}");
    }
}

#[test]
fn sse_follows_the_event_stream_grammar() {
    check_sse("data: a\n\n", &[("", "a", true)]);
    check_sse("data:a\r\n\r\n", &[("", "a", true)]);
    check_sse("data: a\r\rdata: b\r\r", &[("", "a", true), ("", "b", true)]);
    check_sse("\u{feff}data: a\n\n", &[("", "a", true)]);
    check_sse("\u{feff}: hi\r\n\r\ndata: é€😀\r\n\r\n", &[("", "é€😀", true)]);
    check_sse("data: a\ndata\ndata:  b\n\n", &[("", "a\n\n b", true)]);
    check_sse(": comment\n\nevent: error\ndata: x\nid: 7\nretry: 5\n\n", &[("error", "x", true)]);
    check_sse("event: ping\n\ndata: a\n\n", &[("", "a", true)]);
    check_sse("data: tail", &[("", "tail", false)]);
    check_sse("data: tail\n", &[("", "tail", false)]);
    check_sse("nonsense\n\n", &[]);
    check_sse("", &[]);
    check_sse("data\n\n", &[("", "", true)]);
    check_sse("data: a\n\n\n\n\r\n\r\ndata: b\n\n", &[("", "a", true), ("", "b", true)]);
}

#[test]
fn sse_replaces_invalid_utf8_and_goes_on() {
    assert_eq!(
        sse(&[b"data: \xff\xfe\n\nda", b"ta: ok\n\n"]),
        [(String::new(), "\u{fffd}\u{fffd}".into(), true), (String::new(), "ok".into(), true)]
    );
}

#[test]
fn sse_is_bounded() {
    let mut decoder = SseDecoder::default();
    let piece = vec![b'x'; 1 << 20];
    decoder.push(b"data: ");
    for _ in 0..(MAX_EVENT_BYTES >> 20) + 1 {
        assert!(decoder.push(&piece).is_empty());
    }
    assert!(decoder.error().is_some());
    assert!(decoder.push(b"\n\ndata: a\n\n").is_empty());
    assert!(decoder.finish().is_empty());
}

// ---------------------------------------------------------------- decoding

#[derive(Debug, Default, PartialEq)]
struct Decoded {
    text: String,
    reasoning: String,
    finish_reason: Option<String>,
    usage: Value,
    tool_calls: Value,
    error: Value,
    failure: Option<CallFailure>,
    failures: usize,
}

fn decode(body: &[u8], cut: usize) -> Decoded {
    let mut decoder = Dialect::OpenaiChat.decoder();
    let mut events = Vec::new();
    for piece in body.chunks(cut) {
        events.extend(decoder.push(piece));
    }
    events.extend(decoder.finish());
    let mut out = Decoded { usage: json!({}), ..Decoded::default() };
    for event in events {
        match event {
            ChatEvent::TextDelta(text) => out.text += &text,
            ChatEvent::ReasoningDelta(text) => out.reasoning += &text,
            ChatEvent::Finish(reason) => out.finish_reason = Some(reason),
            ChatEvent::Citation(_) => {}
            ChatEvent::Usage(usage) => {
                out.usage = json!({
                    "input": usage.input_tokens, "output": usage.output_tokens, "total": usage.total_tokens,
                    "reasoning": usage.reasoning_tokens, "cached": usage.cached_tokens,
                });
            }
            ChatEvent::Failed(failure) => {
                out.failures += 1;
                out.failure = Some(failure);
            }
        }
    }
    out.tool_calls = serde_json::to_value(decoder.tool_calls()).unwrap();
    out.error = decoder.reported_error().cloned().unwrap_or(Value::Null);
    out
}

fn check_recording(path: &Path, body: &[u8]) -> Vec<String> {
    let expected_path = path.with_file_name(format!(
        "{}.expected.json",
        path.file_name().unwrap().to_str().unwrap().rsplit_once('.').unwrap().0.trim_end_matches(".chunks")
    ));
    let Ok(expected) = std::fs::read(&expected_path) else {
        return vec![format!("{}: no expectation", path.display())];
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let mut misses = Vec::new();
    let whole = decode(body, body.len().max(1));
    for cut in CUTS {
        assert_eq!(decode(body, cut), whole, "cut {cut} of {}", path.display());
    }
    let mut compare = |field: &str, got: Value| {
        if expected[field] != got {
            misses.push(format!("{}: {field}: expected {}, got {got}", path.display(), expected[field]));
        }
    };
    compare("text", json!(whole.text));
    compare("reasoning", json!(whole.reasoning));
    compare("finish_reason", json!(whole.finish_reason));
    compare("usage", whole.usage.clone());
    compare("tool_calls", whole.tool_calls.clone());
    compare("error", whole.error.clone());
    assert!(whole.failures <= 1, "{}", path.display());
    assert!(whole.error.is_null() || whole.failure.is_some(), "{}", path.display());
    misses
}

fn recordings(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!("skipped: {} not found", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            !name.ends_with(".expected.json")
                && !name.ends_with(".request.json")
                && [".sse", ".json", ".chunks.txt"].iter().any(|end| name.ends_with(end))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn recorded_answers_decode_as_expected_at_every_cut() {
    let Some(streams) = crate::support::data("streams") else { return };
    let mut files = recordings(&streams.join("openai-chat"));
    files.extend(
        recordings(&streams.join("synthetic-edge"))
            .into_iter()
            .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("openai")),
    );
    let mut misses = Vec::new();
    for path in &files {
        let body = std::fs::read(path).unwrap();
        misses.extend(check_recording(path, &body));
        if path.to_str().unwrap().ends_with(".chunks.txt") {
            // Grade B holds payloads only: also framed, as they were on the wire.
            let framed: String = String::from_utf8(body)
                .unwrap()
                .lines()
                .map(|line| format!("data: {line}\n\n"))
                .chain(["data: [DONE]\n\n".to_owned()])
                .collect();
            misses.extend(check_recording(path, framed.as_bytes()));
        }
    }
    eprintln!("{} recorded answers", files.len());
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn own_vectors_decode_as_expected_at_every_cut() {
    let files = recordings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/streams"));
    assert!(files.len() >= 10);
    let misses: Vec<String> =
        files.iter().flat_map(|path| check_recording(path, &std::fs::read(path).unwrap())).collect();
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

fn failure_of(body: &str) -> CallFailure {
    decode(body.as_bytes(), 5).failure.unwrap_or_else(|| panic!("no failure: {body}"))
}

#[test]
fn incomplete_and_foreign_answers_fail_by_name() {
    let delta = r#"data: {"choices":[{"index":0,"delta":{"content":"so far"}}]}"#;
    for (body, cause, words) in [
        (format!("{delta}\n\n"), FailureCause::CutOff, "text so far"),
        (format!("{delta}\n\ndata: {{\"choices\":[{{\"ind"), FailureCause::CutOff, "text so far"),
        (String::new(), FailureCause::CutOff, "before any answer"),
        (": ping\n\n: ping\n\n".into(), FailureCause::Garbled, "ping"),
        ("\n\n\n".into(), FailureCause::CutOff, "before any answer"),
        (
            "<!doctype html><html><head><title>Sign in</title><style>p{}</style></head>".into(),
            FailureCause::Garbled,
            "“Sign in”",
        ),
        ("upstream connect error".into(), FailureCause::Garbled, "“upstream connect error”"),
        (r#"{"hello":"world"}"#.into(), FailureCause::Garbled, "hello"),
        (r#"{"detail":"Not authenticated"}"#.into(), FailureCause::HostError, "“Not authenticated”"),
        ("{\"choices\":[{\"message\":{\"content\":\"cut".into(), FailureCause::Garbled, "choices"),
        (format!("{delta}\n\ndata: not json\n\n{delta}\n\n"), FailureCause::Garbled, "not json"),
        ("event: error\ndata: overloaded\n\n".into(), FailureCause::HostError, "“overloaded”"),
        ("[[[[".repeat(10_000), FailureCause::Garbled, "[[["),
    ] {
        let failure = failure_of(&body);
        assert_eq!(failure.cause, cause, "{body:.80}");
        assert!(failure.message.contains(words), "{} lacks {words}", failure.message);
        assert!(!failure.hint.is_empty());
    }
    assert_eq!(decode(format!("{delta}\n\ndata: not json\n\n{delta}\n\n").as_bytes(), 9).text, "so far");
}

#[test]
fn after_done_the_answer_is_complete_but_reading_goes_on_to_the_end() {
    let mut decoder = Dialect::OpenaiChat.decoder();
    decoder.push(b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n");
    assert!(!decoder.is_complete());
    decoder.push(b"data: [DONE]\n\n");
    assert!(decoder.is_complete());
    assert!(decoder.finish().is_empty());
    assert!(decoder.finish().is_empty());
}

#[test]
fn bodies_without_end_are_bounded() {
    for start in ["{\"choices\":", "data: "] {
        let mut decoder = Dialect::OpenaiChat.decoder();
        let mut events = decoder.push(start.as_bytes());
        for _ in 0..20 {
            events.extend(decoder.push(&vec![b'1'; 1 << 20]));
        }
        events.extend(decoder.finish());
        assert!(
            matches!(&events[..], [ChatEvent::Failed(failure)] if failure.cause == FailureCause::Garbled),
            "{events:?}"
        );
    }
}

#[test]
fn a_line_of_10_mb_and_repeated_ends_are_fine() {
    let text = "long ".repeat(2_000_000);
    let body = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}},\"finish_reason\":\"stop\"}}]}}\n\n{}",
        "data: [DONE]\n\n".repeat(3)
    );
    let decoded = decode(body.as_bytes(), 65_536);
    assert_eq!((decoded.text.len(), decoded.failures), (text.len(), 0));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Damaged recordings never panic, fail at most once, and mean the same however they are cut.
    #[test]
    fn damage_is_read_the_same_at_every_cut(which in any::<prop::sample::Index>(), flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6), cut in 1_usize..50) {
        let files = recordings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/streams"));
        let mut body = std::fs::read(which.get(&files)).unwrap();
        for (at, byte) in flips {
            *at.get_mut(&mut body) = byte;
        }
        let whole = decode(&body, body.len());
        prop_assert!(whole.failures <= 1);
        prop_assert_eq!(decode(&body, cut), whole);
    }

    #[test]
    fn lines_come_out_the_same_at_every_cut(body in "(data|event|:|: |[a-c é]|\r|\n|\r\n|\u{feff}){0,40}", cut in 1_usize..9) {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(cut).collect();
        prop_assert_eq!(sse(&pieces), sse(&[body.as_bytes()]));
    }
}

// ---------------------------------------------------------------- requests

fn encode(base: &str, request: &ChatRequest, key: Option<&Key>) -> Result<HttpRequest, Error> {
    sidecite::provider::encode(&Target::custom(Dialect::OpenaiChat, base, AuthKind::Default)?, request, key)
}

fn request() -> ChatRequest {
    ChatRequest {
        model: "m".into(),
        messages: vec![
            Message { role: Role::System, content: "Be brief.".into() },
            Message { role: Role::User, content: "Why \"so\"?\n".into() },
        ],
        parameters: Parameters {
            max_tokens: Some(50),
            temperature: Some(0.7),
            top_p: None,
            seed: Some(1),
            ..Parameters::default()
        },
        ..ChatRequest::default()
    }
}

#[test]
fn a_request_holds_what_was_set_and_nothing_else() {
    let key = Key::new(" Bearer sk-abc ").unwrap();
    let http = encode("http://localhost:11434/v1/", &request(), Some(&key)).unwrap();
    assert_eq!(http.url, "http://localhost:11434/v1/chat/completions");
    assert_eq!(
        http.headers,
        [
            ("authorization".to_owned(), "Bearer sk-abc".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned())
        ]
    );
    assert_eq!(
        String::from_utf8(http.body).unwrap(),
        r#"{"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why \"so\"?\n"}],"stream":true,"stream_options":{"include_usage":true},"max_tokens":50,"temperature":0.7,"seed":1}"#
    );
    let keyless = encode("http://localhost:11434", &request(), None).unwrap();
    assert_eq!(keyless.headers.len(), 1);
}

#[test]
fn hosts_that_differ_get_what_they_take() {
    let body = |base: &str| -> Value {
        serde_json::from_slice(&encode(base, &request(), None).unwrap().body).unwrap()
    };
    assert_eq!(body("https://api.openai.com/v1")["max_completion_tokens"], 50);
    assert_eq!(body("https://x.openai.azure.com/openai/v1")["max_tokens"], Value::Null);
    assert_eq!(body("https://notapi.openai.com.example/v1")["max_tokens"], 50);
    assert_eq!(body("https://api.mistral.ai/v1").get("stream_options"), None);
}

#[test]
fn addresses_are_joined_or_refused_with_a_hint() {
    for (typed, url) in [
        ("https://h.example", "https://h.example/chat/completions"),
        ("https://h.example/v1///", "https://h.example/v1/chat/completions"),
        (" https://h.example/v1/chat/completions/ ", "https://h.example/v1/chat/completions"),
        ("https://h.example/v1/models", "https://h.example/v1/chat/completions"),
        ("HTTP://LOCALHOST:80/v1#x", "http://localhost/v1/chat/completions"),
        ("https://h.example/a?api-version=1", "https://h.example/a/chat/completions?api-version=1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions"),
        ("https://bücher.example/v1", "https://xn--bcher-kva.example/v1/chat/completions"),
    ] {
        assert_eq!(encode(typed, &request(), None).unwrap().url, url);
    }
    let refused = |typed: &str| address::parse_base(typed).unwrap_err();
    for (typed, suggestion) in [
        ("localhost:11434/v1", "http://localhost:11434/v1"),
        ("192.168.0.4:8000", "http://192.168.0.4:8000/"),
        ("api.openai.com/v1", "https://api.openai.com/v1"),
        ("api.h.example:8443/v1", "https://api.h.example:8443/v1"),
        ("myserver:8080/v1", "http://myserver:8080/v1"),
        ("//h.example/v1", "https://h.example/v1"),
    ] {
        assert!(
            matches!(refused(typed), Error::NoScheme { suggestion: found, .. } if found == suggestion),
            "{typed}"
        );
    }
    assert!(matches!(refused("ftp://h.example"), Error::UnsupportedScheme { .. }));
    assert!(matches!(refused("javascript:alert(1)"), Error::UnsupportedScheme { .. }));
    assert_eq!(refused("https://u:p@h.example/v1"), Error::HasUserinfo);
    assert_eq!(refused("https://@h.example/v1"), Error::HasUserinfo);
    assert_eq!(refused("  "), Error::NoAddress);
    assert!(matches!(refused("https://"), Error::NotAUrl { .. }));
    assert!(matches!(refused("https://h:99999/"), Error::NotAUrl { .. }));
    let mut nameless = request();
    nameless.model = " ".into();
    assert_eq!(encode("https://h.example", &nameless, None), Err(Error::NoModel));
    for error in [refused("ftp://h.example"), refused("x.example"), Error::NoModel] {
        assert!(!error.hint().is_empty() && error.to_failure().message.starts_with("Nothing was sent"));
    }
}

#[test]
fn keys_do_not_show_themselves() {
    let key = Key::new("sk-verysecret").unwrap();
    for shown in [format!("{key:?}"), format!("{key}"), serde_json::to_string(&key).unwrap()] {
        assert!(!shown.contains("secret"), "{shown}");
    }
    for bad in ["", "  ", "Bearer ", "a b", "a\nb", "schlüssel", "sk-\u{200b}x"] {
        let error = Key::new(bad).unwrap_err();
        assert!(bad.trim().is_empty() || !error.to_string().contains(bad));
    }
}

// ---------------------------------------------------------------- failures

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
        assert!(failure.message.contains("h.example "), "{}", failure.message);
        assert!(failure.message.contains(words), "{} lacks {words}", failure.message);
        assert!(failure.hint.contains(hint), "{} lacks {hint} ({body})", failure.hint);
    }
    assert!(failure::from_response("h", 401, b"", false).hint.contains("Enter a key"));
}

#[test]
fn recorded_error_bodies_are_quoted() {
    let Some(streams) = crate::support::data("streams") else { return };
    for folder in ["openai-chat", "models", "errors"] {
        for path in recordings(&streams.join(folder)) {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Some((_, after)) = name.split_once("http-") else { continue };
            let status: u16 = after[..3].parse().unwrap();
            let failure = failure::from_response("h", status, &std::fs::read(&path).unwrap(), true);
            assert!(failure.message.contains("Response: “"), "{name}: {}", failure.message);
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

// ---------------------------------------------------------------- models

#[test]
fn model_lists_of_all_shapes() {
    let names = |models: Vec<sidecite::types::ModelEntry>| {
        models.into_iter().map(|model| model.name).collect::<Vec<String>>()
    };
    let parse = |body: &str| models::parse_models(body.as_bytes()).map(names);
    assert_eq!(parse(r#"{"data":[{"id":"a"},{"id":"text-embedding-3"},{"id":"a"}]}"#).unwrap(), ["a"]);
    assert_eq!(parse(r#"[{"id":"b"},"c"]"#).unwrap(), ["b", "c"]);
    assert_eq!(
        parse(r#"{"models":[{"name":"qwen3:4b"},{"name":"nomic-embed-text"}]}"#).unwrap(),
        ["qwen3:4b"]
    );
    assert_eq!(parse(r#"{"data":[{"id":"whisper-1"},{"id":"tts-1"}]}"#).unwrap(), ["whisper-1", "tts-1"]);
    assert_eq!(parse(r#"{"data":[]}"#).unwrap(), Vec::<String>::new());
    assert_eq!(parse("<html>"), None);
    assert_eq!(parse(r#"{"error":"x"}"#), None);
    let Some(folder) = crate::support::data("streams/models") else { return };
    for path in recordings(&folder) {
        let body = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let found = models::parse_models(&body).map(names);
        if name.contains("http-") {
            assert_eq!(found, None, "{name}");
        } else {
            let found = found.unwrap();
            assert!(!found.is_empty(), "{name}");
            assert!(!found.iter().any(|model| model.contains("embed")), "{name}: {found:?}");
        }
    }
}
