//! Two vectors → their dot product.
//!
//! One definition, several instruction sets: `scalar` is the meaning, `wasm` (simd128, relaxed-simd) and `avx2`
//! are its twins and are chosen here. Every twin gives the same bits. The integer sums are exact; the float sum
//! always adds up the same sixteen lanes in the same order and never fuses multiply and add, so that a ranking
//! (and with it the evidence's hash) does not depend on the machine.
//!
//! Slices of different length are multiplied up to the shorter one.

#[cfg(target_arch = "x86_64")]
pub mod avx2;
pub mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub mod wasm;

/// Whether this build can multiply signed by 7-bit unsigned bytes in one instruction
/// (`i32x4.relaxed_dot_i8x16_i7x16_add_s` of the relaxed SIMD proposal).
pub const HAS_RELAXED_DOT: bool =
    cfg!(all(target_arch = "wasm32", target_feature = "simd128", target_feature = "relaxed-simd"));

macro_rules! dispatch {
    ($(#[$doc:meta])* $name:ident, $a:ty, $b:ty => $out:ty) => {
        $(#[$doc])*
        #[inline(always)]
        pub fn $name(a: &[$a], b: &[$b]) -> $out {
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            {
                wasm::$name(a, b)
            }
            #[cfg(target_arch = "x86_64")]
            {
                avx2::$name(a, b).unwrap_or_else(|| scalar::$name(a, b))
            }
            #[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
            {
                scalar::$name(a, b)
            }
        }
    };
}

dispatch!(
    /// `Σ a·b`.
    dot_f32, f32, f32 => f32
);
dispatch!(
    /// `Σ a·b` of signed bytes; exact below 131,072 elements.
    dot_i8, i8, i8 => i32
);
dispatch!(
    /// `Σ a·b` of signed bytes with 16-bit numbers; exact while `Σ|a·b| < 2³¹`, otherwise it wraps.
    dot_i8_i16, i8, i16 => i32
);
dispatch!(
    /// `Σ a·b` of signed bytes with bytes in `0..=127`; exact below 131,072 elements. With relaxed-simd a
    /// negative `b` would mean different things on different processors: the caller must not pass one.
    dot_i8_u7, i8, i8 => i32
);
