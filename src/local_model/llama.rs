//! Tokens → logits of the next one: the forward pass of the Llama architecture.
//!
//! RMS norm, rotary positions, grouped-query attention over a cache, SwiGLU (Touvron et al. 2023; Ainslie et al. 2023).
//! Tokens go through in slices, so that a block of weights is read once for many of them; the output head, the largest
//! matrix, is multiplied for the last token only. GGUF stores a Llama's query and key rows so that the two numbers
//! that rotate together lie side by side.

use super::attention::LayerCache;
use super::lanes::F4;
use super::tokenizer::Tokenizer;
use crate::kernel::q4::{Activations, Q4Matrix, Q8Matrix, Scratch};

/// The model's measures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Config {
    /// Transformer blocks.
    pub layers: usize,
    /// Numbers per token between the blocks.
    pub width: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Numbers of the feed-forward layer.
    pub hidden: usize,
    /// Tokens it was trained to read.
    pub context: usize,
    /// Base of the rotary frequencies.
    pub rope_base: f32,
    /// Added under the root of the norm.
    pub epsilon: f32,
}

impl Config {
    /// Numbers of one head.
    pub fn head(&self) -> usize {
        self.width.checked_div(self.heads).unwrap_or(0)
    }
}

/// A weight matrix in one of the two forms that are computed.
pub(super) enum Linear {
    Four(Q4Matrix),
    Eight(Q8Matrix),
}

impl Linear {
    fn rows(&self) -> usize {
        match self {
            Self::Four(matrix) => matrix.rows(),
            Self::Eight(matrix) => matrix.rows(),
        }
    }

    /// `values` are what `input` was set to, in full.
    fn multiply(&self, values: &[f32], input: &Activations, scratch: &mut Scratch, out: &mut Vec<f32>) {
        match self {
            Self::Four(matrix) => {
                out.resize(input.rows() * self.rows(), 0.0);
                matrix.multiply(input, scratch, out);
            }
            Self::Eight(matrix) => {
                out.resize(values.len() / matrix.columns() * self.rows(), 0.0);
                matrix.multiply(values, scratch, out);
            }
        }
    }

    /// The product with activations that were [set fine](Activations::set_fine).
    fn multiply_fine(&self, values: &[f32], input: &Activations, scratch: &mut Scratch, out: &mut Vec<f32>) {
        self.multiply(values, input, scratch, out);
        if let Self::Four(_) = self {
            let count = out.len() / 2;
            let (sums, left) = out.split_at_mut(count);
            sums.iter_mut().zip(left).for_each(|(sum, left)| *sum += *left);
            out.truncate(count);
        }
    }
}

pub(super) struct Layer {
    pub attention_norm: Vec<f32>,
    pub query: Linear,
    pub key: Linear,
    pub value: Linear,
    pub output: Linear,
    pub feed_norm: Vec<f32>,
    pub gate: Linear,
    pub up: Linear,
    pub down: Linear,
}

/// A loaded model, with the working memory of its forward pass.
pub struct Model {
    pub(super) config: Config,
    pub(super) tokenizer: Tokenizer,
    pub(super) embedding: Q8Matrix,
    /// `None` where the embedding is also the output head.
    pub(super) head: Option<Q8Matrix>,
    pub(super) output_norm: Vec<f32>,
    pub(super) layers: Vec<Layer>,
    pub(super) work: Work,
}

/// Buffers, kept from call to call.
#[derive(Default)]
pub(super) struct Work {
    input: Activations,
    scratch: Scratch,
    x: Vec<f32>,
    normed: Vec<f32>,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    attended: Vec<f32>,
    gate: Vec<f32>,
    up: Vec<f32>,
    y: Vec<f32>,
    scores: Vec<f32>,
    turns: Vec<(f32, f32)>,
    logits: Vec<f32>,
}

/// What a conversation's tokens left behind: keys and values of every layer.
#[derive(Clone, Debug)]
pub struct Cache {
    layers: Vec<LayerCache>,
    /// Tokens there is memory for.
    room: usize,
    /// Tokens there may be.
    limit: usize,
    length: usize,
}

impl Cache {
    /// Empty; takes at most `limit` tokens, and memory as they come.
    pub fn new(config: &Config, limit: usize) -> Self {
        let layer = || LayerCache::new(config.kv_heads, config.head(), 0);
        Self { layers: (0..config.layers).map(|_| layer()).collect(), room: 0, limit, length: 0 }
    }

    /// Makes room for at least `tokens` tokens.
    pub(super) fn reserve(&mut self, tokens: usize) {
        let tokens = tokens.min(self.limit);
        if tokens > self.room {
            self.layers.iter_mut().for_each(|layer| layer.grow(tokens));
            self.room = tokens;
        }
    }

    /// Tokens read so far.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing was read.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

impl Model {
    /// The model's measures.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The model's tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// Tokens in `text` as the model counts them, without the chat template's.
    pub fn count_tokens(&self, text: &str) -> u32 {
        let mut tokens = Vec::new();
        self.tokenizer.encode(text, &mut tokens);
        u32::try_from(tokens.len()).unwrap_or(u32::MAX)
    }

