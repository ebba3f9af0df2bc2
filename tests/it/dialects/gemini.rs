//! Gemini: parts in every framing, blocked questions and answers, errors, grounding, requests.

use super::asked::{body, everything, request, target};
use super::{decoded, sse};
use crate::support::InWords;
use serde_json::{Value, json};
use sidecite::provider::{Dialect, SystemRole};
use sidecite::types::{ChatRequest, Effort, Parameters};

fn chunk(parts: Value, more: Value) -> Value {
    let mut candidate = json!({"content": {"role": "model", "parts": parts}, "index": 0});
    candidate.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"candidates": [candidate], "modelVersion": "m"})
}

pub fn mixed() -> Vec<Value> {
    let mut last = chunk(json!([{"text": "", "thoughtSignature": "Es"}]), json!({"finishReason": "STOP"}));
    last["usageMetadata"] = json!({"promptTokenCount": 8, "cachedContentTokenCount": 3, "candidatesTokenCount": 5,
        "thoughtsTokenCount": 4, "totalTokenCount": 17});
    let mut other = chunk(json!([{"text": "no"}]), json!({"finishReason": "OTHER"}));
    other["candidates"][0]["index"] = json!(1);
    let mut first = chunk(json!([{"text": "Hm, ", "thought": true}]), json!({}));
    first["usageMetadata"] = json!({"promptTokenCount": 8, "totalTokenCount": 8});
    vec![
        first,
        chunk(
            json!([{"text": "süß.", "thought": true}, {"text": "Gu"}, {"executableCode": {"code": "no"}}]),
            json!({}),
        ),
        chunk(json!([{"text": "t ✓"}]), json!({"finishReason": "FINISH_REASON_UNSPECIFIED"})),
        other,
        json!({"candidates": [{"content": {"role": "model"}, "index": 0}], "usageMetadata": {"trafficType": "X"}}),
        chunk(
            json!([{"functionCall": {"name": "f"}}, {"functionCall": {"id": "i", "name": "g", "args": {"x": 1}}}]),
            json!({}),
        ),
        last,
    ]
}

#[test]
fn parts_are_distinguished_in_every_framing() {
    let chunks = mixed();
    let array = Value::from(chunks.clone());
    let lines: String = chunks.iter().map(|chunk| format!("{chunk}\n")).collect();
    for body in [sse(&chunks), array.to_string(), serde_json::to_string_pretty(&array).unwrap(), lines] {
        let decoded = decoded(Dialect::Gemini, &body);
        assert_eq!((decoded.text.as_str(), decoded.reasoning.as_str()), ("Gut ✓", "Hm, süß."));
        assert_eq!(
            decoded.tool_calls,
            json!([{"id": null, "name": "f", "arguments": "{}"}, {"id": "i", "name": "g", "arguments": "{\"x\": 1}"}])
        );
        assert_eq!(
            decoded.counts(),
            json!({"input": 8, "output": 9, "total": 17, "reasoning": 4, "cached": 3})
        );
        assert_eq!((decoded.finish_reason.as_deref(), decoded.failure), (Some("STOP"), None));
    }
}

#[test]
fn blocked_questions_and_answers_say_why() {
    let rating = json!([{"category": "HARM_CATEGORY_HATE_SPEECH", "probability": "HIGH", "blocked": true},
        {"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"}]);
    let question = json!({"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": rating},
        "usageMetadata": {"promptTokenCount": 7, "totalTokenCount": 7}});
    let blocked = decoded(Dialect::Gemini, &sse(&[question]));
    assert_eq!(blocked.finish_reason.as_deref(), Some("PROMPT_BLOCKED:SAFETY"));
    assert_eq!(
        blocked.counts(),
        json!({"input": 7, "output": 0, "total": 7, "reasoning": null, "cached": null})
    );
    for part in ["blocked the question", "SAFETY", "hate speech"] {
        assert!(blocked.failure().error.message().contains(part), "{:?}", blocked.failure());
    }
    assert!(!blocked.failure().error.message().contains("harassment"));
    assert_eq!(blocked.error, Value::Null);

    let ended = |text: &str, reason: &str| {
        let end = json!({"candidates": [{"finishReason": reason, "index": 0}]});
        decoded(Dialect::Gemini, &sse(&[chunk(json!([{"text": text}]), json!({})), end]))
    };
    for (text, reason, words) in [
        ("", "SAFETY", Some("blocked the answer (SAFETY: unsafe content)")),
        ("Well", "RECITATION", Some("stopped the answer here (RECITATION: too close to copyrighted text)")),
        ("", "OTHER", Some("without an answer (OTHER)")),
        ("Well", "OTHER", None),
        ("", "MAX_TOKENS", None),
        ("", "STOP", None),
    ] {
        let ended = ended(text, reason);
        assert_eq!((ended.text.as_str(), ended.finish_reason.as_deref()), (text, Some(reason)));
        let message = ended.failure.map(|failure| failure.error.message());
        assert_eq!(message.is_some(), words.is_some(), "{reason}: {message:?}");
        assert!(message.unwrap_or_default().contains(words.unwrap_or("")), "{reason}");
    }
}

