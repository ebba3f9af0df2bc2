//! Bedrock Converse: frames, citations, exceptions, damaged frames, JSON forms, requests.

use super::asked::{longer_request, plain, sent};
use crate::support::InWords;
use crate::wire::{Decoded, decode, decode_at_all_cuts, event, frame, sse};
use serde_json::{Value, json};
use sidecite::provider::Dialect;
use sidecite::types::{FailureCause, NativeCitation, Span, Usage};

fn bedrock(frames: &[Vec<u8>]) -> Decoded {
    decode_at_all_cuts(Dialect::BedrockConverse, &frames.concat())
}

pub fn delta(index: u64, delta: Value) -> Vec<u8> {
    event("contentBlockDelta", json!({"contentBlockIndex": index, "delta": delta, "p": "abc"}))
}

pub fn stop(reason: &str) -> Vec<u8> {
    event("messageStop", json!({"stopReason": reason, "p": "ab"}))
}

#[test]
fn reasoning_calls_and_text() {
    let start = json!({"contentBlockIndex": 3, "start": {"toolUse": {"toolUseId": "t", "name": "f"}}});
    let decoded = bedrock(&[
        event("messageStart", json!({"role": "assistant", "p": "a"})),
        delta(0, json!({"reasoningContent": {"text": "Hm."}})),
        delta(0, json!({"reasoningContent": {"signature": "c2ln"}})),
        delta(0, json!({"reasoningContent": {"redactedContent": "eA=="}})),
        event("contentBlockStop", json!({"contentBlockIndex": 0})),
        delta(1, json!({"text": "Grü"})),
        delta(1, json!({"text": "ße"})),
        delta(1, json!({"ofTheFuture": {"text": "no"}})),
        event("ofTheFuture", json!({"contentBlockIndex": 1, "delta": {"text": "no"}})),
        frame(&[(":event-type", "binary"), (":message-type", "event")], b"\xff\x00"),
        event("contentBlockStart", start),
        delta(3, json!({"toolUse": {"input": "{\"a\""}})),
        delta(3, json!({"toolUse": {"input": ":1}"}})),
        event("contentBlockStop", json!({"contentBlockIndex": 3})),
        stop("tool_use"),
        event(
            "metadata",
            json!({"usage": {"inputTokens": 5, "outputTokens": 2, "totalTokens": 40,
            "cacheReadInputTokens": 30, "cacheWriteInputTokens": 3}, "metrics": {"latencyMs": 5}}),
        ),
    ]);
    assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("Grüße", "Hm."));
    assert_eq!(decoded.tool_calls, json!([{"id": "t", "name": "f", "arguments": "{\"a\":1}"}]));
    assert_eq!((decoded.failures, decoded.finish_reason.as_deref()), (0, Some("tool_use")));
    let expected = Usage {
        input_tokens: Some(5),
        output_tokens: Some(2),
        total_tokens: Some(40),
        cached_tokens: Some(30),
        cache_write_tokens: Some(3),
        ..Usage::default()
    };
    assert_eq!(decoded.usage, Some(expected));
}

#[test]
fn a_citation_covers_the_block_it_stands_in() {
    let citation = json!({"citation": {"title": "policy", "sourceContent": [{"text": "Employees get 20 days."}],
        "location": {"documentChunk": {"documentIndex": 0, "start": 0, "end": 1}}}});
    let stopped = |index: u64| event("contentBlockStop", json!({"contentBlockIndex": index}));
    let expected = NativeCitation {
        span: Span::new(6, 14),
        quote: Some("Employees get 20 days.".into()),
        sources: vec!["policy".into()],
    };
    let body = |stops: bool| {
        let mut frames = vec![delta(0, json!({"text": "Für: "}))];
        frames.extend(stops.then(|| stopped(0)));
        frames.extend([delta(1, citation.clone()), delta(1, json!({"text": "20 Tage."}))]);
        frames.extend(stops.then(|| stopped(1)));
        frames.extend([delta(2, json!({"text": " Ende."})), stop("end_turn")]);
        frames
    };
    for stops in [true, false] {
        let decoded = bedrock(&body(stops));
        assert_eq!((decoded.citations.as_slice(), decoded.failures), (&[expected.clone()][..], 0));
        assert_eq!(expected.span.of(&decoded.text), "20 Tage.");
    }
}

