//! Damaged model files, and what their errors say.

use super::tiny::*;
use crate::support::InWords;
use sidecite::local_model::{Error, Generation, Model};
use sidecite::types::Parameters;

#[test]
fn a_damaged_file_is_an_error_and_nothing_worse() {
    let whole = tiny(3).bytes();
    let mut random = Random(11);
    for length in (0..whole.len()).step_by(97).chain(0..64) {
        assert!(Model::load(whole[..length].to_vec()).is_err(), "cut to {length}");
    }
    let header = whole.len() - tiny(3).data.len();
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random.next() % 4 {
            let at = random.next() as usize % header;
            bytes[at] = if random.next().is_multiple_of(2) { 0xff } else { random.next() as u8 };
        }
        match Model::load(bytes) {
            Err(error) => assert!(!error.message().is_empty() && !error.hint().is_empty()),
            Ok(mut model) => {
                if let Ok(mut generation) = Generation::start(
                    &model,
                    &request("hi", Parameters { max_tokens: Some(1), ..Parameters::default() }),
                ) {
                    (0..4).for_each(|_| drop(generation.step(&mut model)));
                }
            }
        }
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let load = |bytes: Vec<u8>| Model::load(bytes).err().unwrap();
    assert_eq!(load(b"PK\x03\x04 not a model".to_vec()), Error::NotGguf);
    assert_eq!(load(b"GGUF\x01\0\0\0".to_vec()), Error::Version { version: 1 });
    let mut huge = b"GGUF\x03\0\0\0".to_vec();
    huge.extend(u64::MAX.to_le_bytes());
    huge.extend(u64::MAX.to_le_bytes());
    assert!(matches!(load(huge), Error::Truncated { .. }));
    let mut other = tiny(3);
    other.text("general.architecture", "bert");
    assert!(matches!(load(other.bytes()), Error::Unsupported { .. }));
    let mut split = tiny(3);
    split.text("tokenizer.ggml.pre", "llama-bpe");
    assert!(matches!(load(split.bytes()), Error::Unsupported { .. }));
    let mut kinds = tiny(3);
    kinds.number("llama.feed_forward_length", 128);
    assert!(matches!(load(kinds.bytes()), Error::Malformed { .. }));
}
