//! A unit vector → bytes, with the exact length of what was lost.
//!
//! Each row has a scale of its own (its largest component becomes the largest code). The length of the rounding
//! error is kept beside it, because by the Cauchy–Schwarz inequality it bounds how wrong the rough similarity can
//! be: `x·q − x̂·q̂ = (x−x̂)·q + x̂·(q−q̂) ≤ ‖x−x̂‖‖q‖ + ‖x̂‖‖q−q̂‖`.

use crate::kernel::dot;
use serde::{Deserialize, Serialize};

/// How rows are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantization {
    /// Signed bytes, −127 to 127, multiplied with a query of 16 bits.
    Signed,
    /// Bytes of 0 to 127 that stand for −63 to 63, multiplied with a query of signed bytes: half the precision,
    /// twice the speed where the processor multiplies such bytes in one instruction.
    Offset,
}

impl Quantization {
    /// The faster one of this build.
    pub const fn native() -> Self {
        if dot::HAS_RELAXED_DOT { Self::Offset } else { Self::Signed }
    }
}

/// Added to a component of an [`Quantization::Offset`] row.
const OFFSET: i8 = 64;

/// What one row's codes mean: `component ≈ code · scale`, and how much is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct QuantError {
    pub scale: f32,
    /// `‖x − x̂‖`.
    pub error: f32,
}

/// A query, ready to be multiplied with rows.
pub(super) enum QuantizedQuery {
    Wide { codes: Vec<i16>, loss: QuantError },
    Narrow { codes: Vec<i8>, sum: i32, loss: QuantError },
}

/// Writes `row` to `out`; what `out` has beyond the row is padding and set to zero.
pub(super) fn encode(quantization: Quantization, row: &[f32], out: &mut [i8]) -> QuantError {
    out.fill(0);
    match quantization {
        Quantization::Signed => quantize(row, 127.0, out.iter_mut(), |code| code as i8),
        Quantization::Offset => quantize(row, 63.0, out.iter_mut(), |code| code as i8 + OFFSET),
    }
}

impl QuantizedQuery {
    /// Codes `query`, a unit vector, for rows of `quantization` that are `stride` bytes long.
    pub(super) fn new(quantization: Quantization, query: &[f32], stride: usize) -> Self {
        match quantization {
            Quantization::Signed => {
                // As many bits as the 32-bit sum of a whole row can bear.
                let limit = (i32::MAX as usize / (127 * stride.max(1))).clamp(1, 32767);
                let mut codes = vec![0i16; stride];
                let loss = quantize(query, limit as f32, codes.iter_mut(), |code| code as i16);
                Self::Wide { codes, loss }
            }
            Quantization::Offset => {
                let mut codes = vec![0i8; stride];
                let loss = quantize(query, 127.0, codes.iter_mut(), |code| code as i8);
                let sum = codes.iter().map(|code| i32::from(*code)).sum();
                Self::Narrow { codes, sum, loss }
            }
        }
    }

    /// `‖q − q̂‖`.
    pub(super) fn error(&self) -> f32 {
        match self {
            Self::Wide { loss, .. } | Self::Narrow { loss, .. } => loss.error,
        }
    }

    /// The rough similarity of each row (`stride` bytes of `codes`) in order.
    pub(super) fn scan(&self, codes: &[i8], losses: &[QuantError]) -> Vec<f32> {
        match self {
            Self::Wide { codes: query, loss } => codes
                .chunks_exact(query.len().max(1))
                .zip(losses)
                .map(|(row, row_loss)| dot::dot_i8_i16(row, query) as f32 * (row_loss.scale * loss.scale))
                .collect(),
            Self::Narrow { codes: query, sum, loss } => {
                let offset = i32::from(OFFSET) * sum;
                codes
                    .chunks_exact(query.len().max(1))
                    .zip(losses)
                    .map(|(row, row_loss)| {
                        (dot::dot_i8_u7(query, row) - offset) as f32 * (row_loss.scale * loss.scale)
                    })
                    .collect()
            }
        }
    }
}

/// Rounds each component to a whole multiple of the scale at which the largest becomes `limit`.
fn quantize<'a, T: 'a>(
    row: &[f32],
    limit: f32,
    out: impl Iterator<Item = &'a mut T>,
    write: impl Fn(f32) -> T,
) -> QuantError {
    let largest = row.iter().fold(0f32, |largest, x| largest.max(x.abs())).max(f32::MIN_POSITIVE);
    let (scale, per_unit) = (largest / limit, limit / largest);
    let mut lost = 0f64;
    for (x, slot) in row.iter().zip(out) {
        let code = (x * per_unit).round_ties_even().clamp(-limit, limit);
        *slot = write(code);
        let rest = f64::from(*x) - f64::from(code) * f64::from(scale);
        lost += rest * rest;
    }
    QuantError { scale, error: lost.sqrt() as f32 }
}
