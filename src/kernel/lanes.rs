//! Four `f32` at once, safe to use anywhere: the lanes of this build (`isa::Lanes`) that need no detection.

use super::isa::Lanes;
use super::math::MAGIC;
use std::ops::{Add, Div, Mul};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
type Native = super::gemm_wasm::Lane4<{ cfg!(target_feature = "relaxed-simd") }>;
/// An array that the compiler vectorises.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
type Native = super::isa::Four;

/// Four lanes.
#[derive(Clone, Copy)]
pub struct F4(Native);

// SAFETY, of all methods: `Native` has the instructions of the build only, so wherever this code runs they are there.
impl F4 {
    /// `x` in every lane.
    #[inline(always)]
    pub fn splat(x: f32) -> Self {
        // SAFETY: above.
        Self(unsafe { Native::splat(x) })
    }

    /// The four values at `from`.
    ///
    /// # Safety
    /// Four values must be readable at `from`.
    #[inline(always)]
    pub unsafe fn load(from: *const f32) -> Self {
        // SAFETY: promised by the caller.
        Self(unsafe { Native::load(from) })
    }

    /// Writes the four values to `to`.
    ///
    /// # Safety
    /// Four values must be writable at `to`.
    #[inline(always)]
    pub unsafe fn store(self, to: *mut f32) {
        // SAFETY: promised by the caller.
        unsafe { self.0.store(to) }
    }

    /// `self × a + b`, fused or not.
    #[inline(always)]
    pub fn mul_add(self, a: Self, b: Self) -> Self {
        // SAFETY: above.
        Self(unsafe { self.0.mul_add(a.0, b.0) })
    }

    /// The values.
    #[inline(always)]
    pub fn lanes(self) -> [f32; 4] {
        let mut lanes = [0.0; 4];
        // SAFETY: `lanes` has four values.
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes
    }

    /// The sum of the lanes.
    #[inline(always)]
    pub fn sum(self) -> f32 {
        let [a, b, c, d] = self.lanes();
        (a + c) + (b + d)
    }

    /// `e` to the power of each lane, relative error below 2e-7 (Cephes' `expf` polynomial); arguments are kept
    /// within ±87.
    #[inline(always)]
    pub fn exp(self) -> Self {
        // SAFETY: above.
        let x = Self(unsafe { Native::splat(87.0).min(Native::splat(-87.0).max(self.0)) });
        // Adding and taking away 1.5 × 2^23 rounds to whole numbers.
        let magic = x.mul_add(Self::splat(std::f32::consts::LOG2_E), Self::splat(MAGIC));
        let whole = magic + Self::splat(-MAGIC);
        let r = whole.mul_add(Self::splat(-0.693_359_4), x);
        let r = whole.mul_add(Self::splat(2.121_944_4e-4), r);
        let mut p = Self::splat(1.987_569_1e-4);
        for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
            p = p.mul_add(r, Self::splat(c));
        }
        let y = (p * r).mul_add(r, r) + Self::splat(1.0);
        // Exact: `y` is within √½ and √2, and the result no smaller than the smallest normal number.
        // SAFETY: above.
        Self(unsafe { y.0.times_power(magic.0) })
    }
}

macro_rules! operator {
    ($operator:ident, $method:ident) => {
        impl $operator for F4 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: as for the methods.
                Self(unsafe { Lanes::$method(self.0, other.0) })
            }
        }
    };
}
operator!(Add, add);
operator!(Mul, mul);
operator!(Div, div);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_near_the_exact_one() {
        for at in -9_000..=9_000_i32 {
            let x = at as f32 / 100.0;
            let expected = f64::from(x.clamp(-87.0, 87.0)).exp();
            let [found, ..] = F4::splat(x).exp().lanes();
            let error = (f64::from(found) - expected).abs() / expected;
            assert!(error < 2e-7, "{x}: {found}, not {expected}");
        }
    }
}
