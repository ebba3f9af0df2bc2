//! What the two WebAssembly twins of the 4-bit product share: a row of activations, and the end of a block.

use super::{Activations, BLOCK, PACKED, PANEL, Q4Matrix, Quant};
use core::arch::wasm32::*;

/// Panics unless every slice holds what the twins' pointers will reach.
pub(super) fn assert_sizes(weights: &Q4Matrix, activations: &Activations, out: &[f32]) {
    let blocks = weights.columns / BLOCK;
    let panels = weights.rows.div_ceil(PANEL);
    let tokens = activations.rows;
    assert!(
        weights.nibbles.len() == panels * blocks * PACKED
            && weights.scales.len() == panels * blocks * PANEL * 2
    );
    assert!(
        activations.quants.len() == tokens * weights.columns && activations.scales.len() == tokens * blocks
    );
    assert!(activations.sums.len() == tokens * blocks && out.len() == tokens * weights.rows);
}

/// One row of activations.
pub(super) struct Row {
    pub quants: *const Quant,
    pub scales: *const f32,
    pub sums: *const f32,
}

impl Row {
    /// Row `token` of `activations`.
    ///
    /// # Safety
    /// `activations` must have more than `token` rows, of whole blocks.
    #[inline(always)]
    pub(super) unsafe fn of(activations: &Activations, token: usize) -> Self {
        let blocks = activations.columns / BLOCK;
        // SAFETY: promised by the caller.
        unsafe {
            Self {
                quants: activations.quants.as_ptr().add(token * activations.columns),
                scales: activations.scales.as_ptr().add(token * blocks),
                sums: activations.sums.as_ptr().add(token * blocks),
            }
        }
    }
}

/// `total += dot·scale·a_scale + minimum·a_sum` for eight rows.
///
/// # Safety
/// `scales` must hold 16 values and `row` more than `block` blocks.
#[inline(always)]
pub(super) unsafe fn scale(
    scales: *const f32,
    row: &Row,
    block: usize,
    dot: &[v128; 2],
    total: &mut [v128; 2],
) {
    // SAFETY: promised by the caller.
    unsafe {
        let a_scale = v128_load32_splat(row.scales.add(block).cast());
        let a_sum = v128_load32_splat(row.sums.add(block).cast());
        for half in 0..2 {
            let scale = f32x4_mul(v128_load(scales.add(half * 4).cast()), a_scale);
            let minimum = v128_load(scales.add(PANEL + half * 4).cast());
            let dot = f32x4_convert_i32x4(dot[half]);
            #[cfg(target_feature = "relaxed-simd")]
            let sum = f32x4_relaxed_madd(minimum, a_sum, f32x4_relaxed_madd(dot, scale, total[half]));
            #[cfg(not(target_feature = "relaxed-simd"))]
            let sum = f32x4_add(total[half], f32x4_add(f32x4_mul(dot, scale), f32x4_mul(minimum, a_sum)));
            total[half] = sum;
        }
    }
}
