//! Every dialect states everything, and what it states is used.

use super::{CachedTokens, encode, encode_models};
use crate::provider::decode::{FramingKind, Out};
use crate::provider::pricing::{comparable, counts};
use crate::provider::{Decoder, Target};
use crate::types::{AuthKind, ChatEvent, ChatRequest, Dialect, Message, Parameters, Role, Usage};
use serde_json::Value;
use std::collections::HashSet;

fn target(dialect: Dialect) -> Target {
    Target::custom(dialect, "https://host.example/base", AuthKind::Default).unwrap()
}

fn asked() -> ChatRequest {
    let message = |role, content: &str| Message { role, content: content.to_owned() };
    ChatRequest {
        model: "maker/model".into(),
        messages: vec![message(Role::System, "Be brief."), message(Role::User, "What is lift?")],
        documents: Vec::new(),
        parameters: Parameters::default(),
    }
}

#[test]
fn all_names_every_variant() {
    // Serde lists the variants that it knows.
    let error = serde_json::from_str::<Dialect>("\"?\"").unwrap_err().to_string();
    let known: HashSet<&str> = error.split('`').skip(1).step_by(2).filter(|name| *name != "?").collect();
    assert_eq!(known, Dialect::ALL.iter().map(|dialect| dialect.name()).collect());
}

#[test]
fn every_spec_is_complete() {
    let mut labels = HashSet::new();
    for dialect in Dialect::ALL {
        let spec = dialect.spec();
        assert_eq!(serde_json::to_value(dialect).unwrap(), Value::from(spec.name));
        assert_eq!(Dialect::from_name(spec.name), Some(dialect));
        assert!(!spec.label.is_empty() && labels.insert(spec.label), "{dialect:?}: {}", spec.label);
        assert!(spec.reference.starts_with("https://"), "{dialect:?}");
        assert_ne!(spec.auth, AuthKind::Default, "{dialect:?}: the target would not know how to show a key");
        for path in spec.models_path.into_iter().chain([spec.chat_path]) {
            assert!(!path.is_empty() && !path.starts_with('/'), "{dialect:?}: {path}");
        }
        assert!(spec.litellm_path.is_none_or(|path| path.starts_with('/')), "{dialect:?}");
        let names = spec.headers.iter().map(|(name, _)| name);
        for name in names.chain(spec.headers_of_host.iter().map(|(_, name, _)| name)) {
            assert_eq!(*name, name.to_ascii_lowercase());
        }
        assert!(!spec.system_fields.is_empty() && !spec.answer_field.is_empty(), "{dialect:?}");
    }
}

#[test]
fn every_request_holds_the_question_and_names_the_model_once() {
    for dialect in Dialect::ALL {
        let http = encode(&target(dialect), &asked(), None).unwrap();
        let body = String::from_utf8(http.body).unwrap();
        assert!(body.contains("What is lift?") && body.contains("Be brief."), "{dialect:?}: {body}");
        let named = [http.url.contains("maker%2Fmodel"), body.contains("\"maker/model\"")];
        assert_eq!(named.iter().filter(|named| **named).count(), 1, "{dialect:?}: {} {body}", http.url);
        let list = encode_models(&target(dialect), None);
        assert_eq!(list.is_some(), dialect.spec().models_path.is_some());
    }
}

#[test]
fn instructions_that_a_host_refuses_go_into_the_question() {
    for dialect in Dialect::ALL {
        for field in dialect.spec().system_fields {
            let mut target = target(dialect);
            target.quirks.omit.push((*field).to_owned());
            let body = String::from_utf8(encode(&target, &asked(), None).unwrap().body).unwrap();
            assert!(body.contains("Be brief.\\n\\nWhat is lift?"), "{dialect:?} without {field}: {body}");
        }
    }
}

#[test]
fn a_reader_takes_foreign_values_for_nothing_it_knows() {
    for dialect in Dialect::ALL {
        let mut out = Out::default();
        (dialect.spec().reader)().read("", &serde_json::json!({"weather": "fine"}), &mut out);
        assert!(!out.any_known, "{dialect:?}");
    }
}

#[test]
fn an_answer_in_one_piece_that_is_cut_off_is_recognised() {
    for dialect in Dialect::ALL {
        let start = format!("{{\"{}\":[{{\"pad\":\"{}", dialect.spec().answer_field, "x".repeat(3_000));
        let mut decoder = Decoder::with_framing(dialect, FramingKind::Json);
        decoder.push(start.as_bytes());
        let cut_off = ChatEvent::Failed(crate::provider::failure::cut_off(false));
        assert_eq!(decoder.finish(), [cut_off], "{dialect:?}");
    }
}

#[test]
fn a_long_wait_in_white_space_ends_in_the_framing_of_the_dialect() {
    let wait = " ".repeat(4_000);
    let answers = [
        (Dialect::Ollama, "{\"message\":{\"content\":\"Up\"},\"done\":false}\n"),
        (Dialect::OpenaiChat, "\ndata: {\"choices\":[{\"delta\":{\"content\":\"Up\"}}]}\n\n"),
        (Dialect::BedrockConverse, "\ndata: {\"contentBlockDelta\":{\"delta\":{\"text\":\"Up\"}}}\n\n"),
    ];
    for (dialect, answer) in answers {
        let mut decoder = dialect.decoder();
        assert!(decoder.push(wait.as_bytes()).is_empty());
        assert_eq!(decoder.push(answer.as_bytes()), [ChatEvent::TextDelta("Up".into())], "{dialect:?}");
    }
}

#[test]
fn the_whole_prompt_is_the_same_however_cached_tokens_are_counted() {
    for dialect in Dialect::ALL {
        let separate = dialect.spec().cached == CachedTokens::Separate;
        let usage = Usage {
            input_tokens: Some(if separate { 50 } else { 100 }),
            cached_tokens: Some(30),
            cache_write_tokens: Some(20),
            ..Usage::default()
        };
        assert_eq!(comparable(usage, dialect).input_tokens, Some(100), "{dialect:?}");
        let counts = counts(&usage, dialect).unwrap();
        assert_eq!((counts.fresh, counts.cached, counts.written), (50, 30, 20), "{dialect:?}");
    }
}
