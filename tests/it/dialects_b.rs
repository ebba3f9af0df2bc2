//! Dialects cohere-v2, bedrock-converse and ollama: one oddity of the wire a test, truncation, damage, request bodies.

use crate::wire::{Decoded, decode, decode_at_all_cuts, decode_framed, event, frame, sse};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use sidecite::provider::decode::FramingKind;
use sidecite::provider::{Dialect, Target, encode};
use sidecite::types::{
    AuthKind, ChatRequest, Effort, FailureCause, Message, NativeCitation, Parameters, Role, SourceDocument,
    Span, Usage,
};

// ---------------------------------------------------------------- cohere

fn cohere(events: &[Value]) -> Decoded {
    let named: Vec<(&str, Value)> =
        events.iter().map(|event| (event["type"].as_str().unwrap_or(""), event.clone())).collect();
    let decoded = decode_at_all_cuts(Dialect::CohereV2, &sse(&named));
    // Payload lines without names, and with `[DONE]` after them, mean the same.
    let nameless: Vec<(&str, Value)> = events.iter().map(|event| ("", event.clone())).collect();
    let mut body = sse(&nameless);
    assert_eq!(decode(Dialect::CohereV2, &body, 5), decoded);
    if decoded.complete {
        body.extend_from_slice(b"data: [DONE]\n\n");
        assert_eq!(decode(Dialect::CohereV2, &body, 5), decoded);
    }
    decoded
}

fn text_block(index: u64, text: &str) -> Value {
    json!({"type": "content-delta", "index": index, "delta": {"message": {"content": {"text": text}}}})
}

fn cited(citation: Value) -> Value {
    json!({"type": "citation-start", "index": 0, "delta": {"message": {"citations": citation}}})
}

fn cohere_end() -> Value {
    json!({"type": "message-end", "delta": {"finish_reason": "COMPLETE"}})
}

fn cited_words(decoded: &Decoded) -> Vec<(&str, Vec<String>)> {
    decoded.citations.iter().map(|one| (one.span.of(&decoded.text), one.sources.clone())).collect()
}

#[test]
fn cohere_thinks_plans_calls_and_answers() {
    let call = |kind: &str, index: u64, call: Value| json!({"type": kind, "index": index, "delta": {"message": {"tool_calls": call}}});
    let decoded = cohere(&[
        json!({"type": "message-start", "id": "x", "delta": {"message": {"role": "assistant", "content": []}}}),
        json!({"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I plan. "}}}),
        json!({"type": "content-start", "index": 0, "delta": {"message": {"content": {"type": "thinking", "thinking": "Hm"}}}}),
        json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"thinking": "m."}}}}),
        json!({"type": "content-end", "index": 0}),
        json!({"type": "content-start", "index": 1, "delta": {"message": {"content": {"type": "text", "text": "A"}}}}),
        json!({"type": "of-the-future", "message": {"content": "no"}, "delta": {"message": {"content": {"text": "no"}}}}),
        text_block(1, "B"),
        call(
            "tool-call-start",
            0,
            json!({"id": "c0", "type": "function", "function": {"name": "f", "arguments": ""}}),
        ),
        call("tool-call-delta", 0, json!({"function": {"arguments": "{\"a\":"}})),
        call("tool-call-start", 1, json!({"id": "c1", "function": {"name": "g"}})),
        call("tool-call-delta", 0, json!({"function": {"arguments": "1}"}})),
        json!({"type": "tool-call-end", "index": 0}),
        json!({"type": "message-end", "delta": {"finish_reason": "TOOL_CALL", "usage": {
            "billed_units": {"input_tokens": 3.0, "output_tokens": 2}, "cached_tokens": 7,
            "tokens": {"input_tokens": 10.0, "output_tokens": 5, "reasoning_tokens": 4}}}}),
    ]);
    assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("AB", "I plan. Hmm."));
    assert_eq!(decoded.finish_reason.as_deref(), Some("TOOL_CALL"));
    assert_eq!(
        decoded.tool_calls,
        json!([{"id": "c0", "name": "f", "arguments": "{\"a\":1}"}, {"id": "c1", "name": "g", "arguments": ""}])
    );
    let expected = Usage {
        input_tokens: Some(10),
        output_tokens: Some(5),
        reasoning_tokens: Some(4),
        cached_tokens: Some(7),
        billed_input_tokens: Some(3),
        billed_output_tokens: Some(2),
        ..Usage::default()
    };
    assert_eq!(decoded.usage, Some(expected));
    assert_eq!((decoded.failures, decoded.complete), (0, true));
}

