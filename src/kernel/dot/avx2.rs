//! The scalar sums compiled a second time for processors with AVX2 (found at run time); `None` where it is missing.
//! FMA is left off on purpose: it would round differently from wasm.

use super::scalar;
use std::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm256_add_epi32, _mm256_cvtepi8_epi16, _mm256_loadu_si256,
    _mm256_madd_epi16, _mm256_setzero_si256, _mm256_storeu_si256,
};

macro_rules! compiled_for_avx2 {
    ($name:ident, $a:ty, $b:ty => $out:ty) => {
        /// See the function of the same name in the parent module.
        #[inline(always)]
        pub fn $name(a: &[$a], b: &[$b]) -> Option<$out> {
            #[target_feature(enable = "avx2")]
            fn with_avx2(a: &[$a], b: &[$b]) -> $out {
                scalar::$name(a, b)
            }
            // SAFETY: the processor has just been asked.
            is_x86_feature_detected!("avx2").then(|| unsafe { with_avx2(a, b) })
        }
    };
}

compiled_for_avx2!(dot_f32, f32, f32 => f32);
compiled_for_avx2!(dot_i8, i8, i8 => i32);
compiled_for_avx2!(dot_i8_u7, i8, i8 => i32);

/// See the function of the same name in the parent module.
#[inline(always)]
pub fn dot_i8_i16(a: &[i8], b: &[i16]) -> Option<i32> {
    // SAFETY: the processor has just been asked.
    is_x86_feature_detected!("avx2").then(|| unsafe { madd(a, b) })
}

#[target_feature(enable = "avx2")]
fn madd(a: &[i8], b: &[i16]) -> i32 {
    let n = a.len().min(b.len());
    let (a, b) = (a.get(..n).unwrap_or(a), b.get(..n).unwrap_or(b));
    let mut sum = _mm256_setzero_si256();
    for (x, y) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        // SAFETY: `x` is 16 bytes and `y` 32 bytes long; the loads need no alignment.
        let (x, y) = unsafe {
            (_mm_loadu_si128(x.as_ptr().cast::<__m128i>()), _mm256_loadu_si256(y.as_ptr().cast::<__m256i>()))
        };
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_cvtepi8_epi16(x), y));
    }
    let mut lanes = [0i32; 8];
    // SAFETY: `lanes` is 32 bytes long; the store needs no alignment.
    unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast::<__m256i>(), sum) };
    let body = lanes.into_iter().fold(0i32, i32::wrapping_add);
    let tail = scalar::dot_i8_i16(a.chunks_exact(16).remainder(), b.chunks_exact(16).remainder());
    body.wrapping_add(tail)
}
