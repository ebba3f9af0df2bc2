//! `courier`: keys stay with their origin, requests are shown without them, failures name their true cause.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use proptest::prelude::*;
use sidecite::courier::{
    Egress, Keyring, Limits, Origin, Patience, Purpose, Stream, inspect, plan, plan_models, read_models,
    timeout,
};
use sidecite::provider::{Dialect, Error, HttpRequest, Key, Target};
use sidecite::types::{AuthKind, ChatEvent, ChatRequest, FailureCause, Message, Parameters, Role};
use url::Url;

const SECRET: &str = "sk-CANARY-7f3e9a51c2d84b60";
const HOME: &str = "https://api.good.example/v1";

fn request() -> ChatRequest {
    ChatRequest {
        model: "m".into(),
        messages: vec![Message { role: Role::User, content: "Why?".into() }],
        parameters: Parameters::default(),
        ..ChatRequest::default()
    }
}

fn keyring() -> Keyring {
    let mut keyring = Keyring::default();
    keyring.put(Origin::of_endpoint(HOME).unwrap(), Key::new(SECRET).unwrap());
    keyring
}

/// URLs that look like the key's origin to a person or a substring test, and are not.
const ELSEWHERE: [&str; 56] = [
    "http://api.good.example/v1",
    "https://api.good.example:8443/v1",
    "https://api.good.example:80/v1",
    "http://api.good.example:443/v1",
    "https://api.good.example.evil.example/v1",
    "https://api.good.example-evil.example/v1",
    "https://evil.example/api.good.example/v1",
    "https://evil.example/?q=api.good.example",
    "https://evil.example?api.good.example",
    "https://evil.example#api.good.example",
    "https://evil.example/#https://api.good.example/v1",
    "https://evil.example/https://api.good.example/v1",
    "https://api.good.example@evil.example/v1",
    "https://api.good.example:443@evil.example/v1",
    "https://user:pass@api.good.example/v1",
    "https://user@api.good.example/v1",
    "https://:pass@api.good.example/v1",
    "https://api.good.example%40evil.example/v1",
    "https://api.good.example%2eevil.example/v1",
    "https://api.good.example%00.evil.example/v1",
    "https://api.good.example./v1",
    "https://api.good.example..evil.example/v1",
    "https://good.example/v1",
    "https://xapi.good.example/v1",
    "https://api-good.example/v1",
    "https://apigood.example/v1",
    "https://api.good.exampl/v1",
    "https://api.good.examplee/v1",
    "https://evil.example\\api.good.example/v1",
    "https:\\\\evil.example\\api.good.example",
    "https://evil.example\\@api.good.example/v1",
    "https://api.good.exa\tmple.evil.example/v1",
    "https://api.good.example\n.evil.example/v1",
    "https://evil.example/\r\nhost: api.good.example",
    "https://аpi.good.example/v1",
    "https://api.gооd.example/v1",
    "https://api.good。evil.example/v1",
    "https://api\u{ad}.evil.example/v1",
    "https://[::1]/api.good.example",
    "https://127.0.0.1/v1",
    "https://0x7f.1/v1",
    "https://2130706433/v1",
    "ftp://api.good.example/v1",
    "ws://api.good.example/v1",
    "wss://api.good.example/v1",
    "javascript:fetch('https://api.good.example')",
    "data:text/plain,https://api.good.example",
    "file:///api.good.example/v1",
    "blob:https://api.good.example/1234",
    "filesystem:https://api.good.example/x",
    "about:blank#https://api.good.example",
    "//api.good.example/v1",
    "api.good.example/v1",
    "/v1/chat",
    "",
    "https://",
];

/// Every dialect with every way of showing a key.
fn every_way() -> impl Iterator<Item = (Dialect, AuthKind)> {
    let ways = [
        AuthKind::Usual,
        AuthKind::Bearer,
        AuthKind::XApiKey,
        AuthKind::ApiKey,
        AuthKind::XGoogApiKey,
        AuthKind::ApiKeyScheme,
    ];
    Dialect::ALL.into_iter().flat_map(move |dialect| ways.into_iter().map(move |way| (dialect, way)))
}