#[test]
fn cohere_citations_count_characters_and_come_out_as_bytes() {
    let source = json!([{"type": "document", "id": "doc:0", "document": {"id": "doc:0"}}, {"type": "tool", "id": "t:1"}]);
    let decoded = cohere(&[
        json!({"type": "content-delta", "index": 0, "delta": {"message": {"content": {"thinking": "größer"}}}}),
        text_block(1, "Ärger in "),
        text_block(1, "Zürich 😀 kostet 日本"),
        // The event's index counts citations; `content_index` counts blocks.
        cited(
            json!({"start": 9, "end": 15, "text": "Zürich", "sources": source, "content_index": 1, "type": "TEXT_CONTENT"}),
        ),
        cited(
            json!([{"start": 16, "end": 17, "text": "😀", "sources": [{"document": {"id": "only-inside"}}]}]),
        ),
        text_block(1, "円."),
        cited(json!({"start": 25, "end": 28, "text": "日本円", "sources": source})),
        // Of plans and thinking: not of the answer.
        cited(json!({"start": 0, "end": 3, "text": "grö", "sources": source, "type": "THINKING_CONTENT"})),
        cited(json!({"start": 0, "end": 3, "text": "grö", "sources": source, "type": "PLAN"})),
        cited(json!({"whatever": true})),
        json!({"type": "citation-end", "index": 0}),
        cohere_end(),
    ]);
    let both = vec!["doc:0".to_owned(), "t:1".to_owned()];
    assert_eq!(
        cited_words(&decoded),
        [("Zürich", both.clone()), ("😀", vec!["only-inside".to_owned()]), ("日本円", both)]
    );
    assert_eq!(decoded.citations[0].span, Span::new(10, 17));
    assert_eq!((decoded.failures, decoded.text.as_str()), (0, "Ärger in Zürich 😀 kostet 日本円."));
}

#[test]
fn cohere_citations_find_their_block_and_may_come_first() {
    // Two text blocks: offsets begin anew. A citation ahead of its text waits for it.
    let decoded = cohere(&[
        cited(
            json!({"start": 0, "end": 5, "text": "Zwölf", "sources": [{"id": "early"}], "content_index": 2}),
        ),
        text_block(0, "Über alles. "),
        json!({"type": "content-end", "index": 0}),
        text_block(2, "Zwölf Boxer."),
        cited(
            json!({"start": 6, "end": 11, "text": "Boxer", "sources": [{"id": "named"}], "content_index": 2}),
        ),
        cited(json!({"start": 6, "end": 11, "text": "Boxer", "sources": [{"id": "unnamed"}]})),
        cited(
            json!({"start": 0, "end": 4, "text": "Über", "sources": [{"id": "misnamed"}], "content_index": 2}),
        ),
        cited(json!({"start": 0, "end": 4, "text": "altered", "sources": [{"id": "first"}]})),
        cited(json!({"start": 5, "end": 900, "text": "beyond", "sources": [{"id": "lost"}]})),
        cited(json!({"start": 5, "end": 2, "text": "", "sources": [{"id": "backwards"}]})),
        cohere_end(),
    ]);
    let words: Vec<(&str, String)> =
        cited_words(&decoded).into_iter().map(|(words, sources)| (words, sources.concat())).collect();
    let expected = [
        ("Boxer", "named"),
        ("Boxer", "unnamed"),
        ("Über", "misnamed"),
        ("Über", "first"),
        ("Zwölf", "early"),
    ];
    assert_eq!(words, expected.map(|(words, source)| (words, source.to_owned())));
}

