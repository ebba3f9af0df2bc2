//! The twins for simd128, and for relaxed-simd where the build has it.

use super::scalar;
use core::arch::wasm32::*;

/// Loads sixteen bytes of any element type.
///
/// # Safety
/// `from..from + 16 bytes` must lie inside one allocation. No alignment is needed.
#[inline(always)]
unsafe fn load<T>(from: *const T) -> v128 {
    // SAFETY: promised by the caller.
    unsafe { v128_load(from.cast::<v128>()) }
}

#[inline(always)]
fn sum_i32(v: v128) -> i32 {
    i32x4_extract_lane::<0>(v)
        .wrapping_add(i32x4_extract_lane::<1>(v))
        .wrapping_add(i32x4_extract_lane::<2>(v))
        .wrapping_add(i32x4_extract_lane::<3>(v))
}

/// See the function of the same name in the parent module.
#[inline(always)]
pub fn dot_f32(a: &[f32], b: &[f32]) -> f32 {
    let n = a.len().min(b.len());
    let (a, b) = (a.get(..n).unwrap_or(a), b.get(..n).unwrap_or(b));
    let (mut s0, mut s1, mut s2, mut s3) =
        (f32x4_splat(0.0), f32x4_splat(0.0), f32x4_splat(0.0), f32x4_splat(0.0));
    for (x, y) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        let (x, y) = (x.as_ptr(), y.as_ptr());
        // SAFETY: `x` and `y` each point at 16 floats.
        unsafe {
            s0 = f32x4_add(s0, f32x4_mul(load(x), load(y)));
            s1 = f32x4_add(s1, f32x4_mul(load(x.add(4)), load(y.add(4))));
            s2 = f32x4_add(s2, f32x4_mul(load(x.add(8)), load(y.add(8))));
            s3 = f32x4_add(s3, f32x4_mul(load(x.add(12)), load(y.add(12))));
        }
    }
    let quad = f32x4_add(f32x4_add(s0, s1), f32x4_add(s2, s3));
    let sum = (f32x4_extract_lane::<0>(quad) + f32x4_extract_lane::<1>(quad))
        + (f32x4_extract_lane::<2>(quad) + f32x4_extract_lane::<3>(quad));
    scalar::tail_f32(sum, a, b)
}

/// See the function of the same name in the parent module.
#[inline(always)]
pub fn dot_i8(a: &[i8], b: &[i8]) -> i32 {
    let n = a.len().min(b.len());
    let (a, b) = (a.get(..n).unwrap_or(a), b.get(..n).unwrap_or(b));
    let (mut s0, mut s1) = (i32x4_splat(0), i32x4_splat(0));
    for (x, y) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        let (x, y) = (x.as_ptr(), y.as_ptr());
        // SAFETY: `x` and `y` each point at 16 bytes.
        unsafe {
            s0 = i32x4_add(s0, i32x4_dot_i16x8(i16x8_load_extend_i8x8(x), i16x8_load_extend_i8x8(y)));
            s1 = i32x4_add(
                s1,
                i32x4_dot_i16x8(i16x8_load_extend_i8x8(x.add(8)), i16x8_load_extend_i8x8(y.add(8))),
            );
        }
    }
    let tail = scalar::dot_i8(a.chunks_exact(16).remainder(), b.chunks_exact(16).remainder());
    sum_i32(i32x4_add(s0, s1)).wrapping_add(tail)
}

/// See the function of the same name in the parent module.
#[inline(always)]
pub fn dot_i8_i16(a: &[i8], b: &[i16]) -> i32 {
    let n = a.len().min(b.len());
    let (a, b) = (a.get(..n).unwrap_or(a), b.get(..n).unwrap_or(b));
    let (mut s0, mut s1, mut s2, mut s3) = (i32x4_splat(0), i32x4_splat(0), i32x4_splat(0), i32x4_splat(0));
    for (x, y) in a.chunks_exact(32).zip(b.chunks_exact(32)) {
        let (x, y) = (x.as_ptr(), y.as_ptr());
        // SAFETY: `x` points at 32 bytes, `y` at 32 16-bit numbers.
        unsafe {
            s0 = i32x4_add(s0, i32x4_dot_i16x8(i16x8_load_extend_i8x8(x), load(y)));
            s1 = i32x4_add(s1, i32x4_dot_i16x8(i16x8_load_extend_i8x8(x.add(8)), load(y.add(8))));
            s2 = i32x4_add(s2, i32x4_dot_i16x8(i16x8_load_extend_i8x8(x.add(16)), load(y.add(16))));
            s3 = i32x4_add(s3, i32x4_dot_i16x8(i16x8_load_extend_i8x8(x.add(24)), load(y.add(24))));
        }
    }
    let tail = scalar::dot_i8_i16(a.chunks_exact(32).remainder(), b.chunks_exact(32).remainder());
    sum_i32(i32x4_add(i32x4_add(s0, s1), i32x4_add(s2, s3))).wrapping_add(tail)
}

/// See the function of the same name in the parent module.
#[cfg(not(target_feature = "relaxed-simd"))]
#[inline(always)]
pub fn dot_i8_u7(a: &[i8], b: &[i8]) -> i32 {
    dot_i8(a, b)
}

/// See the function of the same name in the parent module.
///
/// The instruction adds pairs of products in 16 bits: `2 · 128 · 127 = 32512` fits, so nothing saturates.
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
pub fn dot_i8_u7(a: &[i8], b: &[i8]) -> i32 {
    let n = a.len().min(b.len());
    let (a, b) = (a.get(..n).unwrap_or(a), b.get(..n).unwrap_or(b));
    let (mut s0, mut s1, mut s2, mut s3) = (i32x4_splat(0), i32x4_splat(0), i32x4_splat(0), i32x4_splat(0));
    for (x, y) in a.chunks_exact(64).zip(b.chunks_exact(64)) {
        let (x, y) = (x.as_ptr(), y.as_ptr());
        // SAFETY: `x` and `y` each point at 64 bytes.
        unsafe {
            s0 = i32x4_relaxed_dot_i8x16_i7x16_add(load(x), load(y), s0);
            s1 = i32x4_relaxed_dot_i8x16_i7x16_add(load(x.add(16)), load(y.add(16)), s1);
            s2 = i32x4_relaxed_dot_i8x16_i7x16_add(load(x.add(32)), load(y.add(32)), s2);
            s3 = i32x4_relaxed_dot_i8x16_i7x16_add(load(x.add(48)), load(y.add(48)), s3);
        }
    }
    let tail = scalar::dot_i8(a.chunks_exact(64).remainder(), b.chunks_exact(64).remainder());
    sum_i32(i32x4_add(i32x4_add(s0, s1), i32x4_add(s2, s3))).wrapping_add(tail)
}
