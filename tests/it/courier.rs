//! `courier`: keys stay with their origin, requests are shown without them, failures name their true cause.

use crate::support::InWords;
use proptest::prelude::*;
use sidecite::courier::{
    Deadlines, Egress, EgressEnd, KeyStatus, Keyring, Limits, Origin, Purpose, Stream, inspect,
    is_reasoning_model, plan, plan_models, read_models, thinks, timeout,
};
use sidecite::provider::{Dialect, Error, HttpRequest, Key, Target};
use sidecite::types::{
    AuthKind, ChatEvent, ChatRequest, Effort, FailureCause, Message, Parameters, Role, Usage,
};
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
        AuthKind::Default,
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
    plan(&Target::custom(Dialect::OpenaiChat, url, AuthKind::Default)?, request, keyring, 0)
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

fn failure_of(events: &[ChatEvent]) -> sidecite::types::CallFailure {
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
    assert!(!failure.error.message().contains("CANARY"), "{}", failure.error.message());
    assert!(failure.error.message().contains("Incorrect API key provided"));
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
    assert!(failure.error.message().chars().count() < 400);
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
        assert!(failure.error.message().contains("not followed"));
    }
}

#[test]
fn models_or_why_not() {
    let request = listed(Dialect::OpenaiChat, AuthKind::Default, HOME, &keyring()).unwrap();
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
    assert!(!read_models(&request, 403, echoed.as_bytes()).unwrap_err().error.message().contains("CANARY"));
}

// ---------------------------------------------------------------- timeouts, egress

#[test]
fn patience_ends_once_and_bytes_restart_it() {
    assert_eq!(Limits::for_url("https://api.openai.com/v1/chat/completions"), Limits::REMOTE);
    assert_eq!(Limits::for_url("http://192.168.1.5:8080/v1"), Limits::LOCAL);
    let mut deadlines = Deadlines::new(Limits::REMOTE, 1_000.0);
    assert_eq!(deadlines.deadline_millis(), Some(1_000.0 + timeout::CONNECT_MILLIS));
    assert!(deadlines.expire(30_999.0).is_none());
    deadlines.on_response(30_999.0);
    assert_eq!(deadlines.deadline_millis(), Some(90_999.0));
    deadlines.on_bytes(80_000.0);
    deadlines.on_bytes(139_000.0);
    assert!(deadlines.expire(198_999.0).is_none());
    assert_eq!(deadlines.expire(199_000.0).unwrap().cause, FailureCause::TimedOut);
    assert!(deadlines.expire(1e9).is_none());
    assert_eq!(deadlines.deadline_millis(), None);

    let mut deadlines = Deadlines::new(Limits::REMOTE, 0.0);
    assert!(deadlines.expire(30_000.0).unwrap().error.message().contains("30 s"));
    let mut deadlines = Deadlines::new(Limits::REMOTE, 0.0);
    deadlines.on_end();
    assert!(deadlines.expire(1e9).is_none());
}

#[test]
fn thinking_models_get_more_time_until_their_answer_begins() {
    let (remote, local) = ("https://api.openai.com/v1/responses", "http://localhost:11434/v1");
    assert_eq!(Limits::for_request(remote, false), Limits::REMOTE);
    assert_eq!(Limits::for_request(local, false), Limits::LOCAL);
    for url in [remote, local] {
        assert_eq!(Limits::for_request(url, true), Limits::REASONING);
    }
    let text = [ChatEvent::TextDelta("a".into())];
    let thought = [ChatEvent::ReasoningDelta("a".into())];
    let mut deadlines = Deadlines::new(Limits::REASONING, 0.0);
    deadlines.on_response(1_000.0);
    assert_eq!(deadlines.deadline_millis(), Some(301_000.0));
    // A comment keeps the line, and does not begin the short wait.
    deadlines.on_bytes(100_000.0);
    deadlines.on_events(&[]);
    assert_eq!(deadlines.deadline_millis(), Some(400_000.0));
    // Neither do a thought or a count of tokens.
    deadlines.on_bytes(390_000.0);
    deadlines.on_events(&thought);
    deadlines.on_bytes(680_000.0);
    deadlines.on_events(&[ChatEvent::Usage(Usage::default())]);
    assert_eq!(deadlines.deadline_millis(), Some(980_000.0));
    deadlines.on_bytes(900_000.0);
    deadlines.on_events(&text);
    assert_eq!(deadlines.deadline_millis(), Some(960_000.0));
    deadlines.on_bytes(910_000.0);
    deadlines.on_events(&thought);
    assert_eq!(deadlines.deadline_millis(), Some(970_000.0));
    assert!(deadlines.expire(970_000.0).unwrap().error.message().contains("60 s"));
    deadlines.on_events(&text);
    assert_eq!(deadlines.deadline_millis(), None);
}

