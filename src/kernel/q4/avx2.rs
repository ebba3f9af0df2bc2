//! The AVX2 twin of the 4-bit product: eight rows in one register.

use super::{Activations, BLOCK, PACKED, PANEL, Q4Matrix, Scratch, unpack};
use core::arch::x86_64::*;

/// See [`Q4Matrix::multiply`]; shapes are checked there.
///
/// # Safety
/// The CPU must have AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn multiply(
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
            let mut total = _mm256_setzero_ps();
            let rows = quants
                .chunks_exact(BLOCK)
                .zip(a_scales.iter().zip(a_sums))
                .zip(scratch.bytes.chunks_exact(PACKED * 2).zip(scales.chunks_exact(PANEL * 2)));
            for ((quants, (a_scale, a_sum)), (bytes, scales)) in rows {
                let mut dot = _mm256_setzero_si256();
                for (four, group) in quants.chunks_exact(4).zip(bytes.chunks_exact(PANEL * 4)) {
                    // SAFETY: `four` has 4 bytes, `group` 32; the loads are unaligned ones.
                    let (a, w) = unsafe {
                        (
                            _mm256_set1_epi32(four.as_ptr().cast::<i32>().read_unaligned()),
                            _mm256_loadu_si256(group.as_ptr().cast()),
                        )
                    };
                    let pairs = _mm256_maddubs_epi16(w, a);
                    dot = _mm256_add_epi32(dot, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
                }
                // SAFETY: `scales` has 16 values.
                let (scale, minimum) = unsafe {
                    (_mm256_loadu_ps(scales.as_ptr()), _mm256_loadu_ps(scales.as_ptr().add(PANEL)))
                };
                let scale = _mm256_mul_ps(scale, _mm256_set1_ps(*a_scale));
                total = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dot), scale, total);
                total = _mm256_fmadd_ps(minimum, _mm256_set1_ps(*a_sum), total);
            }
            let mut totals = [0f32; PANEL];
            // SAFETY: `totals` has 8 values.
            unsafe { _mm256_storeu_ps(totals.as_mut_ptr(), total) };
            for (out, total) in out.iter_mut().skip(panel * PANEL).zip(totals) {
                *out = total;
            }
        }
    }
}