#[test]
fn cohere_finds_characters_far_into_a_long_answer() {
    let text = "aäあ😀".repeat(5_000);
    let events = [
        text_block(0, &text[..text.len() / 2]),
        text_block(0, &text[text.len() / 2..]),
        cited(json!({"start": 19_999, "end": 20_000, "text": "😀", "sources": []})),
        cited(json!({"start": 512, "end": 516, "text": "aäあ😀", "sources": []})),
        cited(json!({"start": 1_023, "end": 1_025, "text": "😀a", "sources": []})),
        cited(json!({"start": 0, "end": 20_000, "text": text, "sources": []})),
        cohere_end(),
    ];
    let named: Vec<(&str, Value)> = events.iter().map(|event| ("", event.clone())).collect();
    let decoded = decode(Dialect::CohereV2, &sse(&named), 4096);
    let words: Vec<&str> = cited_words(&decoded).into_iter().map(|(words, _)| words).collect();
    assert_eq!(words, ["😀", "aäあ😀", "😀a", &text]);
}

#[test]
fn cohere_whole_answers_are_read() {
    let answer = json!({
        "id": "x",
        "message": {
            "role": "assistant",
            "tool_plan": "Plan. ",
            "content": [{"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Größe zählt."}],
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            "citations": [{"start": 6, "end": 11, "text": "zählt", "sources": [{"id": "3"}], "content_index": 1}],
        },
        "finish_reason": "COMPLETE",
        "usage": {"tokens": {"input_tokens": 1, "output_tokens": 2}},
    });
    for body in [answer.to_string(), serde_json::to_string_pretty(&answer).unwrap(), format!("{answer}\n")] {
        let decoded = decode_at_all_cuts(Dialect::CohereV2, body.as_bytes());
        assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("Größe zählt.", "Plan. Hm."));
        assert_eq!(cited_words(&decoded), [("zählt", vec!["3".to_owned()])]);
        assert_eq!(decoded.tool_calls, json!([{"id": "c", "name": "f", "arguments": "{}"}]));
        assert_eq!((decoded.failures, decoded.finish_reason.as_deref()), (0, Some("COMPLETE")));
        assert_eq!(decode_framed(Dialect::CohereV2, FramingKind::Json, body.as_bytes(), 3), decoded);
    }
}

#[test]
fn cohere_errors_are_failures_and_the_text_stands() {
    for (end, error) in [
        (
            json!({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "overloaded"}}),
            json!("overloaded"),
        ),
        (json!({"type": "message-end", "delta": {"error": "overloaded"}}), json!("overloaded")),
        (json!({"type": "message-end", "delta": {"finish_reason": "ERROR"}}), Value::Null),
        (json!({"type": "error", "error": {"message": "overloaded"}}), json!({"message": "overloaded"})),
        (json!({"id": "x", "message": "overloaded"}), json!({"id": "x", "message": "overloaded"})),
    ] {
        let decoded = cohere(&[text_block(0, "so far"), end.clone(), text_block(0, " lost")]);
        let failure = decoded.failure.clone().unwrap_or_else(|| panic!("{end}"));
        assert_eq!((failure.cause, decoded.failures), (FailureCause::HostError, 1), "{end}");
        assert_eq!((decoded.text.as_str(), &decoded.error), ("so far", &error), "{end}");
        assert!(error.is_null() || failure.message.contains("“overloaded”"), "{}", failure.message);
    }
    let refused = decode_at_all_cuts(Dialect::CohereV2, br#"{"id":"x","message":"invalid api token"}"#);
    assert!(refused.failure.unwrap().message.contains("“invalid api token”"));
}

// ---------------------------------------------------------------- bedrock

fn bedrock(frames: &[Vec<u8>]) -> Decoded {
    decode_at_all_cuts(Dialect::BedrockConverse, &frames.concat())
}

fn delta(index: u64, delta: Value) -> Vec<u8> {
    event("contentBlockDelta", json!({"contentBlockIndex": index, "delta": delta, "p": "abc"}))
}

fn stop(reason: &str) -> Vec<u8> {
    event("messageStop", json!({"stopReason": reason, "p": "ab"}))
}

