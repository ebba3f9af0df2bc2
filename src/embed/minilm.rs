//! Token ids → unit-length vector: the forward pass of a MiniLM encoder.
//!
//! Texts are sorted by length and run a few at a time, unpadded: everything but attention treats their tokens
//! as rows of one matrix, in blocks that stay in the cache. The mean over all tokens, `[CLS]` and `[SEP]`
//! included, is scaled to unit length, as sentence-transformers does. It refuses nothing: an empty text has
//! its two special tokens, a long one is cut at 256 tokens.

use super::error::Error;
use super::tokenizer::Tokenizer;
use super::weights::{self, HEADS, HIDDEN, INTERMEDIATE, Norm, Rows};
use super::{Embedding, MAX_TOKENS};
use crate::kernel::{
    Activations, AttentionScratch, Heads, Kernel, Layout, Packed, attend, gelu_quantise, multiply, norm,
    quantise,
};

/// Texts run together until they have this many tokens: enough to fill tiles, few enough for the cache.
const GROUP_ROWS: usize = 128;
/// Rows that go through the feed-forward network at a time; whole tiles for every kernel.
const BLOCK_ROWS: usize = 60;

/// The encoder. Shared by threads; each brings its own [`Scratch`].
///
/// ```no_run
/// use sidecite::embed::{Minilm, Scratch};
///
/// let model = Minilm::load(&std::fs::read("all-minilm-l6-v2.bin")?)?;
/// let found = model.embed(&["the fare", "a ticket"], &mut Scratch::default());
/// println!("{}", found[0].cosine(&found[1]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Minilm {
    tokenizer: Tokenizer,
    kernel: Kernel,
    word: Vec<i8>,
    word_scale: Vec<f32>,
    position: Vec<f32>,
    norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Clone, Debug)]
struct Layer {
    qkv: Packed,
    attended: Packed,
    norm_attended: Norm,
    up: Packed,
    down: Packed,
    norm_down: Norm,
}

/// Working memory of one thread, about 2 MB; reused from call to call.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// One row of activations a token; after a forward pass, the tokens' vectors.
    rows: Vec<f32>,
    qkv: Vec<f32>,
    attended: Vec<f32>,
    inner: Vec<f32>,
    quantised: Activations,
    attention: AttentionScratch,
}

impl Minilm {
    /// Reads a file made by [`super::quantize`], checks its hash, and lays the weights out for the fastest kernel.
    ///
    /// # Errors
    /// [`Error::Magic`], [`Error::Version`], [`Error::Truncated`], [`Error::Checksum`],
    /// [`Error::Configuration`], [`Error::VocabularyWithout`].
    pub fn load(bytes: &[u8]) -> Result<Self, Error> {
        Self::load_for(bytes, Kernel::best())
    }

    /// As [`Minilm::load`], for a kernel of the caller's choice.
    ///
    /// # Errors
    /// Those of [`Minilm::load`].
    pub fn load_for(bytes: &[u8], kernel: Kernel) -> Result<Self, Error> {
        let file = weights::read(bytes)?;
        let layers = file.layers.iter().map(|layer| {
            let mut qkv = layer.qkv.clone();
            // Softmax runs on powers of two, so the queries carry log₂e/√32.
            let factor = std::f32::consts::LOG2_E / ((HIDDEN / HEADS) as f32).sqrt();
            qkv.scales.iter_mut().take(HIDDEN).for_each(|scale| *scale *= factor);
            qkv.bias.iter_mut().take(HIDDEN).for_each(|bias| *bias *= factor);
            Ok(Layer {
                qkv: pack(kernel, &qkv)?,
                attended: pack(kernel, &layer.attended)?,
                norm_attended: layer.norm_attended.clone(),
                up: pack(kernel, &layer.up)?,
                down: pack(kernel, &layer.down)?,
                norm_down: layer.norm_down.clone(),
            })
        });
        Ok(Self {
            tokenizer: Tokenizer::from_vocab(file.vocab)?,
            kernel,
            layers: layers.collect::<Result<_, Error>>()?,
            word: signed(file.word.weights),
            word_scale: file.word.scales,
            position: file.position,
            norm: file.norm,
        })
    }

    /// The tokenizer of the model's vocabulary.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Names model, quantisation and activation width. Vectors of different ids must not be mixed in a cache.
    pub fn id(&self) -> String {
        format!(
            "minilm-l{}-h{HIDDEN}/int8v{}/a{}",
            self.layers.len(),
            weights::VERSION,
            self.kernel.activation_bits()
        )
    }

