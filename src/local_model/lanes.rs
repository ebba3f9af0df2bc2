//! Four `f32` at once: WebAssembly SIMD in the browser, an array that the compiler vectorises elsewhere.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod inner {
    use core::arch::wasm32::*;

    /// Four lanes.
    #[derive(Clone, Copy)]
    pub struct F4(v128);

    impl F4 {
        #[inline(always)]
        pub fn splat(x: f32) -> Self {
            Self(f32x4_splat(x))
        }
        /// # Safety
        /// Four values must be readable at `from`.
        #[inline(always)]
        pub unsafe fn load(from: *const f32) -> Self {
            // SAFETY: promised by the caller.
            Self(unsafe { v128_load(from.cast()) })
        }
        /// # Safety
        /// Four values must be writable at `to`.
        #[inline(always)]
        pub unsafe fn store(self, to: *mut f32) {
            // SAFETY: promised by the caller.
            unsafe { v128_store(to.cast(), self.0) }
        }
        #[inline(always)]
        pub fn add(self, o: Self) -> Self {
            Self(f32x4_add(self.0, o.0))
        }
        #[inline(always)]
        pub fn mul(self, o: Self) -> Self {
            Self(f32x4_mul(self.0, o.0))
        }
        #[inline(always)]
        pub fn div(self, o: Self) -> Self {
            Self(f32x4_div(self.0, o.0))
        }
        /// `self × a + b`, fused or not.
        #[inline(always)]
        pub fn mul_add(self, a: Self, b: Self) -> Self {
            #[cfg(target_feature = "relaxed-simd")]
            return Self(f32x4_relaxed_madd(self.0, a.0, b.0));
            #[cfg(not(target_feature = "relaxed-simd"))]
            Self(f32x4_add(f32x4_mul(self.0, a.0), b.0))
        }
        #[inline(always)]
        pub fn clamp(self, low: f32, high: f32) -> Self {
            Self(f32x4_pmin(f32x4_splat(high), f32x4_pmax(f32x4_splat(low), self.0)))
        }
        /// 2 to the power of each lane, which must be whole and within ±126.
        #[inline(always)]
        pub fn exp2_whole(self) -> Self {
            Self(i32x4_shl(i32x4_add(i32x4_trunc_sat_f32x4(self.0), i32x4_splat(127)), 23))
        }
        #[inline(always)]
        pub fn lanes(self) -> [f32; 4] {
            [
                f32x4_extract_lane::<0>(self.0),
                f32x4_extract_lane::<1>(self.0),
                f32x4_extract_lane::<2>(self.0),
                f32x4_extract_lane::<3>(self.0),
            ]
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod inner {
    /// Four lanes.
    #[derive(Clone, Copy)]
    pub struct F4([f32; 4]);

    impl F4 {
        #[inline(always)]
        pub fn splat(x: f32) -> Self {
            Self([x; 4])
        }
        /// # Safety
        /// Four values must be readable at `from`.
        #[inline(always)]
        pub unsafe fn load(from: *const f32) -> Self {
            // SAFETY: promised by the caller.
            Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
        }
        /// # Safety
        /// Four values must be writable at `to`.
        #[inline(always)]
        pub unsafe fn store(self, to: *mut f32) {
            // SAFETY: promised by the caller.
            unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
        }
        #[inline(always)]
        fn zip(self, o: Self, f: impl Fn(f32, f32) -> f32) -> Self {
            let ([a, b, c, d], [e, g, h, i]) = (self.0, o.0);
            Self([f(a, e), f(b, g), f(c, h), f(d, i)])
        }
        #[inline(always)]
        pub fn add(self, o: Self) -> Self {
            self.zip(o, |a, b| a + b)
        }
        #[inline(always)]
        pub fn mul(self, o: Self) -> Self {
            self.zip(o, |a, b| a * b)
        }
        #[inline(always)]
        pub fn div(self, o: Self) -> Self {
            self.zip(o, |a, b| a / b)
        }
        /// `self × a + b`, fused or not.
        #[inline(always)]
        pub fn mul_add(self, a: Self, b: Self) -> Self {
            self.mul(a).add(b)
        }
        #[inline(always)]
        pub fn clamp(self, low: f32, high: f32) -> Self {
            Self(self.0.map(|x| x.max(low).min(high)))
        }
        /// 2 to the power of each lane, which must be whole and within ±126.
        #[inline(always)]
        pub fn exp2_whole(self) -> Self {
            Self(self.0.map(|x| f32::from_bits(((x as i32 + 127) as u32) << 23)))
        }
        #[inline(always)]
        pub fn lanes(self) -> [f32; 4] {
            self.0
        }
    }
}

pub use inner::F4;

impl F4 {
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
        let x = self.clamp(-87.0, 87.0);
        // Adding and taking away 1.5 × 2^23 rounds to whole numbers.
        let whole = x
            .mul_add(Self::splat(std::f32::consts::LOG2_E), Self::splat(12_582_912.0))
            .add(Self::splat(-12_582_912.0));
        let r = whole.mul_add(Self::splat(-0.693_359_4), x);
        let r = whole.mul_add(Self::splat(2.121_944_4e-4), r);
        let mut p = Self::splat(1.987_569_1e-4);
        for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
            p = p.mul_add(r, Self::splat(c));
        }
        let y = p.mul(r).mul_add(r, r).add(Self::splat(1.0));
        y.mul(whole.exp2_whole())
    }
}