#[test]
fn errors_are_found_in_objects_arrays_and_streams() {
    let error = json!({"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"});
    let wrapped = json!({"error": error});
    let so_far = chunk(json!([{"text": "so far"}]), json!({}));
    for body in [
        wrapped.to_string(),
        json!([wrapped]).to_string(),
        json!([so_far, wrapped]).to_string(),
        sse(&[so_far, wrapped]),
    ] {
        let decoded = decoded(Dialect::Gemini, &body);
        assert_eq!(decoded.error, error);
        assert!(decoded.failure().error.message().contains("“The model is overloaded.”"));
    }
}

#[test]
fn grounding_covers_bytes_of_the_answer() {
    let chunks = json!([{"web": {"uri": "https://a.example/", "title": "a.example"}},
        {"retrievedContext": {"uri": "gs://b", "title": ""}}]);
    let support = |from: Option<u64>, to: u64, text: &str, indices: Value| {
        let mut segment = json!({"endIndex": to, "text": text});
        if let Some(from) = from {
            segment["startIndex"] = json!(from);
        }
        json!({"segment": segment, "groundingChunkIndices": indices})
    };
    let answer = "Köln ist groß. Ja. Bonn ist klein. Ja.";
    let supports = json!([
        support(None, 16, "Köln ist groß.", json!([0, 1, 9])),
        support(Some(36), 40, "Ja.", json!([1])),
        // Counted in a part that begins behind the first: the words are found.
        support(Some(2), 18, "Bonn ist klein.", json!([0])),
        support(Some(0), 5, "said nowhere", json!([0])),
        {"segment": {"startIndex": 1, "endIndex": 99}},
        support(Some(17), 20, "", json!([0])),
    ]);
    let grounding = json!({"groundingChunks": chunks, "groundingSupports": supports});
    let expected = [
        ("Köln ist groß.", "", vec!["a.example", "gs://b"]),
        ("Ja.", "", vec!["gs://b"]),
        ("Bonn ist klein.", "", vec!["a.example"]),
        ("Ja.", "", vec!["a.example"]),
    ];
    let end = |more: Value| chunk(json!([]), more);
    let thought = chunk(json!([{"text": "Köln ist groß. Thought.", "thought": true}]), json!({}));
    let (half, rest) = answer.split_at(20);
    for body in [
        sse(&[
            thought,
            chunk(json!([{"text": half}]), json!({"groundingMetadata": {"webSearchQueries": ["q"]}})),
            chunk(json!([{"text": rest}]), json!({})),
            end(json!({"finishReason": "STOP", "groundingMetadata": grounding})),
        ]),
        // Said twice, the first time before its text.
        sse(&[
            end(json!({"groundingMetadata": grounding})),
            chunk(json!([{"text": answer}]), json!({"groundingMetadata": grounding, "finishReason": "STOP"})),
        ]),
        json!([chunk(
            json!([{"text": answer}]),
            json!({"finishReason": "STOP", "groundingMetadata": grounding})
        )])
        .to_string(),
    ] {
        let decoded = decoded(Dialect::Gemini, &body);
        assert_eq!(decoded.text, answer);
        assert_eq!(decoded.cited(), expected, "{body}");
        // Of two equal sentences the one that the bytes point to.
        assert_eq!(decoded.citations[1].span.start, 37, "{body}");
    }
}

#[test]
fn requests() {
    let head = concat!(
        r#"{"systemInstruction":{"parts":[{"text":"Be brief."}]},"#,
        r#""contents":[{"role":"user","parts":[{"text":"Why?\n\nTell me.\n\nNow."}]},"#,
        r#"{"role":"model","parts":[{"text":"Because \n"}]}]"#,
    );
    let dialect = Dialect::Gemini;
    assert_eq!(body(dialect, &[], Parameters::default()), format!("{head}}}"));
    assert_eq!(
        body(dialect, &[], everything(Some(Effort::Medium))),
        format!(
            r#"{head},"generationConfig":{{"maxOutputTokens":50,"temperature":1.5,"topP":0.9,"seed":1,"thinkingConfig":{{"includeThoughts":true,"thinkingBudget":4096}}}}}}"#
        )
    );
    assert_eq!(
        body(
            dialect,
            &["top_p", "seed", "max_output_tokens", "thinking_budget"],
            everything(Some(Effort::High))
        ),
        format!(
            r#"{head},"generationConfig":{{"temperature":1.5,"thinkingConfig":{{"includeThoughts":true}}}}}}"#
        )
    );
    let none = ["topP", "seed", "maxOutputTokens", "thinkingConfig", "temperature"];
    assert_eq!(body(dialect, &none, everything(Some(Effort::High))), format!("{head}}}"));
    assert_eq!(body(dialect, &["generationConfig"], everything(None)), format!("{head}}}"));

    let target = target(dialect, &[], SystemRole::System);
    for model in ["gemini-x", " models/gemini-x"] {
        let request = ChatRequest { model: model.into(), ..request(Parameters::default()) };
        assert_eq!(
            sidecite::provider::encode(&target, &request, None).unwrap().url,
            "https://g.example/v1beta/models/gemini-x:streamGenerateContent?alt=sse"
        );
    }
}
