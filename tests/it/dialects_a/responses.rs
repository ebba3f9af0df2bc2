//! OpenAI Responses: deltas and what is said again, errors of two dialects, annotations.

use super::{counts, decoded, sse};
use serde_json::{Value, json};
use sidecite::provider::Dialect;
use sidecite::types::FailureCause;

fn event(kind: &str, fields: Value) -> Value {
    let mut event = json!({"type": format!("response.{kind}")});
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    event
}

fn text_delta(item: u64, part: u64, delta: &str) -> Value {
    event(
        "output_text.delta",
        json!({"output_index": item, "content_index": part, "delta": delta, "obfuscation": "x"}),
    )
}

pub fn completed(output: Value) -> Value {
    event(
        "completed",
        json!({"response": {"object": "response", "status": "completed", "error": null,
        "incomplete_details": null, "output": output, "usage": {"input_tokens": 10, "input_tokens_details":
        {"cached_tokens": 4}, "output_tokens": 6, "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 16}}}),
    )
}

pub fn said(text: &str) -> Value {
    json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

pub fn responses_mixed() -> String {
    sse(&[
        event(
            "created",
            json!({"response": {"status": "in_progress", "output": [], "usage": null, "error": null}}),
        ),
        event("output_item.added", json!({"output_index": 0, "item": {"type": "reasoning", "summary": []}})),
        event("reasoning_summary_text.delta", json!({"output_index": 0, "delta": "Tja"})),
        event(
            "output_item.done",
            json!({"output_index": 0, "item": {"type": "reasoning",
            "summary": [{"type": "summary_text", "text": "Tja"}]}}),
        ),
        event(
            "output_item.added",
            json!({"output_index": 1, "item": {"type": "web_search_call", "id": "ws"}}),
        ),
        event("web_search_call.searching", json!({"output_index": 1, "delta": "no"})),
        event(
            "output_item.done",
            json!({"output_index": 1, "item": {"type": "web_search_call", "arguments": "no"}}),
        ),
        text_delta(2, 0, "Schö"),
        text_delta(2, 0, "n. "),
        event("output_text.done", json!({"output_index": 2, "content_index": 0, "text": "Schön. "})),
        event(
            "content_part.done",
            json!({"output_index": 2, "content_index": 0,
            "part": {"type": "output_text", "text": "Schön. ", "annotations": []}}),
        ),
        event("refusal.delta", json!({"output_index": 2, "content_index": 1, "delta": "Nein."})),
        event(
            "output_item.done",
            json!({"output_index": 2, "item": {"type": "message", "content": [
            {"type": "output_text", "text": "Schön. "}, {"type": "refusal", "refusal": "Nein."}]}}),
        ),
        event(
            "output_item.added",
            json!({"output_index": 3, "item": {"type": "function_call", "id": "fc_1",
            "call_id": "c1", "name": "add", "arguments": ""}}),
        ),
        event(
            "function_call_arguments.delta",
            json!({"output_index": 3, "item_id": "fc_other", "delta": "{\"a\""}),
        ),
        event(
            "function_call_arguments.delta",
            json!({"output_index": 3, "item_id": "fc_other", "delta": ":1}"}),
        ),
        event("function_call_arguments.done", json!({"output_index": 3, "arguments": "{\"a\":1}"})),
        event(
            "output_item.done",
            json!({"output_index": 3, "item": {"type": "function_call", "call_id": "c1",
            "name": "add", "arguments": "{\"a\":1}"}}),
        ),
        event("brand_new.delta", json!({"output_index": 3, "delta": "no"})),
        json!({"type": "keepalive"}),
        completed(json!([])),
    ])
}

#[test]
fn responses_deltas_stand_whatever_is_said_again() {
    let body = responses_mixed();
    for body in [body.clone(), format!(": keepalive\n\n{body}data: [DONE]\n\n")] {
        let decoded = decoded(Dialect::OpenaiResponses, &body);
        assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("Schön. Nein.", "Tja"));
        assert_eq!(decoded.tool_calls, json!([{"id": "c1", "name": "add", "arguments": "{\"a\":1}"}]));
        assert_eq!(
            counts(decoded.usage),
            json!({"input": 10, "output": 6, "total": 16, "reasoning": 2, "cached": 4})
        );
        assert_eq!((decoded.finish_reason.as_deref(), decoded.failure), (Some("completed"), None));
        assert!(decoded.complete);
    }
}

#[test]
fn responses_without_deltas_are_read_from_what_is_whole() {
    let output = json!([
        {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm"}]},
        said("Gut."),
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
    ]);
    let item_done =
        |number: usize| event("output_item.done", json!({"output_index": number, "item": output[number]}));
    let whole = completed(output.clone());
    let bodies = [
        sse(std::slice::from_ref(&whole)),
        whole["response"].to_string(),
        serde_json::to_string_pretty(&whole["response"]).unwrap(),
        sse(&[item_done(0), item_done(1), item_done(2), completed(json!([]))]),
        sse(&[item_done(0), item_done(1), item_done(2), whole.clone()]),
        // Numbered otherwise at the end than before.
        sse(&[
            text_delta(0, 0, "Gu"),
            text_delta(0, 0, "t."),
            item_done(0),
            item_done(1),
            item_done(2),
            whole.clone(),
        ]),
    ];
    for body in bodies {
        let decoded = decoded(Dialect::OpenaiResponses, &body);
        assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("Gut.", "Hm"), "{body}");
        assert_eq!(decoded.tool_calls, json!([{"id": "c", "name": "f", "arguments": "{}"}]), "{body}");
        assert_eq!((decoded.finish_reason.as_deref(), decoded.failure), (Some("completed"), None));
    }
}

#[test]
fn responses_items_without_a_number_are_told_apart_by_id() {
    let added = |id: &str, name: &str| {
        event(
            "output_item.added",
            json!({"item": {"type": "function_call", "id": id, "call_id": format!("call_{id}"),
            "name": name, "arguments": ""}}),
        )
    };
    let arguments = |id: &str, delta: &str| {
        event("function_call_arguments.delta", json!({"item_id": id, "delta": delta}))
    };
    let body = sse(&[
        event("output_text.delta", json!({"item_id": "m", "delta": "ok"})),
        added("a", "f"),
        added("b", "g"),
        arguments("a", "{\"x\":"),
        arguments("b", "{}"),
        arguments("a", "1}"),
        event(
            "output_item.done",
            json!({"item": {"type": "message", "id": "m", "content": [
            {"type": "output_text", "text": "ok"}]}}),
        ),
        completed(json!([])),
    ]);
    let decoded = decoded(Dialect::OpenaiResponses, &body);
    assert_eq!(decoded.text, "ok");
    assert_eq!(
        decoded.tool_calls,
        json!([{"id": "call_a", "name": "f", "arguments": "{\"x\":1}"}, {"id": "call_b", "name": "g", "arguments": "{}"}])
    );
}

#[test]
fn responses_say_why_they_are_incomplete_or_failed() {
    let ended = |kind: &str, response: Value| {
        decoded(
            Dialect::OpenaiResponses,
            &sse(&[text_delta(0, 0, "so far"), event(kind, json!({"response": response}))]),
        )
    };
    let cut = ended(
        "incomplete",
        json!({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"},
        "output": [], "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}}),
    );
    assert_eq!((cut.finish_reason.as_deref(), cut.failure.clone()), (Some("max_output_tokens"), None));
    assert_eq!(counts(cut.usage)["total"], 3);

    let filtered = ended(
        "incomplete",
        json!({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}),
    );
    assert!(filtered.failure().message.contains("content_filter"));
    assert_eq!(filtered.text, "so far");

    let failed = ended(
        "failed",
        json!({"status": "failed", "error": {"code": "server_error", "message": "It broke."}}),
    );
    assert_eq!(failed.error, json!({"code": "server_error", "message": "It broke."}));
    assert_eq!(
        (failed.finish_reason.as_deref(), failed.failure().cause),
        (Some("failed"), FailureCause::HostError)
    );
    assert!(failed.failure().message.contains("“It broke.”"));

    let silent = ended("failed", json!({"status": "failed", "error": null}));
    assert!(silent.failure().message.contains("without giving a reason"));
    assert_eq!(silent.error, Value::Null);
}

#[test]
fn errors_inside_a_stream_end_it_whatever_their_shape() {
    let error = json!({"type": "overloaded_error", "message": "Too much."});
    for dialect in [Dialect::OpenaiResponses, Dialect::Anthropic] {
        for body in [
            sse(&[json!({"type": "error", "error": error})]),
            format!("event: error\ndata: {}\n\n", json!({"error": error})),
            format!("data: {}\n\n", json!({"error": error})),
            json!({"type": "error", "error": error, "request_id": "r"}).to_string(),
        ] {
            let decoded = decoded(dialect, &body);
            assert_eq!(decoded.error, error, "{body}");
            assert!(decoded.failure().message.contains("“Too much.”"));
        }
    }
    let flat = json!({"type": "error", "code": "x", "message": "Too much.", "param": null});
    let failed =
        event("failed", json!({"response": {"status": "failed", "error": {"message": "Too much indeed."}}}));
    let alone = decoded(Dialect::OpenaiResponses, &sse(std::slice::from_ref(&flat)));
    assert_eq!((alone.error.clone(), alone.finish_reason.clone()), (flat.clone(), None));
    let both = decoded(Dialect::OpenaiResponses, &sse(&[flat, failed, text_delta(0, 0, "late")]));
    assert_eq!(both.error, json!({"message": "Too much indeed."}));
    assert_eq!((both.finish_reason.as_deref(), both.text.as_str()), (Some("failed"), ""));
    // With words of its own, not those of the second.
    assert!(both.failure().message.contains("“Too much.”"));
}

#[test]
fn responses_annotations_count_in_characters_of_their_part() {
    let annotation = |part: u64, annotation: Value| {
        event(
            "output_text.annotation.added",
            json!({"output_index": 0, "content_index": part, "annotation_index": 0, "annotation": annotation}),
        )
    };
    let url = |from: u64, to: u64, title: &str| json!({"type": "url_citation", "start_index": from, "end_index": to, "title": title, "url": "https://u.example/"});
    let body = sse(&[
        text_delta(0, 0, "Größe 😀: "),
        // About text that is still to come.
        annotation(0, url(9, 15, "Früh")),
        text_delta(0, 0, "Zürich."),
        annotation(0, url(0, 7, "")),
        annotation(0, json!({"type": "file_path", "file_id": "f", "index": 3})),
        event(
            "output_text.done",
            json!({"output_index": 0, "content_index": 0, "text": "Größe 😀: Zürich."}),
        ),
        text_delta(0, 1, "Erste Zeile\nÄhnlich groß."),
        annotation(1, json!({"type": "file_citation", "file_id": "f", "filename": "a.pdf", "index": 25})),
        // Behind the end: as far as there is text.
        annotation(1, url(20, 99, "Ende")),
        event(
            "content_part.done",
            json!({"output_index": 0, "content_index": 1, "part": {"type": "output_text",
            "text": "Erste Zeile\nÄhnlich groß.", "annotations": [url(0, 5, "said before")]}}),
        ),
        completed(json!([])),
    ]);
    let result = decoded(Dialect::OpenaiResponses, &body);
    assert_eq!(
        result.cited(),
        [
            ("Größe 😀", "", vec!["https://u.example/"]),
            ("Zürich", "", vec!["Früh"]),
            ("Ähnlich groß.", "", vec!["a.pdf"]),
            ("groß.", "", vec!["Ende"]),
        ]
    );
    // Said only where the answer is whole.
    let mut message = said("Über Köln");
    message["content"][0]["annotations"] = json!([url(5, 9, "K")]);
    for body in [
        completed(json!([message]))["response"].to_string(),
        sse(&[
            text_delta(0, 0, "Über Köln"),
            event("output_item.done", json!({"output_index": 0, "item": message})),
            completed(json!([message])),
        ]),
    ] {
        let result = decoded(Dialect::OpenaiResponses, &body);
        assert_eq!(result.cited(), [("Köln", "", vec!["K"])], "{body}");
    }
}

#[test]
fn responses_that_are_whole_need_no_status_but_must_not_be_under_way() {
    let mut response = completed(json!([said("Gut.")]))["response"].clone();
    response.as_object_mut().unwrap().remove("status");
    let plain = decoded(Dialect::OpenaiResponses, &response.to_string());
    assert_eq!((plain.text.as_str(), plain.finish_reason, plain.failure), ("Gut.", None, None));
    let named = decoded(Dialect::OpenaiResponses, &sse(&[event("completed", json!({"response": response}))]));
    assert_eq!((named.text.as_str(), named.finish_reason.as_deref()), ("Gut.", Some("completed")));
    response["status"] = json!("in_progress");
    let early = decoded(Dialect::OpenaiResponses, &response.to_string());
    assert_eq!((early.finish_reason.clone(), early.failure().cause), (None, FailureCause::CutOff));
}
