//! The relaxed-SIMD twin of the 4-bit product: sixteen multiplications an instruction.

use super::wasm::{Row, assert_sizes, scale};
use super::{Activations, BLOCK, PACKED, PANEL, Q4Matrix, Scratch, unpack};
use core::arch::wasm32::*;

/// See [`Q4Matrix::multiply`]; shapes are checked there.
pub(super) fn multiply(
    weights: &Q4Matrix,
    activations: &Activations,
    scratch: &mut Scratch,
    out: &mut [f32],
) {
    let blocks = weights.columns / BLOCK;
    let tokens = activations.rows;
    assert_sizes(weights, activations, out);
    scratch.bytes.resize(blocks * PACKED * 2, 0);
    for (panel, (packed, scales)) in weights.panels() {
        let (first, full) = (panel * PANEL, (panel + 1) * PANEL <= weights.rows);
        if tokens > 1 {
            unpack(packed, &mut scratch.bytes);
        }
        let mut token = 0;
        while token < tokens {
            // SAFETY: every pointer below stays inside the slices whose lengths were asserted: `token` (and `token + 1`
            // where two rows are taken) is below `tokens`, and `packed`, `scales`, `scratch.bytes` hold `blocks` blocks.
            unsafe {
                let row = |t: usize| Row::of(activations, t);
                let mut put = |t: usize, low: v128, high: v128| {
                    let mut totals = [0f32; PANEL];
                    let to = if full {
                        out.as_mut_ptr().add(t * weights.rows + first)
                    } else {
                        totals.as_mut_ptr()
                    };
                    v128_store(to.cast(), low);
                    v128_store(to.add(4).cast(), high);
                    if !full {
                        for (out, total) in out
                            .iter_mut()
                            .skip(t * weights.rows + first)
                            .zip(totals)
                            .take(weights.rows - first)
                        {
                            *out = total;
                        }
                    }
                };
                if tokens == 1 {
                    let [low, high] = one_packed(packed.as_ptr(), scales.as_ptr(), blocks, &row(0));
                    put(0, low, high);
                    token += 1;
                } else if token + 1 < tokens {
                    let sums =
                        two(scratch.bytes.as_ptr(), scales.as_ptr(), blocks, &row(token), &row(token + 1));
                    put(token, sums[0], sums[1]);
                    put(token + 1, sums[2], sums[3]);
                    token += 2;
                } else {
                    let sums = two(scratch.bytes.as_ptr(), scales.as_ptr(), blocks, &row(token), &row(token));
                    put(token, sums[0], sums[1]);
                    token += 1;
                }
            }
        }
    }
}

/// One token with the weights still packed: what generation does.
///
/// # Safety
/// The pointers must hold `blocks` blocks.
#[inline(always)]
unsafe fn one_packed(packed: *const u8, scales: *const f32, blocks: usize, row: &Row) -> [v128; 2] {
    let mask = u8x16_splat(15);
    let mut total = [f32x4_splat(0.0); 2];
    for block in 0..blocks {
        let mut dot = [i32x4_splat(0); 2];
        // SAFETY: `block < blocks`.
        unsafe {
            for group in 0..8 {
                let bytes = v128_load(packed.add(block * PACKED + group * 16).cast());
                let x = v128_load32_splat(row.quants.add(block * BLOCK + group * 4).cast());
                let high = v128_and(u16x8_shr(bytes, 4), mask);
                dot[0] = i32x4_relaxed_dot_i8x16_i7x16_add(x, v128_and(bytes, mask), dot[0]);
                dot[1] = i32x4_relaxed_dot_i8x16_i7x16_add(x, high, dot[1]);
            }
            scale(scales.add(block * PANEL * 2), row, block, &dot, &mut total);
        }
    }
    total
}

/// Two tokens with the weights unpacked: what reading the prompt does. Four integer and four float sums, two weights
/// and two activations fit the sixteen registers of x86.
///
/// # Safety
/// The pointers must hold `blocks` blocks.
#[inline(always)]
unsafe fn two(bytes: *const u8, scales: *const f32, blocks: usize, a: &Row, b: &Row) -> [v128; 4] {
    let (mut total_a, mut total_b) = ([f32x4_splat(0.0); 2], [f32x4_splat(0.0); 2]);
    for block in 0..blocks {
        let (mut dot_a, mut dot_b) = ([i32x4_splat(0); 2], [i32x4_splat(0); 2]);
        // SAFETY: `block < blocks`.
        unsafe {
            for group in 0..8 {
                let low = v128_load(bytes.add(block * PACKED * 2 + group * 32).cast());
                let high = v128_load(bytes.add(block * PACKED * 2 + group * 32 + 16).cast());
                let x = v128_load32_splat(a.quants.add(block * BLOCK + group * 4).cast());
                let y = v128_load32_splat(b.quants.add(block * BLOCK + group * 4).cast());
                dot_a[0] = i32x4_relaxed_dot_i8x16_i7x16_add(x, low, dot_a[0]);
                dot_a[1] = i32x4_relaxed_dot_i8x16_i7x16_add(x, high, dot_a[1]);
                dot_b[0] = i32x4_relaxed_dot_i8x16_i7x16_add(y, low, dot_b[0]);
                dot_b[1] = i32x4_relaxed_dot_i8x16_i7x16_add(y, high, dot_b[1]);
            }
            scale(scales.add(block * PANEL * 2), a, block, &dot_a, &mut total_a);
            scale(scales.add(block * PANEL * 2), b, block, &dot_b, &mut total_b);
        }
    }
    [total_a[0], total_a[1], total_b[0], total_b[1]]
}
