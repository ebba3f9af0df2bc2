//! OpenAI Responses: deltas and what is repeated after them, incomplete and failed answers, requests.

mod annotations;

use super::asked::{body, everything};
use super::{decoded, sse};
use crate::support::InWords;
use serde_json::{Value, json};
use sidecite::provider::Dialect;
use sidecite::types::{Effort, FailureCause, Parameters};

pub fn event(kind: &str, fields: Value) -> Value {
    let mut event = json!({"type": format!("response.{kind}")});
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    event
}

pub fn text_delta(item: u64, part: u64, delta: &str) -> Value {
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

pub fn mixed() -> String {
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
fn deltas_stand_whatever_is_said_again() {
    let body = mixed();
    for body in [body.clone(), format!(": keepalive\n\n{body}data: [DONE]\n\n")] {
        let decoded = decoded(Dialect::OpenaiResponses, &body);
        assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("Schön. Nein.", "Tja"));
        assert_eq!(decoded.tool_calls, json!([{"id": "c1", "name": "add", "arguments": "{\"a\":1}"}]));
        assert_eq!(
            decoded.counts(),
            json!({"input": 10, "output": 6, "total": 16, "reasoning": 2, "cached": 4})
        );
        assert_eq!((decoded.finish_reason.as_deref(), decoded.failure), (Some("completed"), None));
        assert!(decoded.complete);
    }
}

#[test]
fn answers_without_deltas_are_read_from_what_is_whole() {
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
fn items_without_a_number_are_distinguished_by_id() {
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
fn answers_say_why_they_are_incomplete_or_failed() {
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
    assert_eq!(cut.counts()["total"], 3);

    let filtered = ended(
        "incomplete",
        json!({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}),
    );
    assert!(filtered.failure().error.message().contains("content_filter"));
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
    assert!(failed.failure().error.message().contains("“It broke.”"));

    let silent = ended("failed", json!({"status": "failed", "error": null}));
    assert!(silent.failure().error.message().contains("without giving a reason"));
    assert_eq!(silent.error, Value::Null);
}

#[test]
fn whole_answers_need_no_status_but_must_not_be_in_progress() {
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

#[test]
fn requests() {
    let head = concat!(
        r#"{"model":"m/1","instructions":"Be brief.","input":["#,
        r#"{"role":"user","content":[{"type":"input_text","text":"Why?"}]},"#,
        r#"{"role":"user","content":[{"type":"input_text","text":"Tell me."}]},"#,
        r#"{"role":"user","content":[{"type":"input_text","text":"Now."}]},"#,
        r#"{"role":"assistant","content":[{"type":"output_text","text":"Because \n"}]}],"#,
        r#""stream":true,"store":false"#,
    );
    let dialect = Dialect::OpenaiResponses;
    assert_eq!(body(dialect, &[], Parameters::default()), format!("{head}}}"));
    assert_eq!(
        body(dialect, &[], everything(Some(Effort::Low))),
        format!(
            r#"{head},"max_output_tokens":50,"temperature":1.5,"top_p":0.9,"reasoning":{{"effort":"low","summary":"auto"}}}}"#
        )
    );
    assert_eq!(
        body(dialect, &["temperature", "reasoning.summary", "top_p"], everything(Some(Effort::High))),
        format!(r#"{head},"max_output_tokens":50,"reasoning":{{"effort":"high"}}}}"#)
    );
    assert_eq!(
        body(
            dialect,
            &["max_output_tokens", "temperature", "top_p", "reasoning"],
            everything(Some(Effort::High))
        ),
        format!("{head}}}")
    );
}