#[test]
fn comments_alone_do_not_hold_the_line_for_ever() {
    for limits in [Limits::REMOTE, Limits::REASONING] {
        let mut deadlines = Deadlines::new(limits, 0.0);
        deadlines.on_response(5_000.0);
        let mut now = 5_000.0;
        while deadlines.expire(now).is_none() {
            deadlines.on_bytes(now);
            now += 10_000.0;
            assert!(now < 1e7, "endless");
        }
        assert_eq!(now, 5_000.0 + timeout::SILENCE_MILLIS);
    }
    let mut deadlines = Deadlines::new(Limits::REMOTE, 0.0);
    deadlines.on_bytes(0.0);
    deadlines.on_bytes(590_000.0);
    assert!(deadlines.expire(600_000.0).unwrap().error.message().contains("600 s, but no answer started"));
}

#[test]
fn models_that_think_are_known_by_name() {
    for name in [
        "o1",
        "o1-mini",
        "o3",
        "o3-pro-2025-06-10",
        "o4-mini",
        "openai/o3",
        "gpt-5",
        "gpt-5.1",
        "gpt-5-mini",
        "GPT-5",
        "azure/gpt-5-nano",
        "gpt-6",
        "gpt-oss-120b",
        "openai/gpt-oss-20b:free",
        "gpt-oss:20b",
        "deepseek-reasoner",
        "deepseek-ai/DeepSeek-R1",
        "deepseek-r1:14b",
        "accounts/fireworks/models/deepseek-r1-0528",
        "us.deepseek.r1-v1:0",
        "qwq-32b",
        "qwen3-8b",
        "qwen3:8b",
        "Qwen/Qwen3-235B-A22B",
        "qwen3.5-plus",
        "magistral-small-2509",
        "gemini-2.5-pro",
        "models/gemini-2.5-flash",
        "google/gemini-3-pro-preview",
        "grok-3-mini",
        "grok-4",
        "x-ai/grok-4.1-fast",
        "grok-4-fast-reasoning",
        "kimi-k2-thinking",
        "kimi-k2.5",
        "claude-3.7-sonnet:thinking",
        "sonar-reasoning-pro",
        "phi-4-reasoning",
        "glm-4.6",
        "minimax-m2",
        "command-a-reasoning-08-2025",
        "smollm3-3b",
    ] {
        assert!(is_reasoning_model(name), "{name}");
    }
    for name in [
        "",
        "m",
        "gpt-4o",
        "gpt-4.1",
        "gpt-4-turbo",
        "gpt-35-turbo",
        "gpt-3.5-turbo",
        "gpt-5-chat-latest",
        "chatgpt-4o-latest",
        "gpt-neo-20b",
        "claude-sonnet-4-5",
        "claude-3-5-haiku-latest",
        "gemini-2.0-flash",
        "gemini-1.5-pro",
        "gemma-3-27b-it",
        "grok-2-1212",
        "grok-3",
        "grok-4-fast-non-reasoning",
        "qwen2.5-72b-instruct",
        "qwen-7b-chat",
        "qwen-plus",
        "qwen3-coder",
        "deepseek-chat",
        "deepseek-v3.1",
        "llama-3.3-70b-versatile",
        "mistral-large-2411",
        "kimi-k2-0905-preview",
        "glm-4-9b",
        "smollm2-135m",
        "phi-4",
        "nomic-embed",
        "é",
    ] {
        assert!(!is_reasoning_model(name), "{name}");
    }
    let asked = Parameters { effort: Some(Effort::Low), ..Parameters::default() };
    assert!(thinks("claude-sonnet-4-5", &asked) && !thinks("claude-sonnet-4-5", &Parameters::default()));
    assert!(thinks("o3", &Parameters::default()));
}