#[test]
fn bedrock_reasons_calls_and_answers() {
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
fn bedrock_cites_the_block_that_a_citation_stands_in() {
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
fn bedrock_exceptions_and_errors_end_the_answer() {
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
        assert!(failure.message.contains(words), "{} lacks {words}", failure.message);
        assert!(failure.hint.contains(hint), "{} lacks {hint}", failure.hint);
        assert_eq!(decoded.text, "so far");
        assert!(decoded.error["headers"].is_object() && decoded.error.get("body").is_some());
    }
}

#[test]
fn bedrock_damage_keeps_what_came_and_truncation_is_told() {
    let good = [delta(0, json!({"text": "so far"})), delta(0, json!({"text": "lost"})), stop("end_turn")];
    let first = good[0].len();
    for at in [first, first + 5, first + 9, first + 20, first + good[1].len() - 1] {
        let mut body = good.concat();
        body[at] ^= 1;
        let decoded = decode_at_all_cuts(Dialect::BedrockConverse, &body);
        let failure = decoded.failure.unwrap();
        assert_eq!((decoded.text.as_str(), failure.cause), ("so far", FailureCause::Garbled), "byte {at}");
        assert!(failure.message.contains("damaged") && !failure.hint.is_empty());
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
fn bedrock_is_read_as_json_too() {
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
        assert_eq!(cited_words(&decoded), [("20 Tage", vec!["policy".to_owned()])]);
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
    assert!(failed.failure.unwrap().message.contains("throttlingException: slow"));
    assert_eq!(failed.error, json!({"message": "slow"}));
    let refused = decode(Dialect::BedrockConverse, br#"{"message":"The security token is invalid"}"#, 9);
    assert!(refused.failure.unwrap().message.contains("security token is invalid"));
}

// ---------------------------------------------------------------- ollama

fn ollama(lines: &[Value], end: &str) -> Decoded {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    decode_at_all_cuts(Dialect::Ollama, format!("{}{end}", text.join("\n")).as_bytes())
}

fn said(content: &str) -> Value {
    json!({"model": "m", "message": {"role": "assistant", "content": content}, "done": false})
}

#[test]
fn ollama_thinks_calls_and_answers() {
    let call = |call: Value| json!({"message": {"content": "", "tool_calls": [call]}, "done": false});
    for end in ["", "\n", "\r\n", "\n\n"] {
        let decoded = ollama(
            &[
                json!({"message": {"role": "assistant", "content": "", "thinking": "Hm"}, "done": false}),
                json!({"message": {"role": "assistant", "thinking": "."}, "done": false}),
                said("Gr"),
                json!({"message": {"content": "üße", "of_the_future": 1}, "done": false, "x": []}),
                call(
                    json!({"id": "c", "function": {"index": 0, "name": "f", "arguments": {"x": 2, "y": ["a", {"ü": null}]}}}),
                ),
                call(json!({"function": {"name": "f", "arguments": {}}})),
                call(json!({"function": {"name": "g", "arguments": "{\"a\":1}"}})),
                json!({"message": {"content": ""}, "done": true, "done_reason": "stop", "prompt_eval_count": 7, "eval_count": 5}),
            ],
            end,
        );
        assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("Grüße", "Hm."));
        assert_eq!(
            decoded.tool_calls,
            json!([
                {"id": "c", "name": "f", "arguments": r#"{"x": 2, "y": ["a", {"ü": null}]}"#},
                {"id": "", "name": "f", "arguments": "{}"},
                {"id": "", "name": "g", "arguments": "{\"a\":1}"},
            ])
        );
        assert_eq!(
            (decoded.counts()["input"].clone(), decoded.counts()["output"].clone()),
            (json!(7), json!(5))
        );
        assert_eq!(
            (decoded.failures, decoded.finish_reason.as_deref(), decoded.complete),
            (0, Some("stop"), true)
        );
    }
}

#[test]
fn ollama_last_lines_of_all_kinds() {
    let cached = ollama(
        &[
            said("a"),
            json!({"message": {"content": "b"}, "done": true, "done_reason": "length", "eval_count": 2}),
        ],
        "",
    );
    let counts = json!({"input": null, "output": 2, "total": null, "reasoning": null, "cached": null});
    assert_eq!((cached.text.as_str(), cached.counts(), cached.failures), ("ab", counts, 0));
    // Old servers give no reason; a model that is only loaded says nothing.
    let old = ollama(&[said("a"), json!({"done": true})], "\n");
    assert_eq!((old.failures, old.finish_reason, old.usage), (0, None, None));
    let load = ollama(&[json!({"message": {"content": ""}, "done": true, "done_reason": "load"})], "\n");
    assert_eq!((load.failures, load.finish_reason.as_deref()), (0, Some("load")));
    let whole = json!({"message": {"content": "a", "thinking": "t"}, "done": true, "done_reason": "stop"});
    let pretty = serde_json::to_string_pretty(&whole).unwrap();
    let decoded = decode_at_all_cuts(Dialect::Ollama, pretty.as_bytes());
    assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str(), decoded.failures), ("a", "t", 0));
}

#[test]
fn ollama_errors_and_ends_without_done_are_told() {
    let failed = ollama(&[said("so far"), json!({"error": "model runner has died"}), said("lost")], "\n");
    assert_eq!((failed.text.as_str(), failed.error), ("so far", json!("model runner has died")));
    assert!(failed.failure.unwrap().message.contains("“model runner has died”"));
    let refused = ollama(&[json!({"error": "model 'x' not found"})], "");
    assert_eq!(refused.failure.unwrap().cause, FailureCause::HostError);
    for (body, any) in [
        (format!("{}\n", said("so far")), true),
        (format!("{}\n{{\"message\":{{\"cont", said("so far")), true),
    ] {
        let cut = decode_at_all_cuts(Dialect::Ollama, body.as_bytes());
        let failure = cut.failure.unwrap();
        assert_eq!((failure.cause, failure.message.contains("text so far")), (FailureCause::CutOff, any));
    }
}

// ---------------------------------------------------------------- all three

fn samples() -> Vec<(Dialect, Vec<u8>)> {
    let cohere = sse(&[
        ("content-delta", text_block(0, "Über 😀 alles. ")),
        ("content-delta", text_block(0, "Und mehr.")),
        ("citation-start", cited(json!({"start": 5, "end": 6, "text": "😀", "sources": [{"id": "1"}]}))),
        ("message-end", cohere_end()),
    ]);
    let bedrock = [
        event("messageStart", json!({"role": "assistant"})),
        delta(0, json!({"text": "Über 😀"})),
        delta(0, json!({"toolUse": {"input": "{}"}})),
        stop("end_turn"),
        event("metadata", json!({"usage": {"inputTokens": 1, "outputTokens": 2}})),
    ];
    let done = json!({"message": {"content": ""}, "done": true, "done_reason": "stop", "eval_count": 2});
    let ollama = [said("Über 😀"), said(" alles."), done].map(|line| format!("{line}\n")).concat();
    vec![
        (Dialect::CohereV2, cohere),
        (Dialect::BedrockConverse, bedrock.concat()),
        (Dialect::Ollama, ollama.into_bytes()),
    ]
}

#[test]
fn every_truncation_is_complete_or_says_so() {
    for (dialect, body) in samples() {
        let whole = decode(dialect, &body, body.len());
        assert_eq!(whole.failures, 0, "{dialect:?}");
        for end in 0..body.len() {
            let cut = decode(dialect, &body[..end], 11);
            assert!(whole.text.starts_with(&cut.text), "{dialect:?} at {end}");
            match &cut.failure {
                Some(failure) => {
                    let known = matches!(failure.cause, FailureCause::CutOff | FailureCause::Garbled);
                    assert!(known && cut.failures == 1, "{dialect:?} at {end}: {failure:?}");
                    assert!(
                        cut.text.is_empty() || failure.cause == FailureCause::CutOff,
                        "{dialect:?} at {end}"
                    );
                }
                None => assert_eq!(cut.text, whole.text, "{dialect:?} at {end} claims to be complete"),
            }
        }
    }
}

#[test]
fn told_framings_read_what_sniffing_reads() {
    let told = [FramingKind::Sse, FramingKind::EventStream, FramingKind::Ndjson];
    for ((dialect, body), framing) in samples().into_iter().zip(told) {
        assert_eq!(decode_framed(dialect, framing, &body, 3), decode(dialect, &body, 3));
    }
    // Told wrongly, it is no answer, and that is said.
    let (dialect, body) = samples().remove(2);
    for framing in [FramingKind::EventStream, FramingKind::Json, FramingKind::Sse] {
        let cause = decode_framed(dialect, framing, &body, 64).failure.unwrap().cause;
        assert_eq!(cause, FailureCause::Garbled, "{framing:?}");
    }
}

/// Printed, so that a failure can be repeated: `SIDECITE_SEED=… cargo test --test it dialects_b::`.
fn seeded() -> ProptestConfig {
    let now = || std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64;
    let seed = std::env::var("SIDECITE_SEED").map_or_else(|_| now(), |seed| seed.parse().unwrap());
    eprintln!("SIDECITE_SEED={seed}");
    ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(seed), ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(seeded())]

    /// Damaged answers never panic, fail at most once, and mean the same however they are cut.
    #[test]
    fn damage_is_read_the_same_at_every_cut(which in 0_usize..3, flips in proptest::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 0..6), cut in 1_usize..50) {
        let (dialect, mut body) = samples().remove(which);
        for (at, bit) in flips {
            *at.get_mut(&mut body) ^= 1 << bit;
        }
        let whole = decode(dialect, &body, body.len());
        prop_assert!(whole.failures <= 1);
        prop_assert_eq!(decode(dialect, &body, cut), whole);
    }

    /// Whatever JSON comes under whatever name: no panic, and spans that address the text.
    #[test]
    fn foreign_values_do_no_harm(which in 0_usize..3, values in proptest::collection::vec(("(content-delta|citation-start|message-end|tool-call-delta|metadata|contentBlockDelta|)", json_value()), 0..8)) {
        let dialect = [Dialect::CohereV2, Dialect::BedrockConverse, Dialect::Ollama][which];
        let events: Vec<(&str, Value)> = values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let decoded = decode(dialect, &sse(&events), 13);
        prop_assert!(decoded.failures <= 1);
        for citation in &decoded.citations {
            prop_assert!(decoded.text.get(citation.span.range()).is_some());
        }
    }
}

