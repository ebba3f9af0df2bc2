//! `diagnose`: what a browser saw of a request → the true cause, in words, with a fix.

use crate::support::InWords;
use sidecite::courier::{HostFacts, LocalAccess, Observation, Probe, Reply, diagnose};
use sidecite::types::{Cors, CorsStatus, FailureCause};

// ---------------------------------------------------------------- reach

static CUSTOM: std::sync::LazyLock<HostFacts> = std::sync::LazyLock::new(HostFacts::default);

fn seen(url: &'static str, reply: Reply, probe: Probe) -> Observation<'static> {
    Observation {
        online: true,
        page_origin: "https://sidecite.example",
        url,
        had_key: false,
        reply,
        probe,
        keyless: Probe::NotMade,
        local_access: LocalAccess::Unknown,
        known: &CUSTOM,
        elapsed_millis: 12.0,
    }
}

fn check_reach(observation: Observation<'_>, cause: FailureCause, hint: &str) {
    let failure = diagnose(&observation).unwrap_or_else(|| panic!("reachable: {observation:?}"));
    assert_eq!(failure.cause, cause, "{observation:?}");
    assert!(failure.error.hint().contains(hint), "{} lacks {hint:?}", failure.error.hint());
    assert!(!failure.error.message().is_empty());
}

#[test]
fn the_true_cause_is_found() {
    use FailureCause as F;
    use Reply::{NetworkError, Status, TimedOut};
    let remote = "https://api.good.example/v1/models";
    assert_eq!(diagnose(&seen(remote, Status(200, vec![]), Probe::NotMade)), None);
    check_reach(
        Observation { online: false, ..seen(remote, NetworkError, Probe::NotMade) },
        F::Offline,
        "built-in",
    );
    check_reach(seen(remote, NetworkError, Probe::Resolved), F::Cors, "path");
    check_reach(
        Observation { had_key: true, ..seen(remote, NetworkError, Probe::Resolved) },
        F::Cors,
        "check the key",
    );
    check_reach(seen(remote, NetworkError, Probe::NetworkError), F::Unreachable, "spelling");
    check_reach(seen(remote, Status(0, vec![]), Probe::NotMade), F::NotFound, "final address");
    check_reach(seen(remote, TimedOut, Probe::NotMade), F::TimedOut, "up");
    check_reach(seen(remote, Status(401, vec![]), Probe::NotMade), F::Unauthorized, "Enter a key");
    check_reach(seen(remote, Status(503, vec![]), Probe::NotMade), F::HostError, "again");
    check_reach(seen("https://h.example/models", Status(404, vec![]), Probe::NotMade), F::NotFound, "/v1");
    check_reach(seen(remote, Status(404, vec![]), Probe::NotMade), F::NotFound, "base URL");
    check_reach(
        seen("http://10.0.0.7:8000/v1/models", NetworkError, Probe::NotMade),
        F::MixedContent,
        "https",
    );
    check_reach(
        seen("http://h.example/v1/models", NetworkError, Probe::NetworkError),
        F::MixedContent,
        "https",
    );
    let restart = "restart it with";
    check_reach(seen("http://localhost:11434/v1/models", NetworkError, Probe::Resolved), F::Cors, restart);
    check_reach(seen("http://127.0.0.1:1234/v1/models", NetworkError, Probe::Resolved), F::Cors, restart);
    check_reach(seen("http://127.0.0.1:8080/v1/models", NetworkError, Probe::Resolved), F::Cors, restart);
    check_reach(seen("http://[::1]:8000/v1/models", NetworkError, Probe::Resolved), F::Cors, restart);
    check_reach(seen("http://localhost:7777/v1/models", NetworkError, Probe::Resolved), F::Cors, restart);
    check_reach(
        seen("http://localhost:7777/v1/models", NetworkError, Probe::NetworkError),
        F::Unreachable,
        "allow it",
    );
    // A local server works without a network.
    check_reach(
        Observation {
            online: false,
            ..seen("http://localhost:11434/v1/models", NetworkError, Probe::Resolved)
        },
        F::Cors,
        restart,
    );
    check_reach(
        Observation {
            page_origin: "http://localhost:5000",
            ..seen("http://h.example/v1", NetworkError, Probe::NetworkError)
        },
        F::Unreachable,
        "spelling",
    );
}

fn fix_of(url: &'static str, title: &str, known: &HostFacts) -> String {
    let failure =
        diagnose(&Observation { known, ..seen(url, Reply::NetworkError, Probe::Resolved) }).unwrap();
    assert_eq!(failure.cause, FailureCause::Cors);
    let fix = failure.fixes.iter().find(|fix| fix.title == title);
    fix.unwrap_or_else(|| panic!("no {title} in {:?}", failure.fixes)).text.clone()
}

#[test]
fn a_server_of_ones_own_gets_its_own_setting_to_copy() {
    for (url, title, command) in [
        (
            "http://localhost:11434/v1/models",
            "Ollama",
            "OLLAMA_ORIGINS=https://sidecite.example ollama serve",
        ),
        ("http://127.0.0.1:1234/v1/models", "LM Studio", "lms server start --cors"),
        (
            "http://127.0.0.1:8080/v1/models",
            "llama.cpp",
            "llama-server --cors-origins https://sidecite.example",
        ),
        (
            "http://[::1]:8000/v1/models",
            "vLLM",
            "vllm serve MODEL --allowed-origins '[\"https://sidecite.example\"]'",
        ),
        ("http://localhost:7777/v1/models", "Ollama", "OLLAMA_ORIGINS=https://sidecite.example ollama serve"),
    ] {
        assert_eq!(fix_of(url, title, &CUSTOM), command);
    }
}

#[test]
fn a_provider_that_takes_no_pages_gets_a_gateway_to_copy() {
    let cors = Cors {
        status: CorsStatus::Blocked,
        seen: "2026-08-21".into(),
        source: "big-AGI".into(),
        fix: String::new(),
    };
    let known = HostFacts {
        name: "NVIDIA NIM".into(),
        cors: Some(cors),
        litellm: "nvidia_nim".into(),
        ..HostFacts::default()
    };
    let url = "https://integrate.api.nvidia.com/v1/chat/completions";
    let failure = diagnose(&Observation { known: &known, ..seen(url, Reply::NetworkError, Probe::Resolved) });
    assert!(
        failure
            .unwrap()
            .error
            .message()
            .contains("NVIDIA NIM is known to block browsers (seen 2026-08-21, big-AGI)")
    );
    let litellm = fix_of(url, "LiteLLM", &known);
    assert!(
        litellm.contains("model: \"nvidia_nim/*\"") && litellm.contains("NVIDIA_NIM_API_KEY"),
        "{litellm}"
    );
    let caddy = fix_of(url, "Caddyfile", &known);
    assert!(caddy.contains("reverse_proxy https://integrate.api.nvidia.com {"), "{caddy}");
    assert!(caddy.contains("http://localhost:8088/v1 "), "{caddy}");
    assert!(caddy.contains("Access-Control-Allow-Origin https://sidecite.example"), "{caddy}");
}

#[test]
fn a_refused_key_that_hides_behind_cors_is_told_apart() {
    let url = "https://api.good.example/v1/models";
    let with_key = || Observation { had_key: true, ..seen(url, Reply::NetworkError, Probe::Resolved) };
    // Readable without the key: pages are let in, so it is the key.
    let failure = diagnose(&Observation { keyless: Probe::Resolved, ..with_key() }).unwrap();
    assert_eq!(failure.cause, FailureCause::Unauthorized);
    assert!(failure.error.message().contains("no key is sent"), "{}", failure.error.message());
    // Not readable either, but known to let pages in.
    let cors = |status| Cors { status, seen: "2026-08".into(), source: "E2".into(), fix: String::new() };
    let open = HostFacts { cors: Some(cors(CorsStatus::Allowed)), ..HostFacts::default() };
    let failure =
        diagnose(&Observation { keyless: Probe::NetworkError, known: &open, ..with_key() }).unwrap();
    assert_eq!(failure.cause, FailureCause::Unauthorized);
    assert!(failure.error.message().contains("seen 2026-08, E2"), "{}", failure.error.message());
    // Nothing is known.
    let failure = diagnose(&Observation { keyless: Probe::NetworkError, ..with_key() }).unwrap();
    assert_eq!(failure.cause, FailureCause::Cors);
    // Without a key there is nothing to refuse.
    let failure = diagnose(&Observation { known: &open, ..seen(url, Reply::NetworkError, Probe::Resolved) });
    assert_eq!(failure.unwrap().cause, FailureCause::Cors);
}

#[test]
fn the_permission_for_local_addresses_has_words_of_its_own() {
    let url = "http://192.168.1.5:8000/v1/models";
    let with = |local_access, probe| {
        diagnose(&Observation { local_access, ..seen(url, Reply::NetworkError, probe) }).unwrap()
    };
    let denied = with(LocalAccess::Denied, Probe::NetworkError);
    assert_eq!(denied.cause, FailureCause::LocalNetworkDenied);
    assert!(denied.error.hint().contains("site settings"), "{}", denied.error.hint());
    let asks = with(LocalAccess::Asks, Probe::NetworkError);
    assert_eq!(asks.cause, FailureCause::LocalNetworkDenied);
    assert!(asks.error.hint().contains("Allow it"), "{}", asks.error.hint());
    // Once allowed, plain http to the own network is no mixed content any more.
    assert_eq!(with(LocalAccess::Granted, Probe::NetworkError).cause, FailureCause::Unreachable);
    assert_eq!(with(LocalAccess::Granted, Probe::Resolved).cause, FailureCause::Cors);
    assert_eq!(with(LocalAccess::Unknown, Probe::NetworkError).cause, FailureCause::MixedContent);
    // A host out there has nothing to do with it.
    let remote = Observation {
        local_access: LocalAccess::Denied,
        ..seen("https://api.good.example/v1", Reply::NetworkError, Probe::NetworkError)
    };
    assert_eq!(diagnose(&remote).unwrap().cause, FailureCause::Unreachable);
}

#[test]
fn limits_money_and_settings_of_an_organisation_are_told_apart() {
    let url = "https://api.good.example/v1/messages";
    let cause = |status: u16, body: &str| {
        let reply = Reply::Status(status, body.as_bytes().to_vec());
        diagnose(&Observation { had_key: true, ..seen(url, reply, Probe::NotMade) }).unwrap()
    };
    let forbidden = cause(
        401,
        r#"{"type":"error","error":{"type":"authentication_error","message":"CORS requests are not allowed for this Organization because of its settings."}}"#,
    );
    assert_eq!(forbidden.cause, FailureCause::BrowserForbidden);
    assert_eq!(
        cause(429, r#"{"error":{"code":"insufficient_quota","message":"x"}}"#).cause,
        FailureCause::QuotaUsedUp
    );
    assert_eq!(cause(402, "{}").cause, FailureCause::QuotaUsedUp);
    let limited = cause(429, r#"{"error":{"message":"Rate limit reached. Please try again in 1.5s."}}"#);
    assert_eq!((limited.cause, limited.retry_after_millis), (FailureCause::RateLimited, Some(1_500)));
    let named = cause(400, r#"{"error":{"message":"no","param":"temperature"}}"#);
    assert_eq!(named.parameter.as_deref(), Some("temperature"));
}
