//! The answer → vectors, in the texts' order, checked and of unit length.

use super::{EmbeddingApi, Error};
use serde_json::Value;

/// What came for a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Vectors {
    /// One a text, in the texts' order, of unit length.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens charged, where the host says so.
    pub input_tokens: Option<u64>,
}

/// The vectors in `body` for a batch of `count` texts, each of `dimensions` where that is known.
///
/// # Errors
/// When it is not exactly `count` such vectors; nothing is filled up or left out.
pub fn decode(
    shape: EmbeddingApi,
    body: &[u8],
    count: usize,
    dimensions: Option<usize>,
) -> Result<Vectors, Error> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Error::NoVectors)?;
    let found = found(shape, &value).ok_or(Error::NoVectors)?;
    if found.len() != count {
        return Err(Error::Count { expected: count, got: found.len() });
    }
    let mut vectors: Vec<Vec<f32>> = Vec::with_capacity(count);
    for (place, values) in in_order(found)?.into_iter().enumerate() {
        let vector = unit(numbers(values).ok_or(Error::NotAVector { place })?);
        let vector = vector.ok_or(Error::NotAVector { place })?;
        let expected = dimensions.or(vectors.first().map(Vec::len)).unwrap_or(vector.len());
        if vector.len() != expected {
            return Err(Error::Dimensions { place, got: vector.len(), expected });
        }
        vectors.push(vector);
    }
    Ok(Vectors { vectors, input_tokens: tokens(&value) })
}

/// The values of each vector, with its number where it has one.
fn found(shape: EmbeddingApi, value: &Value) -> Option<Vec<(Option<u64>, &Value)>> {
    match shape {
        EmbeddingApi::Openai
        | EmbeddingApi::Nvidia
        | EmbeddingApi::Jina
        | EmbeddingApi::Mistral
        | EmbeddingApi::Voyage => {
            let list = value.get("data").unwrap_or(value).as_array()?;
            list.iter()
                .map(|one| Some((one.get("index").and_then(Value::as_u64), one.get("embedding")?)))
                .collect()
        }
        EmbeddingApi::Gemini => {
            let list = value.get("embeddings")?.as_array()?;
            list.iter().map(|one| Some((None, one.get("values")?))).collect()
        }
        EmbeddingApi::Vertex => {
            let list = value.get("predictions")?.as_array()?;
            list.iter().map(|one| Some((None, one.pointer("/embeddings/values")?))).collect()
        }
        EmbeddingApi::Cohere | EmbeddingApi::BedrockCohere => {
            let list = value.get("embeddings")?;
            plain(list.get("float").unwrap_or(list))
        }
        EmbeddingApi::Ollama => plain(value.get("embeddings")?),
        EmbeddingApi::Tei => plain(value),
        EmbeddingApi::BedrockTitan => Some(vec![(None, value.get("embedding")?)]),
    }
}

fn plain(list: &Value) -> Option<Vec<(Option<u64>, &Value)>> {
    Some(list.as_array()?.iter().map(|values| (None, values)).collect())
}

/// Numbered vectors by their numbers, others as they came.
fn in_order(found: Vec<(Option<u64>, &Value)>) -> Result<Vec<&Value>, Error> {
    if found.iter().all(|(number, _)| number.is_none()) {
        return Ok(found.into_iter().map(|(_, values)| values).collect());
    }
    let mut places: Vec<Option<&Value>> = vec![None; found.len()];
    for (number, values) in found {
        let place =
            number.and_then(|number| places.get_mut(usize::try_from(number).ok()?)).ok_or(Error::Order)?;
        if place.replace(values).is_some() {
            return Err(Error::Order);
        }
    }
    places.into_iter().collect::<Option<_>>().ok_or(Error::Order)
}

/// A list of numbers, or the same as base64 of little-endian floats, as some hosts answer unasked.
fn numbers(values: &Value) -> Option<Vec<f32>> {
    match values {
        Value::Array(list) => list.iter().map(|value| Some(value.as_f64()? as f32)).collect(),
        Value::String(text) => {
            let bytes = base64(text)?;
            let (floats, rest) = bytes.as_chunks::<4>();
            rest.is_empty().then(|| floats.iter().map(|float| f32::from_le_bytes(*float)).collect())
        }
        _ => None,
    }
}

/// `vector` at length 1; nothing for one without direction. Some hosts shorten vectors without scaling them again.
fn unit(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if !length.is_finite() || length < f64::from(f32::MIN_POSITIVE) {
        return None;
    }
    vector.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    Some(vector)
}

fn tokens(value: &Value) -> Option<u64> {
    let places = [
        "/usage/prompt_tokens",
        "/usage/total_tokens",
        "/usageMetadata/promptTokenCount",
        "/meta/billed_units/input_tokens",
        "/prompt_eval_count",
        "/inputTextTokenCount",
    ];
    let stated = places.into_iter().find_map(|place| value.pointer(place)?.as_u64());
    stated.or_else(|| {
        let each = value.get("predictions")?.as_array()?.iter();
        each.map(|one| one.pointer("/embeddings/statistics/token_count")?.as_u64()).sum()
    })
}

/// RFC 4648, §4; white space is refused.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(six);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    Some(bytes)
}