/// JSON made of the words of the three dialects.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u64..6).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zé😀]{0,4}".prop_map(Value::from),
    ];
    let key = "(type|delta|message|content|text|thinking|citations|start|end|sources|index|content_index|tool_calls|function|arguments|usage|tokens|error|done|done_reason|toolUse|citation|stopReason|output)";
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

// ---------------------------------------------------------------- requests

fn request(model: &str) -> ChatRequest {
    let message = |role, content: &str| Message { role, content: content.into() };
    ChatRequest {
        model: model.into(),
        messages: vec![
            message(Role::System, "Be brief."),
            message(Role::User, "Eins"),
            message(Role::User, "Zwei"),
            message(Role::Assistant, "Drei"),
            message(Role::User, " "),
            message(Role::User, "Vier \"so\"?"),
        ],
        parameters: Parameters {
            max_tokens: Some(50),
            temperature: Some(0.7),
            top_p: Some(0.9),
            seed: Some(1),
            effort: Some(Effort::High),
            ..Parameters::default()
        },
        ..ChatRequest::default()
    }
}

fn target(dialect: Dialect, omit: &[&str]) -> Target {
    let base = match dialect {
        Dialect::CohereV2 => "https://api.cohere.com/v2",
        Dialect::BedrockConverse => "https://bedrock-runtime.us-east-1.amazonaws.com",
        _ => "http://localhost:11434",
    };
    let mut target = Target::custom(dialect, base, AuthKind::Default).unwrap();
    target.quirks.omit = omit.iter().map(|name| (*name).to_owned()).collect();
    target
}

