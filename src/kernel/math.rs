//! Floats → floats, and floats → quantised activations: layer norm, GELU, quantisation.
//!
//! Polynomials instead of library functions, because a wasm module has none that are vectors. Their errors
//! are far below the step of the quantisation that follows.

use super::dispatch;
use super::gemm::Activations;
use super::isa::{Isa, Lanes};

/// Adding this to a float of magnitude below 2²² leaves its nearest integer in the low mantissa bits.
pub(super) const MAGIC: f32 = 12_582_912.0;

/// 2ˣ for x ≤ 0; below 2⁻¹²⁶ it is that. Minimax polynomial on ±½, relative error 8e-8.
#[inline(always)]
pub(super) unsafe fn exp2<F: Lanes>(x: F) -> F {
    // SAFETY: arithmetic on registers only.
    unsafe {
        let x = x.max(F::splat(-126.0));
        let magic = x.add(F::splat(MAGIC));
        let rest = x.sub(magic.sub(F::splat(MAGIC)));
        let mut y = F::splat(1.327_647_1e-3);
        for c in [9.675_542e-3, 5.550_713e-2, 0.240_221_2, 0.693_146_94, 1.000_000_1] {
            y = y.mul_add(rest, F::splat(c));
        }
        y.times_power(magic)
    }
}

/// x·Φ(x), the exact GELU. Φ(x) − ½ is x·P(x²) on ±4.25, where it is fitted to reach ½; error below 6e-5.
#[inline(always)]
unsafe fn gelu<F: Lanes>(x: F) -> F {
    // SAFETY: arithmetic on registers only.
    unsafe {
        let inside = x.min(F::splat(4.25)).max(F::splat(-4.25));
        let square = inside.mul(inside);
        let mut y = F::splat(6.764_233e-11);
        for c in [
            -6.334_987_6e-9,
            2.609_074e-7,
            -6.298_535e-6,
            1.008_923_1e-4,
            -1.157_54e-3,
            9.996_324e-3,
            -6.667_295e-2,
            0.399_114_22,
        ] {
            y = y.mul_add(square, F::splat(c));
        }
        y.mul_add(inside, F::splat(0.5)).mul(x)
    }
}

dispatch! {
    /// Quantises rows of `k` values.
    ///
    /// # Panics
    /// When `values` is not whole rows, or `k` is not a multiple of 16.
    pub fn quantise(values: &[f32], k: usize, into: &mut Activations) = quantise_with
}

dispatch! {
    /// Replaces every value by its GELU, then quantises rows of `k`.
    ///
    /// # Panics
    /// As [`quantise`].
    pub fn gelu_quantise(values: &mut [f32], k: usize, into: &mut Activations) = gelu_quantise_with
}

dispatch! {
    /// Layer norm of each row of `gain.len()` values (Ba et al. 2016), epsilon 1e-12 as BERT has it.
    ///
    /// # Panics
    /// When `values` is not whole rows, or their width is not a multiple of 16.
    pub fn norm(values: &mut [f32], gain: &[f32], bias: &[f32]) = norm_with
}

#[inline(always)]
unsafe fn quantise_with<I: Isa>(values: &[f32], k: usize, into: &mut Activations) {
    assert!(k > 0 && k.is_multiple_of(16) && values.len().is_multiple_of(k));
    into.reset(values.len() / k, k, I::GROUP, I::ROWS);
    for (at, row) in values.chunks_exact(k).enumerate() {
        // SAFETY: a row is a whole number of registers.
        unsafe {
            let mut high = I::F::load(row.as_ptr());
            let mut low = high;
            for p in (I::F::N..k).step_by(I::F::N) {
                let x = I::F::load(row.as_ptr().add(p));
                (high, low) = (high.max(x), low.min(x));
            }
            put::<I>(row, at, high, low, into);
        }
    }
}

#[inline(always)]
unsafe fn gelu_quantise_with<I: Isa>(values: &mut [f32], k: usize, into: &mut Activations) {
    assert!(k > 0 && k.is_multiple_of(16) && values.len().is_multiple_of(k));
    into.reset(values.len() / k, k, I::GROUP, I::ROWS);
    for (at, row) in values.chunks_exact_mut(k).enumerate() {
        // SAFETY: a row is a whole number of registers.
        unsafe {
            let mut high = I::F::splat(f32::MIN);
            let mut low = I::F::splat(f32::MAX);
            for p in (0..k).step_by(I::F::N) {
                let to = row.as_mut_ptr().add(p);
                let x = gelu(I::F::load(to));
                x.store(to);
                (high, low) = (high.max(x), low.min(x));
            }
            put::<I>(row, at, high, low, into);
        }
    }
}

/// Writes one row's integers into its panel.
#[inline(always)]
unsafe fn put<I: Isa>(row: &[f32], at: usize, high: I::F, low: I::F, into: &mut Activations) {
    // SAFETY: `reset` made room for the row; it is a whole number of registers.
    unsafe {
        let (high, low) = (high.fold(f32::max), low.fold(f32::min));
        let (step, offset) = if I::GROUP == 4 {
            ((high - low) / 127.0, low)
        } else {
            // Sums of 1536 products of 127 × 8191 still fit 32 bits.
            (high.max(-low) / 8191.0, 0.0)
        };
        let step = step.max(1e-30);
        *into.scale.as_mut_ptr().add(at) = step;
        *into.offset.as_mut_ptr().add(at) = offset;
        let k = row.len();
        let panel = into.words.as_mut_ptr().add(at / I::ROWS * I::ROWS * k / I::GROUP + at % I::ROWS);
        let (inverse, shift, magic) =
            (I::F::splat(1.0 / step), I::F::splat(-offset / step), I::F::splat(MAGIC));
        for p in (0..k).step_by(I::F::N) {
            let x = I::F::load(row.as_ptr().add(p)).mul_add(inverse, shift).add(magic);
            let to = panel.add(p / I::GROUP * I::ROWS);
            if I::GROUP == 4 { x.put_bytes(to, I::ROWS) } else { x.put_halves(to, I::ROWS) }
        }
    }
}