    /// Reads `tokens` after those in `cache`. With `want_logits`, returns one number per token of the vocabulary for
    /// what comes after the last; otherwise nothing. Reads nothing when `cache` has no room for all of them.
    pub fn forward(&mut self, tokens: &[u32], cache: &mut Cache, want_logits: bool) -> &mut [f32] {
        let Self { config, embedding, head, output_norm, layers, work, .. } = self;
        let (width, position) = (config.width, cache.length);
        let end = position + tokens.len();
        if tokens.is_empty() || end > cache.limit {
            return &mut [];
        }
        if end > cache.room {
            cache.reserve(end + end / 2);
        }
        work.x.resize(tokens.len() * width, 0.0);
        for (token, row) in tokens.iter().zip(work.x.chunks_exact_mut(width)) {
            embedding.row(*token as usize, row);
        }
        work.turns.clear();
        for at in position..position + tokens.len() {
            work.turns.extend((0..config.head() / 2).map(|pair| {
                // In f64, because at position 8000 the angle of the first pair has only three decimals left in f32.
                let exponent = -2.0 * pair as f64 / config.head() as f64;
                let (sin, cos) = (at as f64 * f64::from(config.rope_base).powf(exponent)).sin_cos();
                (sin as f32, cos as f32)
            }));
        }
        for (layer, cache) in layers.iter().zip(&mut cache.layers) {
            layer.forward(config, work, cache, position);
        }
        cache.length += tokens.len();
        if !want_logits {
            return &mut [];
        }
        let last = work.x.len() - width;
        norm(work.x.get(last..).unwrap_or_default(), output_norm, config.epsilon, &mut work.normed);
        let head = head.as_ref().unwrap_or(embedding);
        work.logits.resize(head.rows(), 0.0);
        head.multiply(&work.normed, &mut work.scratch, &mut work.logits);
        &mut work.logits
    }
}

impl Layer {
    fn forward(&self, config: &Config, work: &mut Work, cache: &mut LayerCache, position: usize) {
        let Work { input, scratch, x, normed, q, k, v, attended, gate, up, y, scores, turns, .. } = work;
        let (width, head) = (config.width, config.head());

        norm(x, &self.attention_norm, config.epsilon, normed);
        // Attention in the middle layers hangs on small differences between large numbers: with 8 bits here the logits
        // are off by .16 (standard deviation, against f32), with 15 by .09, for 15 % more multiplications.
        input.set_fine(normed, width);
        self.query.multiply_fine(normed, input, scratch, q);
        self.key.multiply_fine(normed, input, scratch, k);
        self.value.multiply_fine(normed, input, scratch, v);
        rotate(q, width, head, turns);
        let kv_width = config.kv_heads * head;
        rotate(k, kv_width, head, turns);
        let rows = k.chunks_exact(kv_width).zip(v.chunks_exact(kv_width));
        rows.enumerate().for_each(|(row, (key, value))| cache.put(position + row, key, value));
        attended.resize(q.len(), 0.0);
        cache.attend(q, config.heads, position, scores, attended);
        input.set(attended, width);
        self.output.multiply(attended, input, scratch, y);
        x.iter_mut().zip(&*y).for_each(|(x, y)| *x += y);

        norm(x, &self.feed_norm, config.epsilon, normed);
        input.set(normed, width);
        self.gate.multiply(normed, input, scratch, gate);
        self.up.multiply(normed, input, scratch, up);
        silu_times(gate, up);
        input.set(gate, config.hidden);
        self.down.multiply(gate, input, scratch, y);
        x.iter_mut().zip(&*y).for_each(|(x, y)| *x += y);
    }
}

/// Root-mean-square norm of each row, times `gain` (Zhang and Sennrich 2019).
fn norm(x: &[f32], gain: &[f32], epsilon: f32, out: &mut Vec<f32>) {
    out.resize(x.len(), 0.0);
    for (row, out) in x.chunks_exact(gain.len()).zip(out.chunks_exact_mut(gain.len())) {
        let mut squares = F4::splat(0.0);
        for four in row.chunks_exact(4) {
            // SAFETY: `four` has four values.
            let four = unsafe { F4::load(four.as_ptr()) };
            squares = four.mul_add(four, squares);
        }
        let inverse = 1.0 / (squares.sum() / gain.len() as f32 + epsilon).sqrt();
        for ((out, x), gain) in out.iter_mut().zip(row).zip(gain) {
            *out = x * inverse * gain;
        }
    }
}

/// Turns neighbouring pairs of every head by its position's angles (Su et al. 2021).
fn rotate(x: &mut [f32], width: usize, head: usize, turns: &[(f32, f32)]) {
    for (row, turns) in x.chunks_exact_mut(width).zip(turns.chunks_exact(head / 2)) {
        for head in row.chunks_exact_mut(head) {
            for (pair, (sin, cos)) in head.chunks_exact_mut(2).zip(turns) {
                if let [a, b] = pair {
                    (*a, *b) = (*a * cos - *b * sin, *a * sin + *b * cos);
                }
            }
        }
    }
}

/// `gate ← gate / (1 + e^-gate) × up`.
fn silu_times(gate: &mut [f32], up: &[f32]) {
    let one = F4::splat(1.0);
    for (gate, up) in gate.chunks_exact_mut(4).zip(up.chunks_exact(4)) {
        // SAFETY: both have four values.
        unsafe {
            let g = F4::load(gate.as_ptr());
            let sigmoid = one.div(one.add(g.mul(F4::splat(-1.0)).exp()));
            g.mul(sigmoid).mul(F4::load(up.as_ptr())).store(gate.as_mut_ptr());
        }
    }
}
