//! The requests that the tests of the dialects encode.

use sidecite::provider::{Dialect, Quirks, SystemRole, Target, encode};
use sidecite::types::{AuthKind, ChatRequest, Effort, Message, Parameters, Role};

fn message(role: Role, content: &str) -> Message {
    Message { role, content: content.into() }
}

/// A conversation with what providers differ in: two questions in a row, an empty turn, trailing white space.
pub fn request(parameters: Parameters) -> ChatRequest {
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

/// Every parameter.
pub fn everything(effort: Option<Effort>) -> Parameters {
    Parameters {
        max_tokens: Some(50),
        temperature: Some(1.5),
        top_p: Some(0.9),
        seed: Some(1),
        effort,
        ..Parameters::default()
    }
}

/// What [`longer_request`] holds.
pub const MESSAGES: &str = r#"[{"role":"system","content":"Be brief."},{"role":"user","content":"Eins"},{"role":"user","content":"Zwei"},{"role":"assistant","content":"Drei"},{"role":"user","content":" "},{"role":"user","content":"Vier \"so\"?"}]"#;

/// The same for providers that take the turns as they are, with every parameter.
pub fn longer_request(model: &str) -> ChatRequest {
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

/// One message and no parameter.
pub fn plain(model: &str, content: &str) -> ChatRequest {
    ChatRequest {
        model: model.into(),
        messages: vec![Message { role: Role::User, content: content.into() }],
        parameters: Parameters::default(),
        ..ChatRequest::default()
    }
}

/// The URL and the body.
pub fn sent(dialect: Dialect, omit: &[&str], request: &ChatRequest) -> (String, String) {
    let http = encode(&target(dialect, omit, SystemRole::System), request, None).unwrap();
    (http.url, String::from_utf8(http.body).unwrap())
}

/// A custom endpoint that refuses the fields `omit`.
pub fn target(dialect: Dialect, omit: &[&str], system: SystemRole) -> Target {
    let base = match dialect {
        Dialect::Gemini => "https://g.example/v1beta",
        Dialect::CohereV2 => "https://api.cohere.com/v2",
        Dialect::BedrockConverse => "https://bedrock-runtime.us-east-1.amazonaws.com",
        Dialect::Ollama => "http://localhost:11434",
        _ => "https://h.example/v1",
    };
    let mut target = Target::custom(dialect, base, AuthKind::Default).unwrap();
    target.quirks =
        Quirks { omit: omit.iter().map(|name| (*name).to_owned()).collect(), system, ..Quirks::default() };
    target
}

pub fn body_of(target: &Target, request: &ChatRequest) -> String {
    String::from_utf8(encode(target, request, None).unwrap().body).unwrap()
}

pub fn body(dialect: Dialect, omit: &[&str], parameters: Parameters) -> String {
    body_of(&target(dialect, omit, SystemRole::System), &request(parameters))
}
