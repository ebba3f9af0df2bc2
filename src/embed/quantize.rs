//! A BERT checkpoint in f32 safetensors, and its vocabulary → our int8 model file.
//!
//! Every row of a matrix (an output neuron, a word) gets the scale max|w| / 127; layer norms, biases and
//! positions stay f32. The same bytes in give the same bytes out, so the result can be pinned by hash.
//! It refuses other shapes than MiniLM's, other types than f32, and data that is not finite.

use super::error::Error;
use super::weights::{HEADS, HIDDEN, INTERMEDIATE, MAGIC, VERSION};
use crate::kernel::{f32s_from_le_bytes, f32s_to_le_bytes};
use crate::types::sha256;
use serde_json::Value;

/// Makes the file that [`super::Minilm::load`] reads. `vocab` is the text of `vocab.txt`.
///
/// # Errors
/// [`Error::Safetensors`] for a damaged container, [`Error::Tensor`] for a missing or odd tensor,
/// [`Error::VocabularyWithout`] and [`Error::Configuration`] when vocabulary and weights do not fit.
pub fn quantize(safetensors: &[u8], vocab: &str) -> Result<Vec<u8>, Error> {
    super::Tokenizer::from_vocab(vocab)?;
    let source = Source::open(safetensors)?;
    let word = source.matrix("embeddings.word_embeddings.weight", None)?;
    let mut position = source.matrix("embeddings.position_embeddings.weight", None)?;
    let kind = source.matrix("embeddings.token_type_embeddings.weight", None)?;
    let rows = word.len() / HIDDEN;
    if rows < vocab.lines().count() {
        return Err(Error::Configuration {
            what: "vocabulary".to_owned(),
            found: vocab.lines().count() as u64,
            expected: format!("at most {rows} lines, as many as the weights have rows"),
        });
    }
    let layers = (0..).take_while(|layer| source.has(&name(*layer, "output.dense.weight"))).count();

    let mut out = Vec::with_capacity(word.len() + position.len() * 4 + layers * 1_800_000 + vocab.len());
    out.extend_from_slice(&MAGIC);
    let numbers = [rows, position.len() / HIDDEN, layers, HIDDEN, HEADS, INTERMEDIATE, vocab.len()];
    put_u32(&mut out, VERSION);
    numbers.iter().for_each(|&number| put_u32(&mut out, u32::try_from(number).unwrap_or(u32::MAX)));
    out.extend_from_slice(vocab.as_bytes());

    put_rows(&mut out, &word, HIDDEN, None);
    // One sentence is always of kind 0, so its vector can be part of every position's.
    for row in position.chunks_exact_mut(HIDDEN) {
        row.iter_mut().zip(&kind).for_each(|(value, add)| *value += add);
    }
    put_floats(&mut out, &position);
    put_norm(&mut out, &source, "embeddings.LayerNorm")?;
    for layer in 0..layers {
        let attention = |part: &str| name(layer, &format!("attention.self.{part}"));
        let (mut weight, mut bias) = (Vec::new(), Vec::new());
        for part in ["query", "key", "value"] {
            weight.extend(source.matrix(&format!("{}.weight", attention(part)), Some([HIDDEN, HIDDEN]))?);
            bias.extend(source.vector(&format!("{}.bias", attention(part)), HIDDEN)?);
        }
        put_rows(&mut out, &weight, HIDDEN, Some(&bias));
        put_linear(&mut out, &source, &name(layer, "attention.output.dense"), HIDDEN, HIDDEN)?;
        put_norm(&mut out, &source, &name(layer, "attention.output.LayerNorm"))?;
        put_linear(&mut out, &source, &name(layer, "intermediate.dense"), INTERMEDIATE, HIDDEN)?;
        put_linear(&mut out, &source, &name(layer, "output.dense"), HIDDEN, INTERMEDIATE)?;
        put_norm(&mut out, &source, &name(layer, "output.LayerNorm"))?;
    }
    let trailer = sha256(&out);
    out.extend_from_slice(&trailer.0);
    Ok(out)
}

fn name(layer: usize, part: &str) -> String {
    format!("encoder.layer.{layer}.{part}")
}

