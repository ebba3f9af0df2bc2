//! The plain WebAssembly SIMD twin of the 4-bit product: 16-bit lanes, eight multiplications an instruction.

use super::wasm::{Row, assert_sizes, scale};
use super::{Activations, BLOCK, PANEL, Q4Matrix, Scratch};
use core::arch::wasm32::*;

/// Unpacked 16-bit weights of one block of one panel.
const WORDS: usize = BLOCK * PANEL;

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
    scratch.words.resize(blocks * WORDS, 0);
    for (panel, (packed, scales)) in weights.panels() {
        unpack(packed, &mut scratch.words);
        let first = panel * PANEL;
        for token in (0..tokens).step_by(2) {
            let other = (token + 1).min(tokens - 1);
            // SAFETY: `token` and `other` are below `tokens`; the slices hold `blocks` blocks a row, as asserted.
            let sums = unsafe {
                let row = |t: usize| Row::of(activations, t);
                two(scratch.words.as_ptr(), scales.as_ptr(), blocks, &row(token), &row(other))
            };
            let mut totals = [0f32; PANEL * 2];
            for (four, sum) in totals.chunks_exact_mut(4).zip(sums) {
                // SAFETY: `four` has 16 bytes.
                unsafe { v128_store(four.as_mut_ptr().cast(), sum) };
            }
            let (of_token, of_other) = totals.split_at(PANEL);
            for (t, totals) in [(token, of_token), (other, of_other)] {
                // An odd last token is computed twice and its one result written twice.
                let end = (first + PANEL).min(weights.rows);
                let slots = out.iter_mut().skip(t * weights.rows + first).take(end - first);
                slots.zip(totals).for_each(|(out, total)| *out = *total);
            }
        }
    }
}

/// Nibbles to 16-bit lanes, in the order `[two columns][row][column]`.
fn unpack(packed: &[u8], words: &mut [i16]) {
    let mask = u8x16_splat(15);
    for (packed, words) in packed.chunks_exact(16).zip(words.chunks_exact_mut(32)) {
        // SAFETY: `packed` has 16 bytes, `words` 64.
        unsafe {
            let bytes = v128_load(packed.as_ptr().cast());
            let to: *mut v128 = words.as_mut_ptr().cast();
            for (half, nibbles) in [v128_and(bytes, mask), u8x16_shr(bytes, 4)].into_iter().enumerate() {
                // Four rows of four columns → the first two columns of the four rows, then the other two.
                let n =
                    i8x16_shuffle::<0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15>(nibbles, nibbles);
                v128_store(to.add(half), u16x8_extend_low_u8x16(n));
                v128_store(to.add(half + 2), u16x8_extend_high_u8x16(n));
            }
        }
    }
}

/// Two tokens times one panel.
///
/// # Safety
/// The pointers must hold `blocks` blocks.
#[inline(always)]
unsafe fn two(words: *const i16, scales: *const f32, blocks: usize, a: &Row, b: &Row) -> [v128; 4] {
    let (mut total_a, mut total_b) = ([f32x4_splat(0.0); 2], [f32x4_splat(0.0); 2]);
    for block in 0..blocks {
        let (mut dot_a, mut dot_b) = ([i32x4_splat(0); 2], [i32x4_splat(0); 2]);
        // SAFETY: `block < blocks`.
        unsafe {
            for pair in 0..16 {
                let low = v128_load(words.add(block * WORDS + pair * 16).cast());
                let high = v128_load(words.add(block * WORDS + pair * 16 + 8).cast());
                let x = v128_load32_splat(a.quants.add(block * BLOCK + pair * 2).cast());
                let y = v128_load32_splat(b.quants.add(block * BLOCK + pair * 2).cast());
                dot_a[0] = i32x4_add(dot_a[0], i32x4_dot_i16x8(x, low));
                dot_a[1] = i32x4_add(dot_a[1], i32x4_dot_i16x8(x, high));
                dot_b[0] = i32x4_add(dot_b[0], i32x4_dot_i16x8(y, low));
                dot_b[1] = i32x4_add(dot_b[1], i32x4_dot_i16x8(y, high));
            }
            scale(scales.add(block * PANEL * 2), a, block, &dot_a, &mut total_a);
            scale(scales.add(block * PANEL * 2), b, block, &dot_b, &mut total_b);
        }
    }
    [total_a[0], total_a[1], total_b[0], total_b[1]]
}