#[test]
fn egress_tells_how_it_ended_and_only_what_changed() {
    let mut egress = Egress::default();
    let request = plan_at(HOME, &request(), &keyring()).unwrap();
    let chat = egress.sent(&request, Purpose::Chat, 1_000.0).unwrap();
    let prices = egress.sent(&request, Purpose::Prices, 2_000.0).unwrap();
    let seen = egress.changes_since(0);
    assert_eq!(seen.iter().map(|entry| entry.id).collect::<Vec<_>>(), [chat, prices]);
    assert!(seen.iter().all(|entry| entry.end.is_none() && entry.duration_millis.is_none()));
    let revision = seen.iter().map(|entry| entry.revision).max().unwrap();
    assert_eq!(egress.changes_since(revision), []);
    // A blocked request has a time, and no status.
    egress.answered(chat, 0);
    egress.ended(chat, EgressEnd::Blocked, 1_250.0);
    egress.ended(chat, EgressEnd::Complete, 9_000.0);
    let changed = egress.changes_since(revision);
    let [entry] = changed.as_slice() else { panic!("{changed:?}") };
    let ended = (entry.id, entry.status, entry.end, entry.duration_millis);
    assert_eq!(ended, (chat, None, Some(EgressEnd::Blocked), Some(250.0)));
    // A clock set back meanwhile makes no negative time.
    egress.ended(prices, EgressEnd::Aborted, 0.0);
    assert_eq!(egress.entries().last().unwrap().duration_millis, Some(0.0));
    // What has fallen off is not brought back.
    for _ in 0..sidecite::courier::egress::MAX_ENTRIES {
        egress.sent(&request, Purpose::Rerank, 3_000.0);
    }
    egress.received(chat, 5);
    assert!(egress.entries().all(|entry| entry.purpose == Purpose::Rerank));
    let names: std::collections::BTreeSet<&str> = Purpose::ALL.into_iter().map(Purpose::name).collect();
    assert_eq!(names.len(), 6);
}

#[test]
fn a_keyring_knows_what_the_vault_remembers() {
    let origin = |text: &str| Origin::parse(text).unwrap();
    let key = |text: &str| Key::new(text).unwrap();
    let (a, b, c) = (origin("https://a.example"), origin("https://b.example"), origin("https://c.example"));
    let status = |in_memory, remembered| KeyStatus { in_memory, remembered };
    let mut keyring = Keyring::default();
    keyring.set_remembered([a.clone(), b.clone()]);
    keyring.put(b.clone(), key("typed"));
    assert_eq!(keyring.status(&a), status(false, true));
    assert_eq!(keyring.status(&b), status(true, true));
    assert_eq!(keyring.status(&c), status(false, false));
    // Unlocked: a key that was typed meanwhile is the newer one.
    assert!(keyring.put_from_vault(a.clone(), key("kept-a")));
    assert!(!keyring.put_from_vault(b.clone(), key("kept-b")));
    assert_eq!(keyring.get(&Url::parse("https://b.example/v1").unwrap()), Some(&key("typed")));
    assert_eq!(keyring.statuses().count(), 2);
    // Locked: what came from the vault goes, its origin stays known.
    keyring.lock();
    assert_eq!(keyring.status(&a), status(false, true));
    assert_eq!(keyring.get(&Url::parse("https://a.example/v1").unwrap()), None);
    assert_eq!(keyring.status(&b), status(true, true));
    // A typed key that went into the vault goes with it.
    keyring.set_kept(&b);
    keyring.set_kept(&c);
    keyring.lock();
    assert_eq!((keyring.status(&b), keyring.status(&c)), (status(false, true), status(false, false)));
    // Taken out of the vault elsewhere: neither known nor in memory.
    keyring.put_from_vault(a.clone(), key("kept-a"));
    keyring.set_remembered([b.clone()]);
    assert_eq!((keyring.status(&a), keyring.of(&a)), (status(false, false), None));
    keyring.forget(&b);
    assert_eq!(keyring.statuses().count(), 0);
    keyring.put_from_vault(a.clone(), key("kept-a"));
    keyring.forget_all();
    assert_eq!(keyring.status(&a), status(false, false));
    assert!(!format!("{keyring:?}").contains("kept-a"));
}

#[test]
fn an_origin_is_read_back_only_as_it_is_written() {
    for text in
        ["https://a.example", "http://localhost:11434", "https://a.example:8443", "http://[::1]:80808"]
    {
        let parsed = Origin::parse(text);
        assert_eq!(parsed.as_ref().map(Origin::as_str), (!text.contains("80808")).then_some(text));
    }
    for text in [
        "",
        "a.example",
        "https://a.example/",
        "https://A.example",
        "https://a.example:443",
        "https://u@a.example",
        "https://a.example/v1",
        "ftp://a.example",
        "https://a.example?",
        " https://a.example",
        "null",
    ] {
        assert_eq!(Origin::parse(text), None, "{text}");
    }
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