fn sent(dialect: Dialect, omit: &[&str], request: &ChatRequest) -> (String, String) {
    let http = encode(&target(dialect, omit), request, None).unwrap();
    (http.url, String::from_utf8(http.body).unwrap())
}

fn plain(model: &str, content: &str) -> ChatRequest {
    ChatRequest {
        model: model.into(),
        messages: vec![Message { role: Role::User, content: content.into() }],
        parameters: Parameters::default(),
        ..ChatRequest::default()
    }
}

const MESSAGES: &str = r#"[{"role":"system","content":"Be brief."},{"role":"user","content":"Eins"},{"role":"user","content":"Zwei"},{"role":"assistant","content":"Drei"},{"role":"user","content":" "},{"role":"user","content":"Vier \"so\"?"}]"#;

#[test]
fn cohere_requests_hold_what_was_set() {
    let (url, body) = sent(Dialect::CohereV2, &[], &request("command-a"));
    assert_eq!(url, "https://api.cohere.com/v2/chat");
    assert_eq!(
        body,
        format!(
            r#"{{"model":"command-a","messages":{MESSAGES},"stream":true,"max_tokens":50,"temperature":0.7,"p":0.9,"seed":1,"thinking":{{"type":"enabled"}}}}"#
        )
    );
    let bare = r#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true}"#;
    assert_eq!(sent(Dialect::CohereV2, &[], &plain("m", "Hi")).1, bare);
    let all = ["max_tokens", "temperature", "p", "seed", "thinking"];
    assert_eq!(
        sent(Dialect::CohereV2, &all, &request("m")).1,
        format!(r#"{{"model":"m","messages":{MESSAGES},"stream":true}}"#)
    );
}

#[test]
fn bedrock_requests_alternate_and_name_the_model_in_the_path() {
    let (url, body) = sent(Dialect::BedrockConverse, &[], &request("us.anthropic.claude-x-v1:0"));
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
        sent(Dialect::BedrockConverse, &["system", "maxTokens", "temperature", "topP"], &request("m"));
    let first = r#"{"messages":[{"role":"user","content":[{"text":"Be brief.\n\nEins"},{"text":"Zwei"}]}"#;
    assert!(
        folded.starts_with(first) && !folded.contains("inferenceConfig") && !folded.contains("system"),
        "{folded}"
    );
}

#[test]
fn ollama_requests_reserve_a_context_that_holds_the_prompt() {
    let (url, body) = sent(Dialect::Ollama, &[], &request("qwen3:4b"));
    assert_eq!(url, "http://localhost:11434/api/chat");
    let options = r#"{"num_ctx":4096,"temperature":0.7,"top_p":0.9,"seed":1,"num_predict":50}"#;
    assert_eq!(
        body,
        format!(
            r#"{{"model":"qwen3:4b","messages":{MESSAGES},"stream":true,"think":true,"keep_alive":"10m","options":{options}}}"#
        )
    );
    let degrees = sent(Dialect::Ollama, &[], &request("GPT-OSS:20b")).1;
    assert!(degrees.contains(r#""think":"high""#), "{degrees}");
    let bare = r#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"keep_alive":"10m","options":{"num_ctx":4096}}"#;
    assert_eq!(sent(Dialect::Ollama, &[], &plain("m", "Hi")).1, bare);
    let none = sent(Dialect::Ollama, &["num_ctx", "keep_alive"], &plain("m", "Hi")).1;
    assert_eq!(none, r#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true}"#);
    for (prompt_bytes, max_tokens, context) in [
        (3 * 3_072, None, 4_096),
        (3 * 3_073, None, 8_192),
        (3 * 7_000, Some(1_192), 8_192),
        (3 * 7_000, Some(1_193), 16_384),
        (30_000, Some(100_000), 131_072),
        (9_000_000, None, 131_072),
        (10, Some(u32::MAX), 131_072),
    ] {
        let mut asked = plain("m", &"x".repeat(prompt_bytes));
        asked.parameters.max_tokens = max_tokens;
        let body: Value = serde_json::from_str(&sent(Dialect::Ollama, &[], &asked).1).unwrap();
        assert_eq!(body["options"]["num_ctx"], context, "{prompt_bytes} {max_tokens:?}");
    }
}

#[test]
fn cohere_gets_passages_as_documents_that_it_cites() {
    let document = SourceDocument { id: "1".into(), title: "a.txt".into(), text: "[1] a.txt\nÉté.".into() };
    let request = ChatRequest { documents: vec![document], ..plain("command-a", "Quand ?") };
    let (_, body) = sent(Dialect::CohereV2, &[], &request);
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let data = serde_json::json!({"title": "a.txt", "text": "[1] a.txt\nÉté."});
    assert_eq!(body["documents"], serde_json::json!([{"id": "1", "data": data}]));
    assert_eq!(body["citation_options"]["mode"], "ACCURATE");
}