    /// The kernel in use.
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// One unit-length vector a text, in the order given.
    pub fn embed(&self, texts: &[&str], scratch: &mut Scratch) -> Vec<Embedding> {
        let encoded: Vec<Vec<u32>> = texts.iter().map(|text| self.encode(text)).collect();
        let mut order: Vec<(usize, &[u32])> = encoded.iter().map(Vec::as_slice).enumerate().collect();
        order.sort_by_key(|(_, ids)| ids.len());
        let mut out = vec![Embedding(Vec::new()); texts.len()];
        let mut rest = order.as_slice();
        while !rest.is_empty() {
            let mut rows = 0;
            let mut fits = |ids: &[u32]| {
                let first = rows == 0;
                rows += ids.len();
                first || rows <= GROUP_ROWS
            };
            let (group, after) = rest.split_at(rest.iter().take_while(|(_, ids)| fits(ids)).count());
            rest = after;
            let ids: Vec<&[u32]> = group.iter().map(|(_, ids)| *ids).collect();
            self.forward(&ids, scratch);
            let mut vectors = scratch.rows.as_slice();
            for (at, ids) in group {
                let (mine, others) = vectors.split_at_checked(ids.len() * HIDDEN).unwrap_or_default();
                vectors = others;
                if let Some(slot) = out.get_mut(*at) {
                    *slot = pool(mine);
                }
            }
        }
        out
    }

    /// The ids of one text's tokens, special ones included, and one vector of 384 a token, row after row:
    /// what late-interaction reranking needs (ColBERT, Khattab and Zaharia 2020). Rows are not unit length.
    pub fn token_vectors(&self, text: &str, scratch: &mut Scratch) -> (Vec<u32>, Vec<f32>) {
        let ids = self.encode(text);
        self.forward(&[&ids], scratch);
        (ids, scratch.rows.clone())
    }

    fn encode(&self, text: &str) -> Vec<u32> {
        self.tokenizer.encode(text, MAX_TOKENS.min(self.position.len() / HIDDEN))
    }

    /// Leaves the last layer's rows of all texts in `scratch.rows`.
    fn forward(&self, texts: &[&[u32]], scratch: &mut Scratch) {
        let Scratch { rows, qkv, attended, inner, quantised, attention } = scratch;
        let kernel = self.kernel;
        let count: usize = texts.iter().map(|ids| ids.len()).sum();
        self.look_up(texts, rows);
        qkv.resize(count * 3 * HIDDEN, 0.0);
        attended.resize(count * HIDDEN, 0.0);
        inner.resize(BLOCK_ROWS.min(count) * INTERMEDIATE, 0.0);
        norm(kernel, rows, &self.norm.gain, &self.norm.bias);
        for layer in &self.layers {
            for (block, rows) in rows.chunks(BLOCK_ROWS * HIDDEN).enumerate() {
                quantise(kernel, rows, HIDDEN, quantised);
                let layout = Layout::Blocks { width: HIDDEN / HEADS, rows: count, first: block * BLOCK_ROWS };
                multiply(kernel, quantised, &layer.qkv, layout, qkv);
            }
            let mut first = 0;
            for ids in texts {
                let text = Heads { qkv, rows: count, first, tokens: ids.len(), heads: HEADS };
                let out = attended.get_mut(first * HIDDEN..).unwrap_or_default();
                attend(kernel, text, attention, out);
                first += ids.len();
            }
            let blocks = rows.chunks_mut(BLOCK_ROWS * HIDDEN).zip(attended.chunks(BLOCK_ROWS * HIDDEN));
            for (rows, attended) in blocks {
                let inner = inner.get_mut(..rows.len() / HIDDEN * INTERMEDIATE).unwrap_or_default();
                quantise(kernel, attended, HIDDEN, quantised);
                multiply(kernel, quantised, &layer.attended, Layout::AddToRows, rows);
                norm(kernel, rows, &layer.norm_attended.gain, &layer.norm_attended.bias);
                quantise(kernel, rows, HIDDEN, quantised);
                multiply(kernel, quantised, &layer.up, Layout::Rows, inner);
                gelu_quantise(kernel, inner, INTERMEDIATE, quantised);
                multiply(kernel, quantised, &layer.down, Layout::AddToRows, rows);
                norm(kernel, rows, &layer.norm_down.gain, &layer.norm_down.bias);
            }
        }
    }

    /// Word plus position, before the first norm.
    fn look_up(&self, texts: &[&[u32]], rows: &mut Vec<f32>) {
        rows.clear();
        for ids in texts {
            for (&id, position) in ids.iter().zip(self.position.chunks_exact(HIDDEN)) {
                let from = id as usize * HIDDEN;
                let word = self.word.get(from..from + HIDDEN).unwrap_or_default();
                let scale = self.word_scale.get(id as usize).copied().unwrap_or_default();
                rows.extend(
                    word.iter().zip(position).map(|(&word, position)| f32::from(word) * scale + position),
                );
            }
        }
    }
}

fn pack(kernel: Kernel, rows: &Rows<'_>) -> Result<Packed, Error> {
    let packed = Packed::new(kernel, &signed(rows.weights), rows.width, &rows.scales, &rows.bias);
    packed.ok_or_else(|| Error::Configuration {
        what: "matrix width".to_owned(),
        found: rows.width as u64,
        expected: "a multiple of 16".to_owned(),
    })
}

fn signed(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|&byte| byte as i8).collect()
}

/// The mean of the rows at unit length.
fn pool(rows: &[f32]) -> Embedding {
    let mut mean = vec![0.0_f32; HIDDEN];
    for row in rows.chunks_exact(HIDDEN) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    let length = mean.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    mean.iter_mut().for_each(|value| *value /= length);
    Embedding(mean)
}
