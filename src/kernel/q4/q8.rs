//! 8-bit weights × 16-bit activations → `f32`: the embedding table, which is also the output head.
//!
//! Rows stay as they are in the file (GGUF `Q8_0`: 32 signed bytes and a scale), because a single row is also read as
//! a token's embedding. Products are made in 16-bit lanes, since both operands need all their eight bits; that leaves
//! room for activations of 16, which keeps the head from tipping close decisions between words.

use super::{BLOCK, ROUND, Scratch, half};

/// A matrix of 8-bit weights.
#[derive(Clone, Debug)]
pub struct Q8Matrix {
    rows: usize,
    columns: usize,
    quants: Vec<i8>,
    scales: Vec<f32>,
}

impl Q8Matrix {
    /// Reads rows of GGUF `Q8_0` blocks (`f16` scale, 32 bytes); `None` if `bytes` does not have that shape.
    pub fn from_q8_0(rows: usize, columns: usize, bytes: &[u8]) -> Option<Self> {
        let blocks = rows.checked_mul(columns / BLOCK)?;
        if blocks == 0 || !columns.is_multiple_of(BLOCK) || blocks.checked_mul(BLOCK + 2)? != bytes.len() {
            return None;
        }
        let mut quants = Vec::with_capacity(blocks * BLOCK);
        let mut scales = Vec::with_capacity(blocks);
        for block in bytes.chunks_exact(BLOCK + 2) {
            let (scale, values) = block.split_at_checked(2)?;
            scales.push(half(scale)?);
            quants.extend(values.iter().map(|byte| *byte as i8));
        }
        Some(Self { rows, columns, quants, scales })
    }

    /// Quantises `values`, row after row; `None` if they are not `rows × columns`.
    pub fn from_f32(rows: usize, columns: usize, values: &[f32]) -> Option<Self> {
        let count = rows.checked_mul(columns)?;
        if count == 0 || !columns.is_multiple_of(BLOCK) || count != values.len() {
            return None;
        }
        let mut quants = Vec::with_capacity(count);
        let mut scales = Vec::with_capacity(count / BLOCK);
        let mut wide = [0i16; BLOCK];
        for block in values.chunks_exact(BLOCK) {
            scales.push(widen(block, 127.0, &mut wide));
            quants.extend(wide.iter().map(|quant| *quant as i8));
        }
        Some(Self { rows, columns, quants, scales })
    }

    /// Rows, that is outputs.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns, that is inputs.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Writes row `index` as `f32`; leaves `out` alone if there is no such row.
    pub fn row(&self, index: usize, out: &mut [f32]) {
        let blocks = self.columns / BLOCK;
        let quants = self.quants.chunks_exact(self.columns).nth(index);
        let scales = self.scales.chunks_exact(blocks).nth(index);
        if let (Some(quants), Some(scales)) = (quants, scales) {
            let blocks = quants.chunks_exact(BLOCK).zip(scales).zip(out.chunks_exact_mut(BLOCK));
            for ((quants, scale), out) in blocks {
                out.iter_mut().zip(quants).for_each(|(out, quant)| *out = f32::from(*quant) * scale);
            }
        }
    }

    /// `out[t][row] = Σ_column weights[row][column] × values[t][column]`. Does nothing when the shapes do not fit.
    pub fn multiply(&self, values: &[f32], scratch: &mut Scratch, out: &mut [f32]) {
        if out.len() / self.rows * self.columns != values.len() {
            return;
        }
        let blocks = self.columns / BLOCK;
        let Scratch { wide, wide_scales, .. } = scratch;
        wide.resize(values.len(), 0);
        wide_scales.clear();
        let slots = values.chunks_exact(BLOCK).zip(wide.chunks_exact_mut(BLOCK));
        wide_scales.extend(slots.map(|(block, wide)| widen(block, 32767.0, wide)));
        let tokens = wide.chunks_exact(self.columns).zip(wide_scales.chunks_exact(blocks));
        for ((a, a_scales), out) in tokens.zip(out.chunks_exact_mut(self.rows)) {
            let rows = self.quants.chunks_exact(self.columns).zip(self.scales.chunks_exact(blocks));
            for ((w, w_scales), out) in rows.zip(out) {
                *out = dot(w, w_scales, a, a_scales);
            }
        }
    }
}

/// `values ≈ scale × quants` with quants up to ±`most_quant`.
fn widen(values: &[f32], most_quant: f32, quants: &mut [i16]) -> f32 {
    let most = values.iter().fold(0f32, |a, b| if b.abs() > a { b.abs() } else { a });
    let inverse = if most > 0.0 { most_quant / most } else { 0.0 };
    for (value, quant) in values.iter().zip(quants) {
        *quant = ((value * inverse + ROUND).to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32) as i16;
    }
    most / most_quant
}

/// One row times one token.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn dot(w: &[i8], w_scales: &[f32], a: &[i16], a_scales: &[f32]) -> f32 {
    let blocks = w.chunks_exact(BLOCK).zip(a.chunks_exact(BLOCK)).zip(w_scales.iter().zip(a_scales));
    blocks
        .map(|((w, a), (w_scale, a_scale))| {
            let dot: i32 = w.iter().zip(a).map(|(w, a)| i32::from(*w) * i32::from(*a)).sum();
            dot as f32 * (w_scale * a_scale)
        })
        .sum()
}

/// One row times one token.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn dot(w: &[i8], w_scales: &[f32], a: &[i16], a_scales: &[f32]) -> f32 {
    use core::arch::wasm32::*;
    let mut total = f32x4_splat(0.0);
    let blocks = w.chunks_exact(BLOCK).zip(a.chunks_exact(BLOCK)).zip(w_scales.iter().zip(a_scales));
    for ((w, a), (w_scale, a_scale)) in blocks {
        let mut dot = i32x4_splat(0);
        for at in [0, 8, 16, 24] {
            // SAFETY: `w` and `a` have 32 values.
            unsafe {
                let w = i16x8_load_extend_i8x8(w.as_ptr().add(at));
                dot = i32x4_add(dot, i32x4_dot_i16x8(w, v128_load(a.as_ptr().add(at).cast())));
            }
        }
        total = f32x4_add(total, f32x4_mul(f32x4_convert_i32x4(dot), f32x4_splat(w_scale * a_scale)));
    }
    f32x4_extract_lane::<0>(total)
        + f32x4_extract_lane::<1>(total)
        + f32x4_extract_lane::<2>(total)
        + f32x4_extract_lane::<3>(total)
}
