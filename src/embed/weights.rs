//! The bytes of an int8 model file → its parts, checked.
//!
//! Little-endian: magic, version, seven numbers, the vocabulary, then the tensors in the order in which the
//! forward pass needs them, then the SHA-256 of all that. It refuses a file that is not whole before it looks
//! at a single weight.

use super::error::Error;
use crate::types::sha256;

/// What the file begins with.
pub(super) const MAGIC: [u8; 8] = *b"SCMINILM";
/// The version of the format.
pub(super) const VERSION: u32 = 1;
/// Width of the model: one row of activations.
pub(super) const HIDDEN: usize = 384;
/// Attention heads.
pub(super) const HEADS: usize = 12;
/// Width of the feed-forward network.
pub(super) const INTERMEDIATE: usize = 1536;
/// More layers than any MiniLM has.
const MAX_LAYERS: usize = 24;

/// A whole model, borrowed from the file.
pub(super) struct Weights<'a> {
    pub vocab: &'a str,
    pub word: Rows<'a>,
    /// Positions, each with the vector of sentence kind 0 already added.
    pub position: Vec<f32>,
    pub norm: Norm,
    pub layers: Vec<Layer<'a>>,
}

/// An int8 matrix: a scale a row, a bias a row or none at all, and rows of equal width.
#[derive(Clone)]
pub(super) struct Rows<'a> {
    pub scales: Vec<f32>,
    pub bias: Vec<f32>,
    pub weights: &'a [u8],
    pub width: usize,
}

/// A layer norm's gain and offset.
#[derive(Clone, Debug)]
pub(super) struct Norm {
    pub gain: Vec<f32>,
    pub bias: Vec<f32>,
}

/// One transformer layer.
pub(super) struct Layer<'a> {
    pub qkv: Rows<'a>,
    pub attended: Rows<'a>,
    pub norm_attended: Norm,
    pub up: Rows<'a>,
    pub down: Rows<'a>,
    pub norm_down: Norm,
}

/// Reads and checks a file made by [`super::quantize`].
pub(super) fn read(bytes: &[u8]) -> Result<Weights<'_>, Error> {
    let mut header = Reader { bytes, at: 0 };
    let magic = header.take(8)?;
    if magic != MAGIC {
        return Err(Error::Magic { found: magic.to_vec() });
    }
    let version = header.number()?;
    if version != VERSION as usize {
        return Err(Error::Version { found: version as u32, expected: VERSION });
    }
    let mut number = || header.number();
    let (rows, positions, layers) = (number()?, number()?, number()?);
    let (hidden, heads, intermediate, vocab_bytes) = (number()?, number()?, number()?, number()?);
    within("width", hidden, HIDDEN, HIDDEN)?;
    within("head count", heads, HEADS, HEADS)?;
    within("feed-forward width", intermediate, INTERMEDIATE, INTERMEDIATE)?;
    within("layer count", layers, 1, MAX_LAYERS)?;
    within("vocabulary", rows, 3, 1 << 20)?;
    within("position count", positions, 3, 1 << 14)?;
    within("vocabulary size in bytes", vocab_bytes, 3, 1 << 26)?;

    let matrix = |rows: usize, width: usize, floats: usize| rows * width + rows * floats * 4;
    let norm = 2 * HIDDEN * 4;
    let layer = matrix(3 * HIDDEN, HIDDEN, 2)
        + matrix(HIDDEN, HIDDEN, 2)
        + matrix(INTERMEDIATE, HIDDEN, 2)
        + matrix(HIDDEN, INTERMEDIATE, 2)
        + 2 * norm;
    let content =
        header.at + vocab_bytes + matrix(rows, HIDDEN, 1) + positions * HIDDEN * 4 + norm + layers * layer;
    if bytes.len() < content + 32 {
        return Err(Error::Truncated { needed_bytes: content + 32, found_bytes: bytes.len() });
    }
    let (body, trailer) = bytes.split_at(content);
    let found = sha256(body);
    if found.0.as_slice() != trailer {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        return Err(Error::Checksum { expected: hex(trailer), found: hex(&found.0) });
    }

    let mut body = Reader { bytes: body, at: header.at };
    let vocab = str::from_utf8(body.take(vocab_bytes)?).unwrap_or_default();
    let word = body.rows(rows, HIDDEN, false)?;
    let position = body.floats(positions * HIDDEN)?;
    let norm = body.norm()?;
    let layers = (0..layers)
        .map(|_| {
            Ok(Layer {
                qkv: body.rows(3 * HIDDEN, HIDDEN, true)?,
                attended: body.rows(HIDDEN, HIDDEN, true)?,
                norm_attended: body.norm()?,
                up: body.rows(INTERMEDIATE, HIDDEN, true)?,
                down: body.rows(HIDDEN, INTERMEDIATE, true)?,
                norm_down: body.norm()?,
            })
        })
        .collect::<Result<_, Error>>()?;
    Ok(Weights { vocab, word, position, norm, layers })
}

fn within(what: &str, found: usize, least: usize, most: usize) -> Result<(), Error> {
    if (least..=most).contains(&found) {
        return Ok(());
    }
    let expected = if least == most { least.to_string() } else { format!("{least} to {most}") };
    Err(Error::Configuration { what: what.to_owned(), found: found as u64, expected })
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let end = self.at.saturating_add(len);
        let short = Error::Truncated { needed_bytes: end, found_bytes: self.bytes.len() };
        let part = self.bytes.get(self.at..end).ok_or(short)?;
        self.at = end;
        Ok(part)
    }

    fn number(&mut self) -> Result<usize, Error> {
        let four = self.take(4)?.first_chunk::<4>().copied().unwrap_or_default();
        Ok(u32::from_le_bytes(four) as usize)
    }

    fn floats(&mut self, count: usize) -> Result<Vec<f32>, Error> {
        let bytes = self.take(count * 4)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
    }

    fn rows(&mut self, rows: usize, width: usize, bias: bool) -> Result<Rows<'a>, Error> {
        let scales = self.floats(rows)?;
        let bias = if bias { self.floats(rows)? } else { Vec::new() };
        Ok(Rows { scales, bias, weights: self.take(rows * width)?, width })
    }

    fn norm(&mut self) -> Result<Norm, Error> {
        Ok(Norm { gain: self.floats(HIDDEN)?, bias: self.floats(HIDDEN)? })
    }
}