#[test]
fn exceptions_and_errors_end_the_answer() {
    let exception = |kind: &str, payload: &str| {
        let headers = [
            (":exception-type", kind),
            (":content-type", "application/json"),
            (":message-type", "exception"),
        ];
        frame(&headers, payload.as_bytes())
    };
    for (last, words, hint) in [
        (
            exception("throttlingException", r#"{"message":"Too many tokens."}"#),
            "throttlingException: Too many tokens.",
            "Wait a minute",
        ),
        (
            exception(
                "modelStreamErrorException",
                r#"{"message":"model broke","originalStatusCode":500,"originalMessage":"boom"}"#,
            ),
            "model broke (boom)",
            "again",
        ),
        (
            exception("validationException", r#"{"message":"Input is too long for requested model."}"#),
            "too long",
            "shorter passages",
        ),
        (exception("serviceUnavailableException", "{}"), "serviceUnavailableException", "again"),
        (exception("internalServerException", "not json"), "internalServerException: not json", "again"),
        (exception("ofTheFutureException", ""), "ofTheFutureException", "again"),
        (
            frame(
                &[
                    (":message-type", "error"),
                    (":error-code", "InternalFailure"),
                    (":error-message", "It broke."),
                ],
                b"",
            ),
            "InternalFailure: It broke.",
            "again",
        ),
        (frame(&[(":exception-type", "throttlingException")], br#"{"message":"slow"}"#), "slow", "Wait"),
    ] {
        let decoded =
            bedrock(&[delta(0, json!({"text": "so far"})), last, delta(0, json!({"text": "lost"}))]);
        let failure = decoded.failure.unwrap();
        let limited = hint.to_lowercase().starts_with("wait");
        let cause = if limited { FailureCause::RateLimited } else { FailureCause::HostError };
        assert_eq!((failure.cause, decoded.failures), (cause, 1));
        assert!(failure.error.message().contains(words), "{} lacks {words}", failure.error.message());
        assert!(failure.error.hint().contains(hint), "{} lacks {hint}", failure.error.hint());
        assert_eq!(decoded.text, "so far");
        assert!(decoded.error["headers"].is_object() && decoded.error.get("body").is_some());
    }
}

#[test]
fn damage_keeps_the_text_so_far_and_truncation_is_reported() {
    let good = [delta(0, json!({"text": "so far"})), delta(0, json!({"text": "lost"})), stop("end_turn")];
    let first = good[0].len();
    for at in [first, first + 5, first + 9, first + 20, first + good[1].len() - 1] {
        let mut body = good.concat();
        body[at] ^= 1;
        let decoded = decode_at_all_cuts(Dialect::BedrockConverse, &body);
        let failure = decoded.failure.unwrap();
        assert_eq!((decoded.text.as_str(), failure.cause), ("so far", FailureCause::Garbled), "byte {at}");
        assert!(failure.error.message().contains("damaged") && !failure.error.hint().is_empty());
    }
    for end in [first, first + 3, first + 12, good.concat().len() - 1] {
        let decoded = decode_at_all_cuts(Dialect::BedrockConverse, &good.concat()[..end]);
        assert_eq!(decoded.failure.unwrap().cause, FailureCause::CutOff, "{end}");
    }
    let decoded = decode_at_all_cuts(Dialect::BedrockConverse, &good[0][..7]);
    assert_eq!(decoded.failure.unwrap().cause, FailureCause::CutOff, "within the first frame");
    assert_eq!(bedrock(&good).failures, 0, "usage may be missing");
}

#[test]
fn answers_in_json_are_read() {
    let answer = json!({
        "output": {"message": {"role": "assistant", "content": [
            {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "x"}}},
            {"text": "Für "},
            {"citationsContent": {"content": [{"text": "20 "}, {"text": "Tage"}],
                "citations": [{"title": "policy", "sourceContent": [{"text": "20 days"}]}]}},
            {"toolUse": {"toolUseId": "t", "name": "f", "input": {"a": [1, "x"], "b": {}}}},
            {"ofTheFuture": {}},
        ]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
        "metrics": {"latencyMs": 1},
    });
    for body in [answer.to_string(), serde_json::to_string_pretty(&answer).unwrap()] {
        let decoded = decode_at_all_cuts(Dialect::BedrockConverse, body.as_bytes());
        assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("Für 20 Tage", "Hm."));
        assert_eq!(decoded.cited(), [("20 Tage", "20 days", vec!["policy"])]);
        let arguments = r#"{"a": [1, "x"], "b": {}}"#;
        assert_eq!(decoded.tool_calls, json!([{"id": "t", "name": "f", "arguments": arguments}]));
        assert_eq!((decoded.failures, decoded.finish_reason.as_deref()), (0, Some("tool_use")));
        assert_eq!(decoded.counts()["total"], 3);
    }
    // Events as named SSE, wrapped or not, and as lines.
    let named = sse(&[
        ("contentBlockDelta", json!({"contentBlockIndex": 0, "delta": {"text": "a"}})),
        ("contentBlockDelta", json!({"contentBlockDelta": {"delta": {"text": "b"}}})),
        ("messageStop", json!({"stopReason": "end_turn"})),
    ]);
    let lines = "{\"contentBlockDelta\":{\"delta\":{\"text\":\"ab\"}}}\n{\"messageStop\":{\"stopReason\":\"end_turn\"}}";
    for body in [named.as_slice(), lines.as_bytes()] {
        let decoded = decode_at_all_cuts(Dialect::BedrockConverse, body);
        assert_eq!((decoded.text.as_str(), decoded.failures), ("ab", 0));
    }
    let failed = decode(Dialect::BedrockConverse, br#"{"throttlingException":{"message":"slow"}}"#, 9);
    assert!(failed.failure.unwrap().error.message().contains("throttlingException: slow"));
    assert_eq!(failed.error, json!({"message": "slow"}));
    let refused = decode(Dialect::BedrockConverse, br#"{"message":"The security token is invalid"}"#, 9);
    assert!(refused.failure.unwrap().error.message().contains("security token is invalid"));
}

#[test]
fn requests_alternate_and_name_the_model_in_the_path() {
    let (url, body) = sent(Dialect::BedrockConverse, &[], &longer_request("us.anthropic.claude-x-v1:0"));
    let base = "https://bedrock-runtime.us-east-1.amazonaws.com";
    assert_eq!(url, format!("{base}/model/us.anthropic.claude-x-v1%3A0/converse-stream"));
    let messages = r#"[{"role":"user","content":[{"text":"Eins"},{"text":"Zwei"}]},{"role":"assistant","content":[{"text":"Drei"}]},{"role":"user","content":[{"text":"Vier \"so\"?"}]}]"#;
    assert_eq!(
        body,
        format!(
            r#"{{"messages":{messages},"system":[{{"text":"Be brief."}}],"inferenceConfig":{{"maxTokens":50,"temperature":0.7,"topP":0.9}}}}"#
        )
    );
    let arn = sent(Dialect::BedrockConverse, &[], &plain("arn:aws:bedrock:x:1:inference-profile/y", "Hi"));
    assert!(arn.0.ends_with("/model/arn%3Aaws%3Abedrock%3Ax%3A1%3Ainference-profile%2Fy/converse-stream"));
    assert_eq!(arn.1, r#"{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}"#);
    // A model without system messages gets the words in front of the question.
    let (_, folded) =
        sent(Dialect::BedrockConverse, &["system", "maxTokens", "temperature", "topP"], &longer_request("m"));
    let first = r#"{"messages":[{"role":"user","content":[{"text":"Be brief.\n\nEins"},{"text":"Zwei"}]}"#;
    assert!(
        folded.starts_with(first) && !folded.contains("inferenceConfig") && !folded.contains("system"),
        "{folded}"
    );
}
