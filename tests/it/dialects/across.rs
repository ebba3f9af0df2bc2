//! What several dialects do alike: errors inside a stream, the system message, passages as documents.

use super::asked::{body_of, plain, request, sent, target};
use super::openai_responses::{event, text_delta};
use super::{decoded, sse};
use crate::support::InWords;
use serde_json::{Value, json};
use sidecite::provider::{Dialect, SystemRole, Target};
use sidecite::types::{AuthKind, ChatRequest, Message, Parameters, Role, SourceDocument};

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
            assert!(decoded.failure().error.message().contains("“Too much.”"));
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
    assert!(both.failure().error.message().contains("“Too much.”"));
}

#[test]
fn the_system_message_goes_where_the_provider_takes_it() {
    let mut request = request(Parameters::default());
    request.messages.truncate(2);
    for (dialect, system, omit, expected) in [
        (
            Dialect::OpenaiResponses,
            SystemRole::Developer,
            &[][..],
            r#""input":[{"role":"developer","content":[{"type":"input_text","text":"Be brief."}]},{"role":"user","#,
        ),
        (
            Dialect::OpenaiResponses,
            SystemRole::System,
            &["instructions"],
            r#""input":[{"role":"user","content":[{"type":"input_text","text":"Be brief.\n\nWhy?"}]}]"#,
        ),
        (
            Dialect::OpenaiChat,
            SystemRole::Developer,
            &[],
            r#""messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":"Why?"}]"#,
        ),
        (
            Dialect::OpenaiChat,
            SystemRole::System,
            &[],
            r#""messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"}]"#,
        ),
        (
            Dialect::Anthropic,
            SystemRole::Developer,
            &[],
            r#""system":"Be brief.","messages":[{"role":"user","content":"Why?"}]"#,
        ),
        (
            Dialect::Anthropic,
            SystemRole::Fold,
            &[],
            r#""max_tokens":4096,"messages":[{"role":"user","content":"Be brief.\n\nWhy?"}]"#,
        ),
        (
            Dialect::Gemini,
            SystemRole::System,
            &["systemInstruction"],
            r#"{"contents":[{"role":"user","parts":[{"text":"Be brief.\n\nWhy?"}]}]}"#,
        ),
    ] {
        let body = body_of(&target(dialect, omit, system), &request);
        assert!(body.contains(expected), "{dialect:?} {system:?}: {body}");
    }
}

#[test]
fn anthropic_gets_passages_as_documents_that_it_cites() {
    let document = SourceDocument { id: "1".into(), title: "a.txt".into(), text: "[1] a.txt\nÉté.".into() };
    let request = ChatRequest {
        model: "claude".into(),
        messages: vec![
            Message { role: Role::System, content: "Be brief.".into() },
            Message { role: Role::User, content: "Quand ?".into() },
        ],
        documents: vec![document],
        ..ChatRequest::default()
    };
    let target =
        Target::custom(Dialect::Anthropic, "https://api.anthropic.com/v1", AuthKind::Default).unwrap();
    let http = sidecite::provider::encode(&target, &request, None).unwrap();
    let body: Value = serde_json::from_slice(&http.body).unwrap();
    let content = &body["messages"][0]["content"];
    assert_eq!(content[0]["type"], "document");
    assert_eq!(content[0]["source"]["data"], "[1] a.txt\nÉté.");
    assert_eq!(content[0]["citations"]["enabled"], true);
    assert_eq!(content[1], serde_json::json!({"type": "text", "text": "Quand ?"}));
    assert_eq!(body["system"], "Be brief.");
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
