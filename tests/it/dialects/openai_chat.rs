//! OpenAI chat completions: ends, damage, foreign bodies, requests. Its oddities are files of `tests/data/streams/openai-chat`.

use crate::support::InWords;
use crate::wire::decode;
use serde_json::Value;
use sidecite::provider::{Dialect, Error, HttpRequest, Key, Target};
use sidecite::types::{
    AuthKind, CallFailure, ChatEvent, ChatRequest, FailureCause, Message, Parameters, Role,
};

fn failure_of(body: &str) -> CallFailure {
    decode(Dialect::OpenaiChat, body.as_bytes(), 5).failure.unwrap_or_else(|| panic!("no failure: {body}"))
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
        assert!(failure.error.message().contains(words), "{} lacks {words}", failure.error.message());
        assert!(!failure.error.hint().is_empty());
    }
    assert_eq!(
        decode(Dialect::OpenaiChat, format!("{delta}\n\ndata: not json\n\n{delta}\n\n").as_bytes(), 9).text,
        "so far"
    );
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
    let decoded = decode(Dialect::OpenaiChat, body.as_bytes(), 65_536);
    assert_eq!((decoded.text.len(), decoded.failures), (text.len(), 0));
}

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
fn a_short_key_is_masked_in_its_header_and_leaves_the_rest_alone() {
    let shown = |key: &str| {
        let typed = ChatRequest { model: "fake-fast".into(), ..request() };
        let http = encode("http://localhost:11434/v1/", &typed, Some(&Key::new(key).unwrap())).unwrap();
        let shown = http.redacted();
        (shown.headers[0].1.clone(), shown.url, String::from_utf8(shown.body).unwrap())
    };
    let (header, url, body) = shown("k");
    assert_eq!(header, "Bearer ••••••••");
    assert_eq!(url, "http://localhost:11434/v1/chat/completions");
    assert!(body.contains("\"fake-fast\"") && !body.contains('•'), "{body}");
    // One that is long enough to be a secret is nowhere, however it came there.
    let key = "fake-fast";
    let (header, _, body) = shown(key);
    assert_eq!(header, "Bearer ••••••••");
    assert!(!body.contains(key), "{body}");
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
