//! Anthropic Messages: blocks, whole messages, citations, refusals, requests.

use super::asked::{body, body_of, everything, request, target};
use super::{decoded, sse};
use crate::support::InWords;
use crate::wire::decode;
use serde_json::{Value, json};
use sidecite::provider::{Dialect, SystemRole};
use sidecite::types::{Effort, Parameters, Usage};

fn start(index: u64, block: Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn delta(index: u64, kind: &str, field: &str, value: impl Into<Value>) -> Value {
    let mut delta = json!({"type": kind});
    delta[field] = value.into();
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn message_start(usage: Value) -> Value {
    json!({"type": "message_start", "message": {"type": "message", "role": "assistant", "content": [], "usage": usage}})
}

fn message_end(reason: &str, usage: Value) -> [Value; 2] {
    [
        json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null}, "usage": usage}),
        json!({"type": "message_stop"}),
    ]
}

fn text_block(index: u64, text: &str) -> [Value; 3] {
    [start(index, json!({"type": "text", "text": ""})), delta(index, "text_delta", "text", text), stop(index)]
}

pub fn mixed() -> String {
    let mut events = vec![
        message_start(
            json!({"input_tokens": 40, "cache_read_input_tokens": 7, "cache_creation_input_tokens": 9,
            "output_tokens": 1}),
        ),
        json!({"type": "ping"}),
        start(0, json!({"type": "thinking", "thinking": "", "signature": ""})),
        delta(0, "thinking_delta", "thinking", "Hm, "),
        delta(0, "thinking_delta", "thinking", "süß."),
        delta(0, "signature_delta", "signature", "EqQB"),
        stop(0),
        start(1, json!({"type": "redacted_thinking", "data": "zzz"})),
        stop(1),
        start(2, json!({"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}})),
        delta(2, "input_json_delta", "partial_json", "{\"query\":\"x\"}"),
        stop(2),
        start(
            3,
            json!({"type": "web_search_tool_result", "tool_use_id": "s1", "content": [{"type": "text", "text": "no"}]}),
        ),
        stop(3),
        // Spliced in by a gateway.
        message_start(json!({"input_tokens": 41})),
        json!({"type": "brand_new_event", "index": 3, "delta": {"text": "no"}}),
        start(4, json!({"type": "brand_new_block", "text": "no"})),
        delta(4, "brand_new_delta", "text", "no"),
        stop(4),
    ];
    events.extend(text_block(5, "Erster "));
    events.extend(text_block(6, "Zweiter"));
    events.extend([
        start(7, json!({"type": "tool_use", "id": "t1", "name": "add", "input": {}})),
        delta(7, "input_json_delta", "partial_json", ""),
        delta(7, "input_json_delta", "partial_json", "{\"a\":"),
        delta(7, "input_json_delta", "partial_json", "1}"),
        stop(7),
        start(8, json!({"type": "tool_use", "id": "t2", "name": "whole", "input": {"b": 2}})),
        stop(8),
        start(9, json!({"type": "tool_use", "id": "t3", "name": "none", "input": {}})),
        stop(9),
    ]);
    events.extend(message_end("tool_use", json!({"output_tokens": 30})));
    sse(&events)
}

#[test]
fn blocks_are_joined_and_foreign_ones_skipped() {
    let body = mixed();
    for body in [body.clone(), body.clone() + "data: [DONE]\n\n", body.trim_end().to_owned()] {
        let decoded = decoded(Dialect::Anthropic, &body);
        assert_eq!(decoded.text, "Erster Zweiter");
        assert_eq!(decoded.reasoning, "Hm, süß.");
        assert_eq!(decoded.finish_reason.as_deref(), Some("tool_use"));
        assert_eq!(
            decoded.tool_calls,
            json!([
                {"id": "t1", "name": "add", "arguments": "{\"a\":1}"},
                {"id": "t2", "name": "whole", "arguments": "{\"b\":2}"},
                {"id": "t3", "name": "none", "arguments": ""},
            ])
        );
        // Fields that a later report leaves out stand.
        let expected = Usage {
            input_tokens: Some(41),
            output_tokens: Some(30),
            cached_tokens: Some(7),
            cache_write_tokens: Some(9),
            ..Usage::default()
        };
        assert_eq!(decoded.usage, Some(expected));
        assert_eq!(decoded.failure, None);
    }
    assert!(decode(Dialect::Anthropic, body.as_bytes(), 9).complete);
}

#[test]
fn events_are_known_by_their_name_alone() {
    let body = "event: content_block_delta\ndata: {\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n\
                event: message_delta\ndata: {\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n";
    let decoded = decoded(Dialect::Anthropic, body);
    assert_eq!((decoded.text.as_str(), decoded.failure), ("a", None));
}

#[test]
fn a_message_that_came_whole() {
    let message = json!({"type": "message", "role": "assistant", "content": [
        {"type": "thinking", "thinking": "Hm"},
        {"type": "text", "text": "Zwei: "},
        {"type": "text", "text": "größer", "citations": [
            {"type": "char_location", "cited_text": "grösser", "document_index": 0, "document_title": null}]},
        {"type": "mcp_tool_use", "id": "m", "name": "no", "input": {}},
        {"type": "tool_use", "id": "t", "name": "f", "input": {}},
    ], "stop_reason": "end_turn", "usage": {"input_tokens": 3, "output_tokens": 2}});
    for body in [message.to_string(), serde_json::to_string_pretty(&message).unwrap()] {
        let decoded = decoded(Dialect::Anthropic, &body);
        assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("Zwei: größer", "Hm"));
        assert_eq!(decoded.cited(), [("größer", "grösser", vec!["1"])]);
        assert_eq!(decoded.tool_calls, json!([{"id": "t", "name": "f", "arguments": "{}"}]));
        assert_eq!(decoded.counts()["output"], 2);
        assert_eq!((decoded.finish_reason.as_deref(), decoded.failure), (Some("end_turn"), None));
    }
}

pub fn cited_stream() -> Vec<Value> {
    let mut events = vec![message_start(json!({"input_tokens": 1}))];
    events.extend(text_block(0, "Überblick: "));
    events.extend([
        start(1, json!({"type": "text", "text": "", "citations": []})),
        delta(
            1,
            "citations_delta",
            "citation",
            json!({"type": "char_location", "cited_text": "Das Gras ist grün.",
            "document_index": 0, "document_title": "Wiese", "start_char_index": 0, "end_char_index": 18}),
        ),
        delta(1, "text_delta", "text", "Gras ist "),
        delta(1, "text_delta", "text", "grün 🌱"),
        delta(
            1,
            "citations_delta",
            "citation",
            json!({"type": "page_location", "cited_text": "grün", "document_index": 2,
            "document_title": null, "start_page_number": 1, "end_page_number": 2}),
        ),
        stop(1),
    ]);
    events.extend(text_block(2, ", und "));
    events.extend([
        start(3, json!({"type": "text", "text": ""})),
        delta(3, "text_delta", "text", "der Himmel blau"),
        delta(
            3,
            "citations_delta",
            "citation",
            json!({"type": "web_search_result_location", "cited_text": "blau",
            "title": "Himmel", "url": "https://h.example/", "encrypted_index": "E"}),
        ),
        delta(
            3,
            "citations_delta",
            "citation",
            json!({"type": "search_result_location", "cited_text": "blau!", "title": null,
            "source": "doc-7", "search_result_index": 0}),
        ),
        delta(
            3,
            "citations_delta",
            "citation",
            json!({"type": "content_block_location", "cited_text": "ja",
            "document_index": 1, "document_title": "Farben", "start_block_index": 0, "end_block_index": 1}),
        ),
        stop(3),
        start(4, json!({"type": "text", "text": ""})),
        delta(
            4,
            "citations_delta",
            "citation",
            json!({"type": "char_location", "cited_text": "nothing is said with it",
            "document_index": 0}),
        ),
        stop(4),
    ]);
    events.extend(message_end("end_turn", json!({"output_tokens": 9})));
    events
}

#[test]
fn citations_cover_the_text_of_their_block() {
    let decoded = decoded(Dialect::Anthropic, &sse(&cited_stream()));
    assert_eq!(decoded.text, "Überblick: Gras ist grün 🌱, und der Himmel blau");
    assert_eq!(
        decoded.cited(),
        [
            ("Gras ist grün 🌱", "Das Gras ist grün.", vec!["Wiese"]),
            ("Gras ist grün 🌱", "grün", vec!["3"]),
            ("der Himmel blau", "blau", vec!["Himmel"]),
            ("der Himmel blau", "blau!", vec!["doc-7"]),
            ("der Himmel blau", "ja", vec!["Farben"]),
        ]
    );
}

#[test]
fn refusal_ends_with_words() {
    let refusal = |text: &str| {
        let mut events = vec![message_start(json!({"input_tokens": 5, "output_tokens": 1}))];
        events.extend(text_block(0, text));
        events.push(json!({"type": "message_delta", "usage": {"output_tokens": 2}, "delta": {"stop_reason": "refusal",
            "stop_details": {"type": "refusal", "category": "cyber", "explanation": "Not under our policy."}}}));
        decoded(Dialect::Anthropic, &sse(&events))
    };
    let (none, some) = (refusal(""), refusal("Well"));
    assert_eq!(none.finish_reason.as_deref(), Some("refusal"));
    assert_eq!((none.error.clone(), none.counts()["output"].clone()), (Value::Null, json!(2)));
    for part in ["blocked the answer", "cyber", "“Not under our policy.”"] {
        assert!(none.failure().error.message().contains(part), "{:?}", none.failure());
    }
    assert!(some.failure().error.message().contains("text so far is kept"));
}

#[test]
fn requests() {
    let messages = concat!(
        r#""system":"Be brief.","messages":[{"role":"user","content":"Why?\n\nTell me.\n\nNow."},"#,
        r#"{"role":"assistant","content":"Because"}],"stream":true"#,
    );
    let dialect = Dialect::Anthropic;
    let plain = |max: u32| format!(r#"{{"model":"m/1","max_tokens":{max},{messages}"#);
    assert_eq!(body(dialect, &[], Parameters::default()), plain(4096) + "}");
    assert_eq!(body(dialect, &[], everything(None)), plain(50) + r#","temperature":1,"top_p":0.9}"#);
    let thinking = |budget: u32| format!(r#","thinking":{{"type":"enabled","budget_tokens":{budget}}}}}"#);
    let max = |max_tokens: Option<u32>, effort: Effort| Parameters { max_tokens, ..everything(Some(effort)) };
    for (max_tokens, effort, sent, budget) in [
        (Some(50), Effort::Low, 1_074, 1_024),
        (Some(1_024), Effort::Low, 2_048, 1_024),
        (Some(1_025), Effort::Low, 1_025, 1_024),
        (None, Effort::Low, 4_096, 1_024),
        (None, Effort::Medium, 8_192, 4_096),
        (None, Effort::High, 20_480, 16_384),
        (Some(u32::MAX), Effort::High, u32::MAX, 16_384),
    ] {
        assert_eq!(
            body(dialect, &[], max(max_tokens, effort)),
            plain(sent) + &thinking(budget),
            "{max_tokens:?}"
        );
    }
    assert_eq!(
        body(dialect, &["thinking", "top_p"], everything(Some(Effort::Low))),
        plain(50) + r#","temperature":1}"#
    );
    // Where the path names the model the body does not.
    let mut vertex = target(dialect, &[], SystemRole::System);
    vertex.chat_path = Some("models/{model}:streamRawPredict".into());
    assert_eq!(
        body_of(&vertex, &request(Parameters::default())),
        plain(4096).replace(r#""model":"m/1","#, "") + "}"
    );
}
