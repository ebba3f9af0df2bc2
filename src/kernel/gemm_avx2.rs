//! AVX2 and AVX-VNNI: eight lanes, seven-bit activations.
//!
//! `vpmaddubsw` adds two products in 16 bits; 2 · 127 · 127 still fits, which is why activations have seven bits.

use super::isa::{Epilogue, Isa, Lanes};
use core::arch::x86_64::*;

/// Eight floats.
#[derive(Clone, Copy)]
pub(super) struct Eight(__m256);

// SAFETY: every method is one or a few AVX2 and FMA instructions.
unsafe impl Lanes for Eight {
    const N: usize = 8;
    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_loadu_ps(from)) }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's.
        unsafe { _mm256_storeu_ps(to, self.0) }
    }
    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_set1_ps(value)) }
    }
    #[inline(always)]
    unsafe fn add(self, other: Self) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_add_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn sub(self, other: Self) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_sub_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul(self, other: Self) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_mul_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn div(self, other: Self) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_div_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_fmadd_ps(self.0, factor.0, addend.0)) }
    }
    #[inline(always)]
    unsafe fn max(self, other: Self) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_max_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_min_ps(self.0, other.0)) }
    }
    #[inline(always)]
    unsafe fn times_power(self, magic: Self) -> Self {
        // SAFETY: the caller's.
        unsafe {
            let power = _mm256_slli_epi32::<23>(_mm256_castps_si256(magic.0));
            Self(_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(self.0), power)))
        }
    }
    #[inline(always)]
    unsafe fn put_bytes(self, to: *mut u32, stride: usize) {
        // SAFETY: the caller's.
        unsafe {
            let pick = _mm256_set1_epi32(0x0c08_0400);
            let bytes = _mm256_shuffle_epi8(_mm256_castps_si256(self.0), pick);
            to.write(_mm256_extract_epi32::<0>(bytes) as u32);
            to.add(stride).write(_mm256_extract_epi32::<4>(bytes) as u32);
        }
    }
    #[inline(always)]
    unsafe fn put_halves(self, _to: *mut u32, _stride: usize) {
        // No kernel on these registers has sixteen-bit activations.
    }
}

/// Four rows × sixteen columns with `vpmaddubsw`.
pub(super) struct Avx2;
/// Six rows × sixteen columns with `vpdpbusd`.
pub(super) struct Vnni;

macro_rules! isa {
    ($name:ident, $rows:literal, $dot:expr) => {
        // SAFETY: AVX2, and AVX-VNNI where the name says so.
        unsafe impl Isa for $name {
            type F = Eight;
            const GROUP: usize = 4;
            const ROWS: usize = $rows;
            const COLUMNS: usize = 16;
            #[inline(always)]
            unsafe fn tile<const R: usize>(
                activations: *const u32,
                weights: *const i8,
                panel: usize,
                groups: usize,
                end: &Epilogue,
            ) {
                // SAFETY: the caller's sizes.
                unsafe {
                    let dot = $dot;
                    let mut sums = [[_mm256_setzero_si256(); 2]; R];
                    for group in 0..groups {
                        let from = weights.add(group * 32).cast::<__m256i>();
                        let w = [_mm256_loadu_si256(from), _mm256_loadu_si256(from.byte_add(panel))];
                        for (row, sum) in sums.iter_mut().enumerate() {
                            let x = _mm256_set1_epi32(*activations.add(group * $rows + row) as i32);
                            *sum = [dot(sum[0], x, w[0]), dot(sum[1], x, w[1])];
                        }
                    }
                    for (row, sum) in sums.into_iter().enumerate() {
                        Self::finish(row, 0, Eight(_mm256_cvtepi32_ps(sum[0])), end);
                        Self::finish(row, 8, Eight(_mm256_cvtepi32_ps(sum[1])), end);
                    }
                }
            }
        }
    };
}

isa!(Avx2, 4, |sum, x, w| {
    _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(x, w), _mm256_set1_epi16(1)))
});
isa!(Vnni, 6, |sum, x, w| _mm256_dpbusd_avx_epi32(sum, x, w));
