//! The embedder against the Hugging Face tokenizer and the f32 model. Most tests need the prepared model file.

use crate::support::InWords;
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sidecite::embed::{Embedding, Error, Minilm, Scratch, Tokenizer, quantize};
use sidecite::kernel::Kernel;
use std::path::PathBuf;
use std::sync::OnceLock;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/embed");

fn file() -> Option<&'static [u8]> {
    static FILE: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    let read = || {
        let home = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let cache = home("XDG_CACHE_HOME").or_else(|| Some(home("HOME")?.join(".cache")));
        let tools = home("SIDECITE_TOOLS").or_else(|| Some(cache?.join("sidecite")))?;
        let path = tools.join("models/minilm-l6-v2.int8.bin");
        let bytes = std::fs::read(&path).ok();
        if bytes.is_none() {
            eprintln!("skipped: {} not found", path.display());
        }
        bytes
    };
    FILE.get_or_init(read).as_deref()
}

fn model() -> Option<&'static Minilm> {
    static MODEL: OnceLock<Option<Minilm>> = OnceLock::new();
    MODEL.get_or_init(|| file().map(|bytes| Minilm::load(bytes).unwrap())).as_ref()
}

fn data() -> Option<PathBuf> {
    crate::support::data("")
}

fn golden(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(format!("{HERE}/{name}")).unwrap()).unwrap()
}

#[test]
fn tokens_equal_the_golden_ones() {
    let Some(model) = model() else { return };
    for row in golden("tokens.json").as_array().unwrap() {
        let text = row[0].as_str().unwrap();
        let ids: Vec<u64> = row[1].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect();
        let found: Vec<u64> = model.tokenizer().encode(text, usize::MAX).into_iter().map(u64::from).collect();
        assert_eq!(found, ids, "{text:?}");
    }
}

/// Hashes over all ids of whole collections, made by `tests/data/embed/tokens.py`.
#[test]
fn tokens_of_whole_collections_equal_the_originals() {
    let (Some(model), Some(data)) = (model(), data()) else { return };
    let tokenizer = model.tokenizer();
    for line in std::fs::read_to_string(format!("{HERE}/token_hashes.tsv")).unwrap().lines() {
        let [name, texts, tokens, hash] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let (mut sha, mut count, mut total) = (Sha256::new(), 0, 0);
        let mut take = |text: &str| {
            let ids = tokenizer.encode(text, usize::MAX);
            assert_eq!(tokenizer.token_spans(text).len(), ids.len() - 2);
            sha.update(ids.iter().flat_map(|id| id.to_le_bytes()).collect::<Vec<u8>>());
            (count, total) = (count + 1, total + ids.len());
        };
        if name == "code points" {
            ('\0'..=char::MAX).for_each(|c| take(&format!("a{c}b {c}")));
        } else {
            let Ok(text) = std::fs::read_to_string(data.join(name)) else {
                eprintln!("skipped: {name} not found");
                continue;
            };
            if name.ends_with(".md") {
                take(&text);
            } else {
                for row in text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
                    take(row["title"].as_str().unwrap_or(""));
                    take(row["text"].as_str().unwrap_or(""));
                }
            }
        }
        assert_eq!((count.to_string(), total.to_string()), (texts.to_owned(), tokens.to_owned()), "{name}");
        let found: String = sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, hash, "{name}");
    }
}

#[test]
fn truncation_keeps_the_end_token() {
    let Some(model) = model() else { return };
    let text = "word ".repeat(1000);
    for most in [2, 3, 17, 256] {
        let ids = model.tokenizer().encode(&text, most);
        assert_eq!((ids.len(), ids[0], *ids.last().unwrap()), (most, 101, 102));
    }
}

fn spans(text: &str) -> Option<Vec<String>> {
    let spans = model()?.tokenizer().token_spans(text);
    Some(spans.into_iter().map(|span| span.of(text).to_owned()).collect())
}

#[test]
fn spans_address_the_original_text() {
    let check = |text: &str, expected: &[&str]| {
        if let Some(found) = spans(text) {
            assert_eq!(found, expected, "{text:?}");
        }
    };
    check("Unbelievably, Zürich!", &["Un", "bel", "ie", "va", "bly", ",", "Zürich", "!"]);
    check("  cafe\u{301} x", &["cafe\u{301}", "x"]);
    check("a\u{ad}b\u{200b} c", &["a\u{ad}b\u{200b}", "c"]);
    check("漢字 x", &["漢", "字", "x"]);
    check("a[SEP]b", &["a", "[SEP]", "b"]);
    check("\u{0}\u{301}", &[]);
    check("İstanbul", &["İstanbul"]);
}

#[test]
fn a_long_text_is_tokenised_in_linear_time() {
    let Some(model) = model() else { return };
    for unit in ["a", "\u{300}", "\u{302e}", "é", "[", "漢", "a\u{ad}"] {
        let text = unit.repeat(1_000_000 / unit.len());
        let start = std::time::Instant::now();
        model.tokenizer().token_spans(&text);
        assert!(start.elapsed().as_secs() < 5, "{unit:?} took {:?}", start.elapsed());
    }
}

proptest! {
    #[test]
    fn spans_are_ordered_and_on_boundaries(text in "\\PC{0,40}|[\\x00-\\u{500}]{0,40}|[a-zéß한漢👩\u{301}\u{302e}\u{200d} ]{0,60}") {
        if let Some(model) = model() {
            let spans = model.tokenizer().token_spans(&text);
            prop_assert_eq!(spans.len() + 2, model.tokenizer().encode(&text, usize::MAX).len());
            for span in &spans {
                prop_assert!(text.get(span.range()).is_some_and(|part| !part.is_empty()), "{span:?}");
            }
            for pair in spans.windows(2) {
                prop_assert!(pair[0].start <= pair[1].start && pair[0].end <= pair[1].end);
            }
        }
    }
}

