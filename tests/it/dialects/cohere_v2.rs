//! Cohere v2: blocks, tool plans, citations in characters, whole answers, errors, requests.

use super::asked::{MESSAGES, longer_request, plain, sent};
use crate::support::InWords;
use crate::wire::{Decoded, decode, decode_at_all_cuts, decode_framed, sse};
use serde_json::{Value, json};
use sidecite::provider::Dialect;
use sidecite::provider::decode::FramingKind;
use sidecite::types::{FailureCause, Span, Usage};

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

pub fn text_block(index: u64, text: &str) -> Value {
    json!({"type": "content-delta", "index": index, "delta": {"message": {"content": {"text": text}}}})
}

pub fn cited(citation: Value) -> Value {
    json!({"type": "citation-start", "index": 0, "delta": {"message": {"citations": citation}}})
}

pub fn message_end() -> Value {
    json!({"type": "message-end", "delta": {"finish_reason": "COMPLETE"}})
}

fn cited_words(decoded: &Decoded) -> Vec<(&str, Vec<String>)> {
    decoded.citations.iter().map(|one| (one.span.of(&decoded.text), one.sources.clone())).collect()
}

#[test]
fn reasoning_plans_calls_and_text() {
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
fn citations_count_characters_and_come_out_as_bytes() {
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
        message_end(),
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
fn citations_find_their_block_and_may_come_first() {
    // Two text blocks: offsets start again at 0. A citation ahead of its text waits for it.
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
        message_end(),
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
fn characters_are_found_far_into_a_long_answer() {
    let text = "aäあ😀".repeat(5_000);
    let events = [
        text_block(0, &text[..text.len() / 2]),
        text_block(0, &text[text.len() / 2..]),
        cited(json!({"start": 19_999, "end": 20_000, "text": "😀", "sources": []})),
        cited(json!({"start": 512, "end": 516, "text": "aäあ😀", "sources": []})),
        cited(json!({"start": 1_023, "end": 1_025, "text": "😀a", "sources": []})),
        cited(json!({"start": 0, "end": 20_000, "text": text, "sources": []})),
        message_end(),
    ];
    let named: Vec<(&str, Value)> = events.iter().map(|event| ("", event.clone())).collect();
    let decoded = decode(Dialect::CohereV2, &sse(&named), 4096);
    let words: Vec<&str> = cited_words(&decoded).into_iter().map(|(words, _)| words).collect();
    assert_eq!(words, ["😀", "aäあ😀", "😀a", &text]);
}

#[test]
fn whole_answers_are_read() {
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
fn errors_are_failures_and_the_text_stands() {
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
        assert!(
            error.is_null() || failure.error.message().contains("“overloaded”"),
            "{}",
            failure.error.message()
        );
    }
    let refused = decode_at_all_cuts(Dialect::CohereV2, br#"{"id":"x","message":"invalid api token"}"#);
    assert!(refused.failure.unwrap().error.message().contains("“invalid api token”"));
}

#[test]
fn requests_hold_what_was_set() {
    let (url, body) = sent(Dialect::CohereV2, &[], &longer_request("command-a"));
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
        sent(Dialect::CohereV2, &all, &longer_request("m")).1,
        format!(r#"{{"model":"m","messages":{MESSAGES},"stream":true}}"#)
    );
}
