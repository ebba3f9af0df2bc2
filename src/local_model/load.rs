//! A GGUF file → [`Model`]: every tensor found, its shape checked, its weights packed for the kernels.

use super::gguf::{Gguf, Kind};
use super::llama::{Config, Layer, Linear, Model, Work};
use super::tokenizer::Tokenizer;
use super::{Error, template};
use crate::kernel::q4::{BLOCK, Q4Matrix, Q8Matrix, half};

impl Model {
    /// Reads a model; `bytes` is the whole file and is freed on return. Takes about as much memory again as the file.
    pub fn load(bytes: Vec<u8>) -> Result<Self, Error> {
        let gguf = Gguf::read(bytes)?;
        let architecture = gguf.text("general.architecture")?;
        if architecture != "llama" {
            let (what, found) = ("architecture".to_owned(), architecture.to_owned());
            return Err(Error::Unsupported { what, expected: "llama".to_owned(), found });
        }
        let tokenizer = Tokenizer::from_gguf(&gguf)?;
        for name in [template::START, template::END] {
            tokenizer.special(name).ok_or_else(|| Error::Missing { name: format!("token {name}") })?;
        }
        let config = config(&gguf)?;
        let (width, kv_width) = (config.width, config.kv_heads * config.head());
        let vocabulary = tokenizer.len();
        let embedding = eight(&gguf, "token_embd.weight", vocabulary, width)?;
        let head = match gguf.tensor("output.weight") {
            Some(_) => Some(eight(&gguf, "output.weight", vocabulary, width)?),
            None => None,
        };
        let layer = |index: usize| {
            let norm = |name: &str| floats(&gguf, &format!("blk.{index}.{name}.weight"), 1, width);
            let linear = |name: &str, rows, columns| {
                linear(&gguf, &format!("blk.{index}.{name}.weight"), rows, columns)
            };
            Ok(Layer {
                attention_norm: norm("attn_norm")?,
                query: linear("attn_q", width, width)?,
                key: linear("attn_k", kv_width, width)?,
                value: linear("attn_v", kv_width, width)?,
                output: linear("attn_output", width, width)?,
                feed_norm: norm("ffn_norm")?,
                gate: linear("ffn_gate", config.hidden, width)?,
                up: linear("ffn_up", config.hidden, width)?,
                down: linear("ffn_down", width, config.hidden)?,
            })
        };
        let layers = (0..config.layers).map(layer).collect::<Result<_, Error>>()?;
        let output_norm = floats(&gguf, "output_norm.weight", 1, width)?;
        Ok(Self { config, tokenizer, embedding, head, output_norm, layers, work: Work::default() })
    }
}

fn config(gguf: &Gguf) -> Result<Config, Error> {
    let size = |key: &str| -> Result<usize, Error> {
        let value = gguf.integer(key)?;
        match usize::try_from(value) {
            // Far beyond any model that fits a tab, and small enough that no product below can overflow 64 bits.
            Ok(size) if (1..=1 << 20).contains(&size) => Ok(size),
            _ => Err(Error::Malformed { what: format!("{key} is {value}") }),
        }
    };
    let heads = size("llama.attention.head_count")?;
    let config = Config {
        layers: size("llama.block_count")?,
        width: size("llama.embedding_length")?,
        heads,
        kv_heads: size("llama.attention.head_count_kv").or_else(|error| match error {
            Error::Missing { .. } => Ok(heads),
            other => Err(other),
        })?,
        hidden: size("llama.feed_forward_length")?,
        context: size("llama.context_length")?,
        rope_base: gguf.float("llama.rope.freq_base").unwrap_or(10_000.0),
        epsilon: gguf.float("llama.attention.layer_norm_rms_epsilon")?,
    };
    let head = config.head();
    let checks = [
        (
            config.width == head * heads && head > 0 && head.is_multiple_of(8),
            "the width is not whole heads of a multiple of 8",
        ),
        (heads.is_multiple_of(config.kv_heads), "query heads are not shared evenly"),
        (
            config.width.is_multiple_of(BLOCK) && config.hidden.is_multiple_of(BLOCK),
            "sizes are not whole blocks",
        ),
        (
            gguf.integer("llama.rope.dimension_count").map_or(true, |n| n == head as u64),
            "only part of a head is rotated",
        ),
        (
            gguf.value("llama.rope.scaling.type").is_none() && gguf.tensor("rope_freqs.weight").is_none(),
            "positions are rescaled",
        ),
        (
            config.rope_base.is_finite() && config.rope_base > 1.0 && config.epsilon.is_finite(),
            "constants are not sensible",
        ),
    ];
    match checks.iter().find(|(holds, _)| !holds) {
        Some((_, what)) => Err(Error::Malformed { what: format!("unsupported measures: {what}") }),
        None => Ok(config),
    }
}

/// The bytes of a tensor that must be `rows × columns`.
fn shaped<'a>(gguf: &'a Gguf, name: &str, rows: usize, columns: usize) -> Result<(Kind, &'a [u8]), Error> {
    let (tensor, bytes) = gguf.data(name)?;
    if (tensor.rows, tensor.columns) != (rows, columns) {
        let what = format!("{name} is {} × {}, not {rows} × {columns}", tensor.rows, tensor.columns);
        return Err(Error::Malformed { what });
    }
    Ok((tensor.kind, bytes))
}

/// A tensor of floats, widened.
fn floats(gguf: &Gguf, name: &str, rows: usize, columns: usize) -> Result<Vec<f32>, Error> {
    let (kind, bytes) = shaped(gguf, name, rows, columns)?;
    match kind {
        Kind::F32 => Ok(bytes
            .chunks_exact(4)
            .filter_map(|four| four.try_into().ok().map(f32::from_le_bytes))
            .collect()),
        Kind::F16 => Ok(bytes.chunks_exact(2).filter_map(half).collect()),
        _ => Err(Error::Malformed { what: format!("{name} is quantised") }),
    }
}

/// A matrix in 8 bits; floats are quantised.
fn eight(gguf: &Gguf, name: &str, rows: usize, columns: usize) -> Result<Q8Matrix, Error> {
    let (kind, bytes) = shaped(gguf, name, rows, columns)?;
    let matrix = match kind {
        Kind::Q8_0 => Q8Matrix::from_q8_0(rows, columns, bytes),
        Kind::F32 | Kind::F16 => Q8Matrix::from_f32(rows, columns, &floats(gguf, name, rows, columns)?),
        Kind::Q4_0 | Kind::Q4_1 | Kind::Other(_) => {
            let what = format!("storage of {name}");
            return Err(Error::Unsupported {
                what,
                expected: "Q8_0, F16 or F32".to_owned(),
                found: format!("{kind:?}"),
            });
        }
    };
    matrix.ok_or_else(|| Error::Malformed { what: format!("{name} is not whole blocks") })
}

/// A matrix as it is computed: in 4 bits where the file has 4, in 8 otherwise.
fn linear(gguf: &Gguf, name: &str, rows: usize, columns: usize) -> Result<Linear, Error> {
    let (kind, bytes) = shaped(gguf, name, rows, columns)?;
    let matrix = match kind {
        Kind::Q4_1 => Q4Matrix::from_q4_1(rows, columns, bytes),
        Kind::Q4_0 => Q4Matrix::from_q4_0(rows, columns, bytes),
        _ => return eight(gguf, name, rows, columns).map(Linear::Eight),
    };
    matrix.map(Linear::Four).ok_or_else(|| Error::Malformed { what: format!("{name} is not whole blocks") })
}
