//! Queries, keys, values of one text → attended values (Vaswani et al. 2017), all heads, no mask.
//!
//! Float throughout: scores are 2ˣ of products whose factor log₂e/√d the caller has put into the queries. Keys
//! are transposed once a head, so both products are the same tile: rows × 2 registers of columns.

use super::dispatch;
use super::isa::{Isa, Lanes};
use super::math::exp2;

/// Values of one head.
const HEAD: usize = 32;

/// Room for one head's transposed keys and one tile's scores. Reused from call to call.
#[derive(Clone, Debug, Default)]
pub struct AttentionScratch {
    keys: Vec<f32>,
    scores: Vec<f32>,
}

/// Blocks of 32 columns, as [`super::gemm::Layout::Blocks`] writes them: queries of every head, then keys, then
/// values; and which rows are the text's.
#[derive(Clone, Copy, Debug)]
pub struct Heads<'a> {
    /// `3 · heads` blocks of `rows × 32`.
    pub qkv: &'a [f32],
    /// Rows of a block.
    pub rows: usize,
    /// The text's first row.
    pub first: usize,
    /// The text's rows.
    pub tokens: usize,
    /// How many heads.
    pub heads: usize,
}

dispatch! {
    /// Writes `tokens` rows of `heads · 32` values.
    ///
    /// # Panics
    /// When a slice is too small.
    pub fn attend(text: Heads<'_>, scratch: &mut AttentionScratch, out: &mut [f32]) = attend_with
}

#[inline(always)]
unsafe fn attend_with<I: Isa>(text: Heads<'_>, scratch: &mut AttentionScratch, out: &mut [f32]) {
    let Heads { qkv, rows, first, tokens, heads } = text;
    assert!(
        first + tokens <= rows && qkv.len() >= 3 * heads * rows * HEAD && out.len() >= tokens * heads * HEAD
    );
    let columns = 2 * I::F::N;
    let padded = tokens.next_multiple_of(columns);
    scratch.keys.clear();
    scratch.keys.resize(HEAD * padded, 0.0);
    scratch.scores.resize(I::ROWS * padded, 0.0);
    for head in 0..heads {
        let block = |kind: usize| ((kind * heads + head) * rows + first) * HEAD;
        // SAFETY: the sizes were just checked; tiles are cut to the rows that exist, and columns are padded.
        unsafe {
            let keys = scratch.keys.as_mut_ptr();
            let source = qkv.as_ptr().add(block(1));
            for token in 0..tokens {
                for d in 0..HEAD {
                    *keys.add(d * padded + token) = *source.add(token * HEAD + d);
                }
            }
            for row in (0..tokens).step_by(I::ROWS) {
                let job = Job {
                    queries: qkv.as_ptr().add(block(0) + row * HEAD),
                    keys,
                    values: qkv.as_ptr().add(block(2)),
                    scores: scratch.scores.as_mut_ptr(),
                    out: out.as_mut_ptr().add((row * heads + head) * HEAD),
                    tokens,
                    padded,
                    stride: heads * HEAD,
                };
                match (tokens - row).min(I::ROWS) {
                    1 => job.run::<I, 1>(),
                    2 => job.run::<I, 2>(),
                    3 => job.run::<I, 3>(),
                    4 => job.run::<I, 4>(),
                    5 => job.run::<I, 5>(),
                    _ => job.run::<I, 6>(),
                }
            }
        }
    }
}

/// A few queries of one head against all keys.
struct Job {
    queries: *const f32,
    keys: *const f32,
    values: *const f32,
    scores: *mut f32,
    out: *mut f32,
    tokens: usize,
    padded: usize,
    stride: usize,
}

impl Job {
    #[inline(always)]
    unsafe fn run<I: Isa, const R: usize>(&self) {
        let columns = 2 * I::F::N;
        // SAFETY: the caller's sizes.
        unsafe {
            let mut highest = [I::F::splat(f32::MIN); R];
            for column in (0..self.padded).step_by(columns) {
                let sums = tile::<I::F, R>(self.queries, HEAD, self.keys.add(column), self.padded, HEAD);
                for (row, [a, b]) in sums.into_iter().enumerate() {
                    let to = self.scores.add(row * self.padded + column);
                    a.store(to);
                    b.store(to.add(I::F::N));
                }
                // Padding scores 0, which can only raise the maximum: harmless after the subtraction.
                for (highest, [a, b]) in highest.iter_mut().zip(sums) {
                    *highest = highest.max(a).max(b);
                }
            }
            let mut inverse = [I::F::splat(0.0); R];
            for (row, (highest, inverse)) in highest.into_iter().zip(&mut inverse).enumerate() {
                let scores = self.scores.add(row * self.padded);
                let highest = I::F::splat(highest.fold(f32::max));
                let mut sum = I::F::splat(0.0);
                for column in (0..self.padded).step_by(I::F::N) {
                    let power = exp2(I::F::load(scores.add(column)).sub(highest));
                    power.store(scores.add(column));
                    sum = sum.add(power);
                }
                let mut total = sum.fold(|a, b| a + b);
                for padding in self.tokens..self.padded {
                    total -= *scores.add(padding);
                }
                *inverse = I::F::splat(1.0 / total.max(f32::MIN_POSITIVE));
            }
            for column in (0..HEAD).step_by(columns) {
                let sums =
                    tile::<I::F, R>(self.scores, self.padded, self.values.add(column), HEAD, self.tokens);
                for (row, ([a, b], inverse)) in sums.into_iter().zip(inverse).enumerate() {
                    let to = self.out.add(row * self.stride + column);
                    a.mul(inverse).store(to);
                    b.mul(inverse).store(to.add(I::F::N));
                }
            }
        }
    }
}

/// `R` rows of `left` (`stride` apart) times `k` rows of two registers of `right` (`right_stride` apart).
#[inline(always)]
unsafe fn tile<F: Lanes, const R: usize>(
    left: *const f32,
    stride: usize,
    right: *const f32,
    right_stride: usize,
    k: usize,
) -> [[F; 2]; R] {
    // SAFETY: the caller's sizes.
    unsafe {
        let mut sums = [[F::splat(0.0); 2]; R];
        for p in 0..k {
            let from = right.add(p * right_stride);
            let (a, b) = (F::load(from), F::load(from.add(F::N)));
            for (row, sum) in sums.iter_mut().enumerate() {
                let x = F::splat(*left.add(row * stride + p));
                *sum = [x.mul_add(a, sum[0]), x.mul_add(b, sum[1])];
            }
        }
        sums
    }
}