#[test]
fn a_vocabulary_without_special_tokens_is_refused() {
    let error = Tokenizer::from_vocab("[UNK]\n[CLS]\na\n").unwrap_err();
    assert_eq!(error, Error::VocabularyWithout { token: "[SEP]".to_owned(), lines: 3 });
    assert!(!error.hint().is_empty());
}

fn golden_vectors() -> Vec<(String, Embedding)> {
    let rows = golden("vectors.json");
    let read = |row: &Value| {
        let vector = row[1].as_array().unwrap().iter().map(|value| value.as_f64().unwrap() as f32).collect();
        (row[0].as_str().unwrap().to_owned(), Embedding(vector))
    };
    rows.as_array().unwrap().iter().map(read).collect()
}

#[test]
fn every_kernel_is_near_the_f32_model() {
    let Some(bytes) = file() else { return };
    let golden = golden_vectors();
    let texts: Vec<&str> = golden.iter().map(|(text, _)| text.as_str()).collect();
    for kernel in Kernel::available() {
        let model = Minilm::load_for(bytes, kernel).unwrap();
        // The scalar twins take their time, so they get the short texts only.
        let some = if kernel == Kernel::best() { texts.len() } else { 9 };
        let found = model.embed(&texts[..some], &mut Scratch::default());
        let cosines: Vec<f32> =
            found.iter().zip(&golden).map(|(found, (_, golden))| found.cosine(golden)).collect();
        let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
        let least = if kernel.activation_bits() == 16 { 0.9985 } else { 0.995 };
        eprintln!("{}: mean cosine {mean:.5}, {cosines:.4?}", kernel.name());
        assert!(mean >= least, "{}: {mean} {cosines:?}", kernel.name());
        assert!((found[0].cosine(&found[1]) - golden[0].1.cosine(&golden[1].1)).abs() < 0.02);
        assert!((found[0].cosine(&found[2]) - golden[0].1.cosine(&golden[2].1)).abs() < 0.03);
    }
}

#[test]
fn company_and_scratch_do_not_change_a_vector() {
    let Some(model) = model() else { return };
    let golden = golden_vectors();
    let texts: Vec<&str> = golden.iter().map(|(text, _)| text.as_str()).collect();
    let mut scratch = Scratch::default();
    let together = model.embed(&texts, &mut scratch);
    for (text, vector) in texts.iter().zip(&together) {
        let alone = model.embed(&[text], &mut scratch).remove(0);
        assert_eq!(alone.0.len(), sidecite::embed::DIMENSIONS);
        assert!((alone.cosine(&alone) - 1.0).abs() < 1e-5);
        assert_eq!(&alone, vector, "{text}");
    }
    assert_eq!(model.embed(&[], &mut scratch), vec![]);
    let (ids, rows) = model.token_vectors(texts[0], &mut scratch);
    assert_eq!(rows.len(), ids.len() * 384);
}

#[test]
fn a_damaged_file_is_a_typed_error() {
    let Some(bytes) = file() else { return };
    let check = |bytes: &[u8], kind: fn(&Error) -> bool| {
        let error = Minilm::load(bytes).unwrap_err();
        assert!(kind(&error), "{error}");
        assert!(!error.hint().is_empty());
    };
    check(b"<html>not here</html>", |error| matches!(error, Error::Magic { .. }));
    check(b"", |error| matches!(error, Error::Truncated { .. }));
    check(&bytes[..bytes.len() - 1], |error| matches!(error, Error::Truncated { .. }));
    check(&bytes[..20], |error| matches!(error, Error::Truncated { .. }));
    let altered = |at: usize, byte: u8| {
        let mut bytes = bytes.to_vec();
        bytes[at] = byte;
        bytes
    };
    check(&altered(8, 9), |error| matches!(error, Error::Version { found: 9, .. }));
    check(&altered(9_000_000, bytes[9_000_000] ^ 1), |error| matches!(error, Error::Checksum { .. }));
    check(&altered(23, 0xff), |error| matches!(error, Error::Configuration { .. }));
}

#[test]
fn a_damaged_checkpoint_is_a_typed_error() {
    let vocab = "[UNK]\n[CLS]\n[SEP]\n";
    let container =
        |header: &str| [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &[0; 64]].concat();
    assert!(matches!(quantize(b"short", vocab), Err(Error::Safetensors { .. })));
    assert!(matches!(quantize(&[0xff; 64], vocab), Err(Error::Safetensors { .. })));
    assert!(matches!(quantize(&container("{}"), vocab), Err(Error::Tensor { .. })));
    let tensor = |kind: &str, shape: &str, offsets: &str| {
        let name = "embeddings.word_embeddings.weight";
        container(&format!(
            "{{\"{name}\":{{\"dtype\":\"{kind}\",\"shape\":{shape},\"data_offsets\":{offsets}}}}}"
        ))
    };
    for bad in [
        tensor("F16", "[3,384]", "[0,64]"),
        tensor("F32", "[3,383]", "[0,64]"),
        tensor("F32", "[3,384]", "[0,64]"),
        tensor("F32", "[3,384]", "[64,0]"),
        tensor("F32", "[3,384]", "[0,999999]"),
        tensor("F32", "[18446744073709551615,384]", "[0,64]"),
    ] {
        assert!(matches!(quantize(&bad, vocab), Err(Error::Tensor { .. })));
    }
}

#[test]
fn errors_cross_the_thread_boundary() {
    let error = Error::Truncated { needed_bytes: 9, found_bytes: 4 };
    let text = serde_json::to_string(&error).unwrap();
    assert_eq!(serde_json::from_str::<Error>(&text).unwrap(), error);
}