fn planned(dialect: Dialect, auth: AuthKind, url: &str, keyring: &Keyring) -> Option<HttpRequest> {
    plan(&Target::custom(dialect, url, auth).ok()?, &request(), keyring, 0).ok()
}

fn listed(dialect: Dialect, auth: AuthKind, url: &str, keyring: &Keyring) -> Option<HttpRequest> {
    plan_models(&Target::custom(dialect, url, auth).ok()?, keyring)
}

fn plan_at(url: &str, request: &ChatRequest, keyring: &Keyring) -> Result<HttpRequest, Error> {
    plan(&Target::custom(Dialect::OpenaiChat, url, AuthKind::Usual)?, request, keyring, 0)
}

fn carries_secret(request: &HttpRequest) -> bool {
    request.url.contains(SECRET)
        || request.headers.iter().any(|(_, value)| value.contains(SECRET))
        || String::from_utf8_lossy(&request.body).contains(SECRET)
}

#[test]
fn a_key_never_goes_to_another_origin() {
    let keyring = keyring();
    for url in ELSEWHERE {
        for (dialect, auth) in every_way() {
            for planned in [planned(dialect, auth, url, &keyring), listed(dialect, auth, url, &keyring)] {
                assert!(!planned.is_some_and(|request| carries_secret(&request)), "{url:?}");
            }
        }
        if let Ok(url) = Url::parse(url) {
            assert!(keyring.get(&url).is_none(), "{url}");
        }
    }
}

#[test]
fn a_key_goes_to_its_own_origin_however_it_is_written() {
    let keyring = keyring();
    for url in [
        HOME,
        "https://api.good.example",
        "https://api.good.example/",
        "https://api.good.example:443/v1/",
        "HTTPS://API.GOOD.EXAMPLE/v1",
        "https://api.good.example/openai/v1?api-version=2024-10-21",
        "https://api.good.example/v1/chat/completions",
        "  https://api.good.example/v1#evil.example ",
        "https:\\\\api.good.example\\v1",
        "https://api.good.example\\@evil.example/v1",
        "https://api.good.exa\tmple/v1",
    ] {
        let request = plan_at(url, &request(), &keyring).unwrap();
        assert!(carries_secret(&request), "{url:?}");
        assert_eq!(Url::parse(&request.url).unwrap().host_str(), Some("api.good.example"));
    }
}

