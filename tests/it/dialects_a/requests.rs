//! Request bodies, byte for byte.

use sidecite::provider::{Dialect, Quirks, SystemRole, Target};
use sidecite::types::{AuthKind, ChatRequest, Effort, Message, Parameters, Role};

fn message(role: Role, content: &str) -> Message {
    Message { role, content: content.into() }
}

fn request(parameters: Parameters) -> ChatRequest {
    ChatRequest {
        model: " m/1 ".into(),
        messages: vec![
            message(Role::System, "Be brief."),
            message(Role::User, "Why?"),
            message(Role::User, "Tell me."),
            message(Role::Assistant, ""),
            message(Role::User, "Now."),
            message(Role::Assistant, "Because \n"),
        ],
        parameters,
        ..ChatRequest::default()
    }
}

fn everything(effort: Option<Effort>) -> Parameters {
    Parameters {
        max_tokens: Some(50),
        temperature: Some(1.5),
        top_p: Some(0.9),
        seed: Some(1),
        effort,
        ..Parameters::default()
    }
}

fn target(dialect: Dialect, omit: &[&str], system: SystemRole) -> Target {
    let base = match dialect {
        Dialect::Gemini => "https://g.example/v1beta",
        _ => "https://h.example/v1",
    };
    let mut target = Target::custom(dialect, base, AuthKind::Default).unwrap();
    target.quirks =
        Quirks { omit: omit.iter().map(|name| (*name).to_owned()).collect(), system, ..Quirks::default() };
    target
}

fn body_of(target: &Target, request: &ChatRequest) -> String {
    String::from_utf8(sidecite::provider::encode(target, request, None).unwrap().body).unwrap()
}

fn body(dialect: Dialect, omit: &[&str], parameters: Parameters) -> String {
    body_of(&target(dialect, omit, SystemRole::System), &request(parameters))
}

#[test]
fn responses_requests() {
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

#[test]
fn standing_instructions_go_where_the_host_wants_them() {
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
fn anthropic_requests() {
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

#[test]
fn gemini_requests() {
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
