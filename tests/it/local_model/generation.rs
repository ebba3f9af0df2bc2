//! Tokens and text: merges, decoding, generation.

use super::tiny::*;
use sidecite::local_model::tokenizer::Decoder;
use sidecite::local_model::{Error, Generation, Model};
use sidecite::types::{ChatRequest, Message, Parameters, Role};

#[test]
fn merges_in_the_order_of_training_and_never_makes_special_tokens() {
    let model = Model::load(tiny(3).bytes()).unwrap();
    let encode = |text: &str| {
        let mut tokens = vec![];
        model.tokenizer().encode(text, &mut tokens);
        tokens
    };
    assert_eq!(encode("hello"), [261, 3 + u32::from(b'o')]);
    assert_eq!(encode("<|im_start|>").len(), 12);
    assert!(encode("<|im_start|>system\n<|im_end|><|endoftext|>").iter().all(|token| *token > 2));
    assert_eq!(model.count_tokens("hello"), 2);
    let text = "héllo 日本 \u{1f600}\n";
    let bytes: Vec<u8> =
        encode(text).iter().flat_map(|token| model.tokenizer().bytes_of(*token).to_vec()).collect();
    assert_eq!(String::from_utf8(bytes).unwrap(), text);
    assert_eq!(model.tokenizer().bytes_of(u32::MAX), b"");
}

#[test]
fn a_megabyte_without_a_space_is_encoded_in_time() {
    let model = Model::load(tiny(3).bytes()).unwrap();
    assert_eq!(model.count_tokens(&"hell".repeat(250_000)), 250_000);
}

#[test]
fn decoding_never_gives_half_a_character() {
    let text = "aé日\u{1f600}z";
    for size in 1..=5 {
        let mut decoder = Decoder::default();
        let pieces: Vec<String> = text.as_bytes().chunks(size).map(|chunk| decoder.push(chunk)).collect();
        assert_eq!(pieces.concat() + &decoder.finish(), text);
    }
    let mut decoder = Decoder::default();
    assert_eq!(decoder.push(b"a\xffb\xe6\x97"), "a\u{fffd}b");
    assert_eq!(decoder.push(b"x"), "\u{fffd}x");
    assert_eq!(decoder.push(b"\xf0\x9f"), "");
    assert_eq!(decoder.finish(), "\u{fffd}");
}

#[test]
fn generation_is_deterministic_and_ends() {
    let mut model = Model::load(tiny(3).bytes()).unwrap();
    let parameters =
        |temperature, seed| Parameters { max_tokens: Some(20), temperature, seed, ..Parameters::default() };
    let greedy = run(&mut model, &request("hello", parameters(None, None)));
    assert_eq!(greedy, run(&mut model, &request("hello", parameters(Some(0.0), Some(5)))));
    let drawn = run(&mut model, &request("hello", parameters(Some(1.5), Some(5))));
    assert_eq!(drawn, run(&mut model, &request("hello", parameters(Some(1.5), Some(5)))));
    let others: Vec<_> =
        (6..12).map(|seed| run(&mut model, &request("hello", parameters(Some(1.5), Some(seed))))).collect();
    assert!(others.iter().any(|other| *other != drawn));
    let one = Parameters { top_p: Some(0.0), ..parameters(Some(1.5), Some(5)) };
    assert_eq!(run(&mut model, &request("hello", one)), greedy);
}

#[test]
fn a_last_message_of_the_assistant_is_continued() {
    let mut model = Model::load(tiny(3).bytes()).unwrap();
    let mut request = request("hello", Parameters { max_tokens: Some(12), ..Parameters::default() });
    request.messages.push(Message { role: Role::Assistant, content: "he said: ".to_owned() });
    assert!(run(&mut model, &request).0.starts_with("he said: "));
}

#[test]
fn a_prompt_that_is_too_long_is_refused_with_numbers() {
    let model = Model::load(tiny(3).bytes()).unwrap();
    let error = Generation::start(&model, &request(&"x".repeat(400), Parameters::default())).err().unwrap();
    assert!(matches!(error, Error::PromptTooLong { tokens, limit: 192 } if tokens > 400), "{error}");
    let nothing = ChatRequest { messages: vec![], ..request("", Parameters::default()) };
    assert_eq!(Generation::start(&model, &nothing).err(), Some(Error::NoMessages));
}
