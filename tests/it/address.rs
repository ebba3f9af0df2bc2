//! `provider::address` and keys: what a person types → a URL and a header, or a refusal with a hint.

use crate::support::InWords;
use sidecite::provider::{Dialect, Error, Key, Target, address};
use sidecite::types::{AuthKind, ChatRequest, Message, Role};

fn request() -> ChatRequest {
    let message = Message { role: Role::User, content: "Why?".into() };
    ChatRequest { model: "m".into(), messages: vec![message], ..ChatRequest::default() }
}

/// The URL of a chat request to what was typed.
fn url(base: &str, request: &ChatRequest) -> Result<String, Error> {
    let target = Target::custom(Dialect::OpenaiChat, base, AuthKind::Default)?;
    Ok(sidecite::provider::encode(&target, request, None)?.url)
}

#[test]
fn addresses_are_joined_or_refused_with_a_hint() {
    for (typed, expected) in [
        ("https://h.example", "https://h.example/chat/completions"),
        ("https://h.example/v1///", "https://h.example/v1/chat/completions"),
        (" https://h.example/v1/chat/completions/ ", "https://h.example/v1/chat/completions"),
        ("https://h.example/v1/models", "https://h.example/v1/chat/completions"),
        ("HTTP://LOCALHOST:80/v1#x", "http://localhost/v1/chat/completions"),
        ("https://h.example/a?api-version=1", "https://h.example/a/chat/completions?api-version=1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions"),
        ("https://bücher.example/v1", "https://xn--bcher-kva.example/v1/chat/completions"),
    ] {
        assert_eq!(url(typed, &request()).unwrap(), expected);
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
    assert_eq!(url("https://h.example", &nameless), Err(Error::NoModel));
    for error in [refused("ftp://h.example"), refused("x.example"), Error::NoModel] {
        assert!(
            !error.hint().is_empty() && error.to_failure().error.message().starts_with("Nothing was sent")
        );
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
