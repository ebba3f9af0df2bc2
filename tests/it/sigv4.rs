//! `provider::sigv4`: AWS's own test suite, paths as Bedrock has them, credentials as people type them, nothing leaks.

use crate::support::InWords;
use serde_json::{Value, json};
use sidecite::provider::{Dialect, Error, HttpRequest, Key, Target, encode, failure, sigv4};
use sidecite::types::{AuthKind, ChatRequest, FailureCause, Message, Parameters, Role};

const PAIR: &str = "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
/// 2015-08-30T12:36:00Z.
const SUITE_TIME: u64 = 1_440_938_160;

fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> HttpRequest {
    let mut http = HttpRequest {
        method: method.into(),
        url: url.into(),
        body: body.as_bytes().to_vec(),
        ..HttpRequest::default()
    };
    let headers: Vec<_> = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    http.add_headers(&headers);
    http
}

fn header<'a>(http: &'a HttpRequest, name: &str) -> Option<&'a str> {
    http.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Signed names and signature.
fn signature(http: &HttpRequest) -> (String, String) {
    let authorization = header(http, "authorization").unwrap();
    let (before, signature) = authorization.split_once(", Signature=").unwrap();
    let (_, names) = before.split_once(", SignedHeaders=").unwrap();
    (names.to_owned(), signature.to_owned())
}