fn put_u32(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn put_floats(out: &mut Vec<u8>, values: &[f32]) {
    out.extend_from_slice(&f32s_to_le_bytes(values));
}

fn put_norm(out: &mut Vec<u8>, source: &Source, name: &str) -> Result<(), Error> {
    put_floats(out, &source.vector(&format!("{name}.weight"), HIDDEN)?);
    put_floats(out, &source.vector(&format!("{name}.bias"), HIDDEN)?);
    Ok(())
}

fn put_linear(
    out: &mut Vec<u8>,
    source: &Source,
    name: &str,
    rows: usize,
    width: usize,
) -> Result<(), Error> {
    let weight = source.matrix(&format!("{name}.weight"), Some([rows, width]))?;
    let bias = source.vector(&format!("{name}.bias"), rows)?;
    put_rows(out, &weight, width, Some(&bias));
    Ok(())
}

/// Scales, biases when there are any, then the int8 rows.
fn put_rows(out: &mut Vec<u8>, weight: &[f32], width: usize, bias: Option<&[f32]>) {
    let scale = |row: &[f32]| row.iter().fold(1e-12_f32, |most, value| most.max(value.abs())) / 127.0;
    let scales: Vec<f32> = weight.chunks_exact(width).map(scale).collect();
    put_floats(out, &scales);
    put_floats(out, bias.unwrap_or_default());
    for (row, scale) in weight.chunks_exact(width).zip(scales) {
        out.extend(
            row.iter().map(|value| (value / scale).round_ties_even().clamp(-127.0, 127.0) as i8 as u8),
        );
    }
}

/// A safetensors container: an 8-byte length, a JSON header, the data.
/// Format: <https://github.com/huggingface/safetensors#format>.
struct Source<'a> {
    header: Value,
    data: &'a [u8],
}

impl<'a> Source<'a> {
    fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let wrong = |reason: &str| Error::Safetensors { reason: reason.to_owned() };
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(|| wrong("shorter than 8 bytes"))?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (header, data) = rest.split_at_checked(length).ok_or_else(|| wrong("the header is cut short"))?;
        let header = serde_json::from_slice(header).map_err(|error| wrong(&error.to_string()))?;
        Ok(Self { header, data })
    }

    fn has(&self, name: &str) -> bool {
        self.header.get(name).is_some()
    }

    fn vector(&self, name: &str, len: usize) -> Result<Vec<f32>, Error> {
        self.tensor(name, &|shape| shape == [len], &format!("F32 [{len}]"))
    }

    fn matrix(&self, name: &str, shape: Option<[usize; 2]>) -> Result<Vec<f32>, Error> {
        match shape {
            Some(wanted) => self.tensor(name, &|found| found == wanted, &format!("F32 {wanted:?}")),
            None => {
                let fits = |found: &[usize]| matches!(found, [rows, HIDDEN] if *rows > 0);
                self.tensor(name, &fits, &format!("F32 [any, {HIDDEN}]"))
            }
        }
    }

    fn tensor(&self, name: &str, fits: &dyn Fn(&[usize]) -> bool, expected: &str) -> Result<Vec<f32>, Error> {
        let odd =
            |found: String| Error::Tensor { name: name.to_owned(), found, expected: expected.to_owned() };
        let entry = self.header.get(name).ok_or_else(|| odd("nothing".to_owned()))?;
        let numbers = |key: &str| -> Vec<usize> {
            let list = entry.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(|n| n.as_u64().and_then(|n| usize::try_from(n).ok())).collect()
        };
        let kind = entry.get("dtype").and_then(Value::as_str).unwrap_or("no type");
        let shape = numbers("shape");
        if kind != "F32" || !fits(&shape) {
            return Err(odd(format!("{kind} {shape:?}")));
        }
        let bytes = match numbers("data_offsets").as_slice() {
            &[start, end] => self.data.get(start..end),
            _ => None,
        };
        let bytes = bytes.ok_or_else(|| odd("offsets outside the file".to_owned()))?;
        let values = f32s_from_le_bytes(bytes);
        let count = shape.iter().try_fold(1_usize, |product, n| product.checked_mul(*n));
        if count != Some(values.len()) {
            return Err(odd(format!("{} values for {shape:?}", values.len())));
        }
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(odd(format!("a value that is not finite at {at}")));
        }
        Ok(values)
    }
}