#[inline(always)]
unsafe fn norm_with<I: Isa>(values: &mut [f32], gain: &[f32], bias: &[f32]) {
    let k = gain.len();
    assert!(k > 0 && k.is_multiple_of(16) && values.len().is_multiple_of(k) && bias.len() == k);
    for row in values.chunks_exact_mut(k) {
        // SAFETY: a row is a whole number of registers, and so are gain and bias.
        unsafe {
            let x = row.as_mut_ptr();
            let mut sum = I::F::splat(0.0);
            for p in (0..k).step_by(I::F::N) {
                sum = sum.add(I::F::load(x.add(p)));
            }
            let mean = I::F::splat(sum.fold(|a, b| a + b) / k as f32);
            let mut squares = I::F::splat(0.0);
            for p in (0..k).step_by(I::F::N) {
                let d = I::F::load(x.add(p)).sub(mean);
                squares = d.mul_add(d, squares);
            }
            let variance = squares.fold(|a, b| a + b) / k as f32;
            let inverse = I::F::splat(1.0 / (variance + 1e-12).sqrt());
            for p in (0..k).step_by(I::F::N) {
                let d = I::F::load(x.add(p)).sub(mean).mul(inverse);
                d.mul_add(I::F::load(gain.as_ptr().add(p)), I::F::load(bias.as_ptr().add(p))).store(x.add(p));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{AttentionScratch, Heads, Kernel, attend};

    fn wave(count: usize, size: f32) -> Vec<f32> {
        (0..count).map(|at| ((at * at * 37 + at * 11) % 2003) as f32 / 1001.5 * size - size).collect()
    }

    #[test]
    fn gelu_is_near_the_exact_one() {
        // Φ(x) by its Taylor series, in f64.
        let exact = |x: f64| {
            let (mut term, mut sum) = (x, x);
            for n in 1..200 {
                term *= -x * x / (2.0 * f64::from(n));
                sum += term / (2.0 * f64::from(n) + 1.0);
            }
            x * (0.5 + sum / (2.0 * std::f64::consts::PI).sqrt())
        };
        for kernel in Kernel::available() {
            let values = wave(1600, 6.0);
            let mut found = values.clone();
            gelu_quantise(kernel, &mut found, 16, &mut Activations::default());
            for (x, y) in values.iter().zip(found) {
                assert!((exact(f64::from(*x)) - f64::from(y)).abs() < 1e-4, "{}: {x} {y}", kernel.name());
            }
        }
    }

    #[test]
    fn norm_has_mean_zero_and_variance_one() {
        for kernel in Kernel::available() {
            let mut values = wave(3 * 384, 5.0);
            norm(kernel, &mut values, &[2.0; 384], &[0.5; 384]);
            for row in values.chunks_exact(384) {
                let mean = row.iter().sum::<f32>() / 384.0;
                let variance = row.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / 384.0;
                assert!((mean - 0.5).abs() < 1e-4 && (variance - 4.0).abs() < 1e-3, "{mean} {variance}");
            }
        }
    }

    #[test]
    fn attention_is_near_the_naive_one() {
        let (heads, rows) = (2, 40);
        let qkv = wave(3 * heads * rows * 32, 2.0);
        for kernel in Kernel::available() {
            for (first, tokens) in [(0, 40), (3, 1), (5, 7), (2, 33)] {
                let mut found = vec![0.0; tokens * heads * 32];
                let text = Heads { qkv: &qkv, rows, first, tokens, heads };
                attend(kernel, text, &mut AttentionScratch::default(), &mut found);
                let at = |kind: usize, head: usize, t: usize, d: usize| {
                    f64::from(qkv[((kind * heads + head) * rows + first + t) * 32 + d])
                };
                for head in 0..heads {
                    for i in 0..tokens {
                        let score =
                            |j: usize| (0..32).map(|d| at(0, head, i, d) * at(1, head, j, d)).sum::<f64>();
                        let scores: Vec<f64> = (0..tokens).map(score).collect();
                        let most = scores.iter().copied().fold(f64::MIN, f64::max);
                        let power = |j: usize| (scores[j] - most).exp2();
                        let total: f64 = (0..tokens).map(power).sum();
                        for d in 0..32 {
                            let expected =
                                (0..tokens).map(|j| power(j) / total * at(2, head, j, d)).sum::<f64>();
                            let got = f64::from(found[(i * heads + head) * 32 + d]);
                            assert!((got - expected).abs() < 1e-3, "{} {got} {expected}", kernel.name());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn constant_and_empty_rows_are_fine() {
        for kernel in Kernel::available() {
            let mut into = Activations::default();
            quantise(kernel, &[0.0; 32], 16, &mut into);
            quantise(kernel, &[-3.0; 32], 16, &mut into);
            quantise(kernel, &[], 16, &mut into);
            assert_eq!(into.rows, 0);
        }
    }
}
