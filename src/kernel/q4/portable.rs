//! The portable twin of the 4-bit product: plain loops, the reference for the others.

use super::{Activations, BLOCK, PACKED, PANEL, Q4Matrix, Scratch, unpack};

/// See [`Q4Matrix::multiply`]; shapes are checked there.
pub(super) fn multiply(
    weights: &Q4Matrix,
    activations: &Activations,
    scratch: &mut Scratch,
    out: &mut [f32],
) {
    let blocks = weights.columns / BLOCK;
    scratch.bytes.resize(blocks * PACKED * 2, 0);
    for (panel, (packed, scales)) in weights.panels() {
        unpack(packed, &mut scratch.bytes);
        for ((quants, (a_scales, a_sums)), out) in
            activations.tokens().zip(out.chunks_exact_mut(weights.rows))
        {
            let mut totals = [0f32; PANEL];
            let rows = quants
                .chunks_exact(BLOCK)
                .zip(a_scales.iter().zip(a_sums))
                .zip(scratch.bytes.chunks_exact(PACKED * 2).zip(scales.chunks_exact(PANEL * 2)));
            for ((quants, (a_scale, a_sum)), (bytes, scales)) in rows {
                let dots = dots(quants, bytes);
                let (scales, minimums) = scales.split_at(PANEL);
                for ((total, dot), (scale, minimum)) in
                    totals.iter_mut().zip(dots).zip(scales.iter().zip(minimums))
                {
                    *total += dot as f32 * (scale * a_scale) + minimum * a_sum;
                }
            }
            for (out, total) in out.iter_mut().skip(panel * PANEL).zip(totals) {
                *out = total;
            }
        }
    }
}

/// The eight integer dot products of one block.
fn dots(quants: &[super::Quant], bytes: &[u8]) -> [i32; PANEL] {
    let mut dots = [0i32; PANEL];
    for (four, group) in quants.chunks_exact(4).zip(bytes.chunks_exact(PANEL * 4)) {
        for (dot, row) in dots.iter_mut().zip(group.chunks_exact(4)) {
            *dot += four.iter().zip(row).map(|(a, w)| i32::from(*a) * i32::from(*w)).sum::<i32>();
        }
    }
    dots
}