/// `aws-sig-v4-test-suite`, by the names of its folders: `example.amazonaws.com`, 2015-08-30T12:36:00Z, us-east-1,
/// service "service".
#[test]
fn the_published_test_suite_is_signed_alike() {
    let dated = "host;x-amz-date";
    let one = "host;my-header1;x-amz-date";
    let unreserved = "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let form = "application/x-www-form-urlencoded";
    for (name, method, path, headers, body, names, expected) in [
        (
            "get-vanilla",
            "GET",
            "/",
            &[][..],
            "",
            dated,
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "get-vanilla-query-order-key-case",
            "GET",
            "/?Param2=value2&Param1=value1",
            &[],
            "",
            dated,
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "get-vanilla-empty-query-key",
            "GET",
            "/?Param1=value1",
            &[],
            "",
            dated,
            "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
        ),
        (
            "get-vanilla-utf8-query",
            "GET",
            "/?ሴ=bar",
            &[],
            "",
            dated,
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
        ),
        (
            "get-unreserved",
            "GET",
            unreserved,
            &[],
            "",
            dated,
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        ),
        (
            "get-header-key-duplicate",
            "GET",
            "/",
            &[("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")],
            "",
            one,
            "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
        ),
        (
            "get-header-value-order",
            "GET",
            "/",
            &[
                ("My-Header1", "value4"),
                ("My-Header1", "value1"),
                ("My-Header1", "value3"),
                ("My-Header1", "value2"),
            ],
            "",
            one,
            "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
        ),
        (
            "get-header-value-trim",
            "GET",
            "/",
            &[("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            "",
            "host;my-header1;my-header2;x-amz-date",
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
        ),
        (
            "post-vanilla",
            "POST",
            "/",
            &[],
            "",
            dated,
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        ),
        (
            "post-vanilla-query",
            "POST",
            "/?Param1=value1",
            &[],
            "",
            dated,
            "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
        ),
        (
            "post-header-key-sort",
            "POST",
            "/",
            &[("My-Header1", "value1")],
            "",
            one,
            "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
        ),
        (
            "post-header-value-case",
            "POST",
            "/",
            &[("My-Header1", "VALUE1")],
            "",
            one,
            "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
        ),
        (
            "post-x-www-form-urlencoded",
            "POST",
            "/",
            &[("Content-Type", form)],
            "Param1=value1",
            "content-type;host;x-amz-date",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
        (
            "post-x-www-form-urlencoded-parameters",
            "POST",
            "/",
            &[("Content-Type", "application/x-www-form-urlencoded; charset=utf8")],
            "Param1=value1",
            "content-type;host;x-amz-date",
            "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe",
        ),
    ] {
        let mut http = request(method, &format!("https://example.amazonaws.com{path}"), headers, body);
        sigv4::sign(&mut http, &Key::new(PAIR).unwrap(), "us-east-1", "service", SUITE_TIME).unwrap();
        assert_eq!(signature(&http), (names.to_owned(), expected.to_owned()), "{name}");
        assert_eq!(header(&http, "x-amz-date"), Some("20150830T123600Z"));
        assert_eq!(header(&http, "host"), None, "browsers add it and refuse it");
        let scope = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ";
        assert!(header(&http, "authorization").unwrap().starts_with(scope));
    }
}

#[test]
fn a_session_token_is_sent_and_signed() {
    let key = Key::new(&format!("{PAIR}:{TOKEN}")).unwrap();
    let mut http = request("POST", "https://example.amazonaws.com/", &[], "");
    sigv4::sign(&mut http, &key, "us-east-1", "service", SUITE_TIME).unwrap();
    let names = "host;x-amz-date;x-amz-security-token".to_owned();
    let expected = "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead".to_owned();
    assert_eq!(signature(&http), (names, expected), "post-sts-header-before");
    assert_eq!(header(&http, "x-amz-security-token"), Some(TOKEN));
}

/// Computed apart, with Python's `hmac`, after the specification.
#[test]
fn a_models_colon_is_sent_encoded_and_signed_encoded_twice() {
    let target = Target::custom(
        Dialect::BedrockConverse,
        "https://bedrock-runtime.us-east-1.amazonaws.com",
        AuthKind::SigV4,
    )
    .unwrap();
    let asked = ChatRequest {
        model: "amazon.nova-lite-v1:0".into(),
        messages: vec![Message { role: Role::User, content: "Hi".into() }],
        parameters: Parameters::default(),
        ..ChatRequest::default()
    };
    let key = Key::new(&format!("{PAIR}:{TOKEN}")).unwrap();
    let mut http = encode(&target, &asked, Some(&key)).unwrap();
    assert_eq!(
        http.url,
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse-stream"
    );
    assert_eq!(http.body, br#"{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}"#);
    sigv4::sign(&mut http, &key, "us-east-1", "bedrock", 1_795_249_444).unwrap();
    assert_eq!(header(&http, "x-amz-date"), Some("20261121T082404Z"));
    assert_eq!(
        signature(&http),
        (
            "content-type;host;x-amz-date;x-amz-security-token".to_owned(),
            "ab78c40f4236a576c275f25f271d4c61db14a9f16bd4cab91227ccdc54db3d73".to_owned()
        )
    );
}

#[test]
fn ports_queries_and_leap_days_are_signed() {
    let body = r#"{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}"#;
    let url = "http://localhost:8080/model/x/converse?d=%2F&a=b%20c";
    let mut http = request("POST", url, &[("content-type", "application/json")], body);
    // 2024-02-29T23:59:59Z.
    sigv4::sign(&mut http, &Key::new(PAIR).unwrap(), "eu-central-1", "bedrock", 1_709_251_199).unwrap();
    assert_eq!(header(&http, "x-amz-date"), Some("20240229T235959Z"));
    let expected = "96b3e10df528ca025fa2a955f899b41286f0ffb56acef85e7c559596fb0b4665";
    assert_eq!(signature(&http).1, expected);
}

#[test]
fn times_are_written_as_utc() {
    for (secs, time) in [
        (0, "19700101T000000Z"),
        (951_782_400, "20000229T000000Z"),
        (951_868_799, "20000229T235959Z"),
        (1_709_251_200, "20240301T000000Z"),
        (1_735_689_599, "20241231T235959Z"),
        (1_735_689_600, "20250101T000000Z"),
        (4_107_542_400, "21000301T000000Z"),
    ] {
        let mut http = request("GET", "https://h.example/", &[], "");
        sigv4::sign(&mut http, &Key::new(PAIR).unwrap(), "r", "s", secs).unwrap();
        assert_eq!(header(&http, "x-amz-date"), Some(time));
    }
}

#[test]
fn signing_again_replaces_the_signature() {
    let key = Key::new(&format!("{PAIR}:{TOKEN}")).unwrap();
    let mut once = request("POST", "https://h.example/x", &[("content-type", "application/json")], "{}");
    let mut twice = once.clone();
    sigv4::sign(&mut once, &key, "r", "s", SUITE_TIME).unwrap();
    sigv4::sign(&mut twice, &key, "r", "s", 5).unwrap();
    assert_ne!(signature(&once), signature(&twice));
    sigv4::sign(&mut twice, &key, "r", "s", SUITE_TIME).unwrap();
    assert_eq!(once, twice);
}

#[test]
fn credentials_of_another_form_are_refused_with_the_form() {
    for typed in [
        "sk-1234567890",
        "AKIDEXAMPLE",
        "AKIDEXAMPLE:",
        ":secret",
        "AKID-EXAMPLE:secret",
        "AKIDEXAMPLE:secret:",
        "AKIDEXAMPLE:secret:token:more",
    ] {
        let mut http = request("GET", "https://h.example/", &[], "");
        let error = sigv4::sign(&mut http, &Key::new(typed).unwrap(), "r", "s", 0).unwrap_err();
        assert!(matches!(error, Error::BadAwsKey { .. }), "{typed}: {error}");
        assert!(error.hint().contains("ACCESS_KEY_ID:SECRET_ACCESS_KEY"));
        assert!(!error.to_string().contains("secret:") && !error.to_string().contains("1234567890"));
        assert_eq!(http, request("GET", "https://h.example/", &[], ""), "left as it was");
    }
    let mut http = request("GET", "https://h.example/", &[], "");
    let error = sigv4::sign(&mut http, &Key::new(PAIR).unwrap(), " ", "s", 0).unwrap_err();
    assert_eq!(error, Error::NoRegion);
    assert!(
        error.hint().contains("us-east-1")
            && error.to_failure().error.message().starts_with("Nothing was sent")
    );
}

#[test]
fn nothing_of_the_credentials_is_shown() {
    let key = Key::new(&format!("{PAIR}:{TOKEN}")).unwrap();
    let mut http = request("POST", "https://h.example/", &[], &format!("{{\"x\":\"{PAIR}:{TOKEN}\"}}"));
    sigv4::sign(&mut http, &key, "us-east-1", "bedrock", SUITE_TIME).unwrap();
    let signature = signature(&http).1;
    assert_eq!(http.key(), Some(key.clone()));
    let shown = http.redacted();
    let text = format!("{http:?} {:?} {} {}", shown.headers, shown.url, String::from_utf8_lossy(&shown.body));
    for secret in [SECRET, TOKEN, "AKIDEXAMPLE", &signature] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(
        text.contains("SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=••••••••"),
        "{text}"
    );
    // AWS quotes the canonical request, token and all, when a signature does not fit.
    let echoed = format!("'POST\\n/\\n\\nx-amz-security-token:{TOKEN}\\n' {SECRET}");
    assert!(!key.redact(&echoed).contains(TOKEN) && !key.redact(&echoed).contains(SECRET));
    // A key without parts is masked as a whole, and short parts are words.
    assert_eq!(Key::new("sk:abcdef").unwrap().redact("abcdef sk sk:abcdef"), "abcdef sk ••••••••");
}

#[test]
fn a_signature_that_does_not_fit_points_at_the_clock() {
    let body = |words: Value| json!({"message": words}).to_string();
    for words in [
        "Signature expired: 20261121T080000Z is now earlier than 20261121T081900Z (20261121T082400Z - 5 min.)",
        "Signature not yet current: 20261121T100000Z is still later than 20261121T082900Z",
        "The request signature we calculated does not match the signature you provided.",
    ] {
        let failure = failure::from_response("h.example", 403, body(json!(words)).as_bytes(), true);
        assert_eq!(failure.cause, FailureCause::Unauthorized);
        assert!(failure.error.hint().contains("computer's clock"), "{words}: {}", failure.error.hint());
    }
    let typed = r#"{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"x"}"#;
    assert!(failure::from_response("h", 403, typed.as_bytes(), true).error.hint().contains("clock"));
    let other = body(json!("You don't have access to the model with the specified model ID."));
    assert!(!failure::from_response("h", 403, other.as_bytes(), true).error.hint().contains("clock"));
}
