//! Ollama: an object a line, last lines of all kinds, errors, requests.

use super::asked::{MESSAGES, longer_request, plain, sent};
use crate::support::InWords;
use crate::wire::{Decoded, decode_at_all_cuts};
use serde_json::{Value, json};
use sidecite::provider::Dialect;
use sidecite::types::FailureCause;

fn ollama(lines: &[Value], end: &str) -> Decoded {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    decode_at_all_cuts(Dialect::Ollama, format!("{}{end}", text.join("\n")).as_bytes())
}

pub fn said(content: &str) -> Value {
    json!({"model": "m", "message": {"role": "assistant", "content": content}, "done": false})
}

#[test]
fn reasoning_calls_and_text() {
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
fn last_lines_of_all_kinds() {
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
fn errors_and_ends_without_done_are_reported() {
    let failed = ollama(&[said("so far"), json!({"error": "model runner has died"}), said("lost")], "\n");
    assert_eq!((failed.text.as_str(), failed.error), ("so far", json!("model runner has died")));
    assert!(failed.failure.unwrap().error.message().contains("“model runner has died”"));
    let refused = ollama(&[json!({"error": "model 'x' not found"})], "");
    assert_eq!(refused.failure.unwrap().cause, FailureCause::HostError);
    for (body, any) in [
        (format!("{}\n", said("so far")), true),
        (format!("{}\n{{\"message\":{{\"cont", said("so far")), true),
    ] {
        let cut = decode_at_all_cuts(Dialect::Ollama, body.as_bytes());
        let failure = cut.failure.unwrap();
        assert_eq!(
            (failure.cause, failure.error.message().contains("text so far")),
            (FailureCause::CutOff, any)
        );
    }
}

#[test]
fn requests_reserve_a_context_that_holds_the_prompt() {
    let (url, body) = sent(Dialect::Ollama, &[], &longer_request("qwen3:4b"));
    assert_eq!(url, "http://localhost:11434/api/chat");
    let options = r#"{"num_ctx":4096,"temperature":0.7,"top_p":0.9,"seed":1,"num_predict":50}"#;
    assert_eq!(
        body,
        format!(
            r#"{{"model":"qwen3:4b","messages":{MESSAGES},"stream":true,"think":true,"keep_alive":"10m","options":{options}}}"#
        )
    );
    let degrees = sent(Dialect::Ollama, &[], &longer_request("GPT-OSS:20b")).1;
    assert!(degrees.contains(r#""think":"high""#), "{degrees}");
    let bare = r#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,"keep_alive":"10m","options":{"num_ctx":4096}}"#;
    assert_eq!(sent(Dialect::Ollama, &[], &plain("m", "Hi")).1, bare);
    let none = sent(Dialect::Ollama, &["num_ctx", "keep_alive"], &plain("m", "Hi")).1;
    assert_eq!(none, r#"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true}"#);
    let mut limited = plain("m", "Hi");
    limited.parameters.context_tokens = Some(1_024);
    let limited = sent(Dialect::Ollama, &[], &limited).1;
    assert!(limited.contains(r#""num_ctx":1024"#), "{limited}");
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