#[test]
fn forgetting_a_key_is_final() {
    let mut keyring = keyring();
    let origin = Origin::of_endpoint(HOME).unwrap();
    assert_eq!(keyring.origins().collect::<Vec<_>>(), [&origin]);
    assert!(keyring.forget(&origin));
    assert!(!keyring.forget(&origin));
    assert!(!carries_secret(&plan_at(HOME, &request(), &keyring).unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_url_but_the_keys_own_origin_gets_the_key(
        scheme in prop_oneof![Just("https"), Just("http"), Just("HTTPS")],
        slashes in prop_oneof![Just("://"), Just(":\\\\"), Just(":/"), Just(":///")],
        user in prop_oneof![Just(""), Just("a@"), Just("api.good.example@"), Just("a:b@")],
        host in "(api\\.good\\.example|api\\.good\\.example\\.|evil\\.example|API\\.GOOD\\.EXAMPLE|[a-z%@#?\\\\/.:0-9\t]{0,30})",
        port in prop_oneof![Just(""), Just(":443"), Just(":80"), Just(":8443"), Just(":")],
        tail in "[a-z/?#@:\\\\.%]{0,20}",
    ) {
        let typed = format!("{scheme}{slashes}{user}{host}{port}{tail}");
        let keyring = keyring();
        if let Ok(request) = plan_at(&typed, &request(), &keyring)
            && carries_secret(&request)
        {
            let sent_to = Url::parse(&request.url).unwrap();
            prop_assert_eq!(sent_to.origin().ascii_serialization(), "https://api.good.example");
            prop_assert!(sent_to.username().is_empty() && sent_to.password().is_none());
        }
    }

    #[test]
    fn planning_never_panics(typed in "\\PC{0,60}") {
        let _ = plan_at(&typed, &request(), &keyring());
    }
}

#[test]
fn an_inspection_is_the_request_without_the_key() {
    let keyring = keyring();
    let mut asked = request();
    asked.messages[0].content = format!("Is {SECRET} my key?");
    let sent = plan_at(HOME, &request(), &keyring).unwrap();
    let shown = inspect(&sent);
    assert_eq!((&shown.url, &shown.method), (&sent.url, &sent.method));
    assert_eq!(shown.body.as_bytes(), sent.body);
    assert_eq!(
        shown.headers,
        [
            ("authorization".to_owned(), "Bearer ••••••••".to_owned()),
            ("content-type".to_owned(), "application/json".to_owned())
        ]
    );
    for shown in [shown, inspect(&plan_at(HOME, &asked, &keyring).unwrap())] {
        assert!(!format!("{shown:?}").contains(SECRET));
        assert!(!serde_json::to_string(&shown).unwrap().contains(SECRET));
    }
    assert!(!format!("{sent:?} {keyring:?}").contains(SECRET));
}

// ---------------------------------------------------------------- stream

fn stream() -> Stream {
    Stream::new(Dialect::OpenaiChat, &plan_at(HOME, &request(), &keyring()).unwrap())
}

fn failure_of(events: &[ChatEvent]) -> sidecite::types::Failure {
    let failures: Vec<_> = events
        .iter()
        .filter_map(|event| if let ChatEvent::Failed(f) = event { Some(f.clone()) } else { None })
        .collect();
    assert_eq!(failures.len(), 1, "{events:?}");
    failures[0].clone()
}

#[test]
fn a_stream_passes_events_on_and_ends() {
    let mut stream = stream();
    assert!(stream.on_response(200, None).is_empty());
    let mut events =
        stream.on_bytes(b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n");
    events.extend(stream.on_bytes(
        b"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    ));
    assert!(stream.is_complete() && !stream.is_over());
    events.extend(stream.on_end());
    assert_eq!(events, [ChatEvent::TextDelta("Hi".into()), ChatEvent::Finish("stop".into())]);
    assert!(stream.is_over());
    assert!(stream.on_end().is_empty() && stream.on_bytes(b"data: x\n\n").is_empty());
}

#[test]
fn a_refusal_becomes_one_failure_without_the_key() {
    let mut stream = stream();
    stream.on_response(401, Some("application/json"));
    let body = format!("{{\"error\":{{\"message\":\"Incorrect API key provided: {SECRET}.\"}}}}");
    for piece in body.as_bytes().chunks(3) {
        assert!(stream.on_bytes(piece).is_empty());
    }
    let failure = failure_of(&stream.on_end());
    assert_eq!((failure.cause, failure.status), (FailureCause::Unauthorized, Some(401)));
    assert!(!failure.message.contains("CANARY"), "{}", failure.message);
    assert!(failure.message.contains("Incorrect API key provided"));
}

#[test]
fn an_endless_error_body_is_bounded() {
    let mut stream = stream();
    stream.on_response(500, Some("text/html"));
    for _ in 0..1_000 {
        stream.on_bytes(&[b'x'; 1_000]);
    }
    assert!(stream.is_complete());
    let failure = failure_of(&stream.on_end());
    assert_eq!(failure.cause, FailureCause::HostError);
    assert!(failure.message.chars().count() < 400);
}

#[test]
fn a_cut_connection_keeps_the_text_and_says_so() {
    let mut stream = stream();
    stream.on_response(200, None);
    let events = stream
        .on_bytes(b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: {\"cho");
    assert_eq!(events, [ChatEvent::TextDelta("Hi".into())]);
    assert_eq!(failure_of(&stream.on_network_error()).cause, FailureCause::CutOff);
    assert!(stream.on_network_error().is_empty());
}

#[test]
fn a_connection_cut_after_the_end_is_no_failure() {
    let mut stream = stream();
    stream.on_response(200, None);
    stream
        .on_bytes(b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n");
    assert!(stream.on_network_error().is_empty());
}

#[test]
fn redirects_are_not_followed() {
    for status in [0, 301, 302, 307, 308] {
        let failure = failure_of(&stream().on_response(status, None));
        assert_eq!(failure.cause, FailureCause::NotFound);
        assert!(failure.message.contains("not followed"));
    }
}

#[test]
fn models_or_why_not() {
    let request = listed(Dialect::OpenaiChat, AuthKind::Usual, HOME, &keyring()).unwrap();
    assert_eq!(
        (request.method.as_str(), request.url.as_str()),
        ("GET", "https://api.good.example/v1/models")
    );
    let found = read_models(&request, 200, br#"{"data":[{"id":"a"},{"id":"b"}]}"#).unwrap();
    assert_eq!(found.iter().map(|model| model.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(read_models(&request, 401, b"{}").unwrap_err().cause, FailureCause::Unauthorized);
    assert_eq!(read_models(&request, 200, b"<html>Sign in</html>").unwrap_err().cause, FailureCause::Garbled);
    assert_eq!(read_models(&request, 200, br#"{"data":[]}"#).unwrap_err().cause, FailureCause::Garbled);
    let echoed = format!("{{\"detail\":\"bad {SECRET}\"}}");
    assert!(!read_models(&request, 403, echoed.as_bytes()).unwrap_err().message.contains("CANARY"));
}

// ---------------------------------------------------------------- timeouts, egress

#[test]
fn patience_ends_once_and_bytes_restart_it() {
    assert_eq!(Limits::for_url("https://api.openai.com/v1/chat/completions"), Limits::REMOTE);
    assert_eq!(Limits::for_url("http://192.168.1.5:8080/v1"), Limits::LOCAL);
    let mut patience = Patience::new(Limits::REMOTE, 1_000.0);
    assert_eq!(patience.deadline_millis(), Some(1_000.0 + timeout::CONNECT_MILLIS));
    assert!(patience.expire(30_999.0).is_none());
    patience.on_response(30_999.0);
    assert_eq!(patience.deadline_millis(), Some(90_999.0));
    patience.on_bytes(80_000.0);
    patience.on_bytes(139_000.0);
    assert!(patience.expire(198_999.0).is_none());
    assert_eq!(patience.expire(199_000.0).unwrap().cause, FailureCause::TimedOut);
    assert!(patience.expire(1e9).is_none());
    assert_eq!(patience.deadline_millis(), None);

    let mut patience = Patience::new(Limits::REMOTE, 0.0);
    assert!(patience.expire(30_000.0).unwrap().message.contains("30 s"));
    let mut patience = Patience::new(Limits::REMOTE, 0.0);
    patience.on_end();
    assert!(patience.expire(1e9).is_none());
}

#[test]
fn egress_lists_what_left_without_secrets() {
    let mut egress = Egress::default();
    let request = plan_at(HOME, &request(), &keyring()).unwrap();
    let id = egress.sent(&request, Purpose::Chat, 5.0).unwrap();
    egress.answered(id, 200);
    egress.received(id, 10);
    egress.received(id, 20);
    let entry = egress.entries().next().unwrap();
    assert_eq!(entry.origin.as_str(), "https://api.good.example");
    assert_eq!((entry.status, entry.response_bytes, entry.with_key), (Some(200), 30, true));
    assert_eq!(entry.request_bytes, request.body.len() as u64);
    assert!(!serde_json::to_string(entry).unwrap().contains("CANARY"));
    for _ in 0..2_000 {
        egress.sent(&request, Purpose::Chat, 6.0);
    }
    assert_eq!(egress.entries().count(), sidecite::courier::egress::MAX_ENTRIES);
}
