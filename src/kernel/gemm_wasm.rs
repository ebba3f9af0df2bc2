//! WebAssembly SIMD: four lanes. Relaxed has 7-bit activations, plain simd128 has 16-bit ones.
//!
//! The relaxed dot product is defined alike on every machine as long as its second operand stays below 128
//! and stands second: weights first, activations second.

use super::isa::{Epilogue, Isa, Lanes};
use core::arch::wasm32::*;

/// Four floats; `FUSED` says whether multiply and add may be one instruction.
#[derive(Clone, Copy)]
pub(super) struct Lane4<const FUSED: bool>(v128);

// SAFETY: every method is one or a few simd128 instructions; `FUSED` is true in relaxed-simd builds only.
unsafe impl<const FUSED: bool> Lanes for Lane4<FUSED> {
    const N: usize = 4;
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's.
        Self(unsafe { v128_load(from.cast()) })
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's.
        unsafe { v128_store(to.cast(), self.0) }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        Self(f32x4_sub(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        Self(f32x4_div(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        #[cfg(target_feature = "relaxed-simd")]
        if FUSED {
            return Self(f32x4_relaxed_madd(self.0, factor.0, addend.0));
        }
        Self(f32x4_add(f32x4_mul(self.0, factor.0), addend.0))
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        Self(f32x4_pmin(self.0, other.0))
    }
    #[inline(always)]
    unsafe fn times_power(self, magic: Self) -> Self {
        Self(i32x4_add(self.0, i32x4_shl(magic.0, 23)))
    }
    #[inline(always)]
    unsafe fn put_bytes(self, to: *mut u32, _stride: usize) {
        let bytes = i8x16_shuffle::<0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12>(self.0, self.0);
        // SAFETY: the caller's.
        unsafe { v128_store32_lane::<0>(bytes, to) }
    }
    #[inline(always)]
    unsafe fn put_halves(self, to: *mut u32, stride: usize) {
        let halves = i8x16_shuffle::<0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13>(self.0, self.0);
        // SAFETY: the caller's.
        unsafe {
            v128_store32_lane::<0>(halves, to);
            v128_store32_lane::<1>(halves, to.add(stride));
        }
    }
}

/// Four rows × eight columns of 16-bit products.
pub(super) struct Simd128;
/// Four rows × eight columns of 7-bit dot products. Not more: LLVM keeps every row's activation word alive, and
/// V8 has 15 registers and takes one for each dot product; five or six rows spill and run at half the speed.
#[cfg(target_feature = "relaxed-simd")]
pub(super) struct Relaxed;

/// `$load` reads the weights of four columns from an address; `$dot` adds weights × activations to sums.
macro_rules! isa {
    ($name:ident, $fused:literal, $group:literal, $load:expr, $dot:expr) => {
        // SAFETY: simd128, and relaxed-simd where the name says so.
        unsafe impl Isa for $name {
            type F = Lane4<$fused>;
            const GROUP: usize = $group;
            const ROWS: usize = 4;
            const COLUMNS: usize = 8;
            #[inline(always)]
            unsafe fn tile<const R: usize>(
                activations: *const u32,
                weights: *const i8,
                _panel: usize,
                groups: usize,
                end: &Epilogue,
            ) {
                // SAFETY: the caller's sizes.
                unsafe {
                    let (load, dot) = ($load, $dot);
                    let mut sums = [[i32x4_splat(0); 2]; R];
                    for group in 0..groups {
                        let from = weights.add(group * 8 * $group);
                        let w: [v128; 2] = [load(from), load(from.add(4 * $group))];
                        for (row, sum) in sums.iter_mut().enumerate() {
                            let x = v128_load32_splat(activations.add(group * Self::ROWS + row));
                            *sum = [dot(sum[0], w[0], x), dot(sum[1], w[1], x)];
                        }
                    }
                    for (row, sum) in sums.into_iter().enumerate() {
                        Self::finish(row, 0, Lane4(f32x4_convert_i32x4(sum[0])), end);
                        Self::finish(row, 4, Lane4(f32x4_convert_i32x4(sum[1])), end);
                    }
                }
            }
        }
    };
}

isa!(Simd128, false, 2, |from: *const i8| i16x8_load_extend_i8x8(from), |sum, w, x| i32x4_add(
    sum,
    i32x4_dot_i16x8(x, w)
));
#[cfg(target_feature = "relaxed-simd")]
isa!(Relaxed, true, 4, |from: *const i8| v128_load(from.cast()), |sum, w, x| {
    i32x4_relaxed_dot_i8x16_i7x16_add(w, x, sum)
});
