//! Integer and float kernels with SIMD and scalar twins.
//!
//! A [`Kernel`] is one way to do the work: which integer dot product, on which activations, on which registers.
//! The operations are written once, over the trait `isa::Isa`, and compiled for each.
//! Twins with the same activations agree exactly on integers; floats may differ in the last places, because
//! some machines fuse multiply and add. A kernel that this machine cannot run cannot be named.

mod bytes;
pub mod dot;
mod gemm;
#[cfg(target_arch = "x86_64")]
mod gemm_avx2;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod gemm_wasm;
mod isa;
mod lanes;
mod math;
mod math_attention;
pub mod q4;

pub use bytes::{f32s_from_le_bytes, f32s_to_le_bytes};
pub use gemm::{Activations, Layout, Packed, multiply};
pub use lanes::F4;
pub use math::{gelu_quantise, norm, quantise};
pub use math_attention::{AttentionScratch, Heads, attend};

/// Which instructions do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Which);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Plain7,
    Plain16,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Vnni,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
    Relaxed,
}

impl Kernel {
    /// The fastest that this machine (host) or this build (wasm) has.
    pub fn best() -> Self {
        Self::available().last().copied().unwrap_or(Self(Which::Plain7))
    }

    /// All that can run here, slowest first.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "some targets have the plain ones only")]
        let mut all = vec![Self(Which::Plain16), Self(Which::Plain7)];
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            all.push(Self(Which::Avx2));
            if std::arch::is_x86_feature_detected!("avxvnni") {
                all.push(Self(Which::Vnni));
            }
        }
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        all.push(Self(Which::Simd128));
        #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
        all.push(Self(Which::Relaxed));
        all
    }

    /// For people and reports.
    pub fn name(self) -> &'static str {
        match self.0 {
            Which::Plain7 => "scalar, 7-bit activations",
            Which::Plain16 => "scalar, 16-bit activations",
            #[cfg(target_arch = "x86_64")]
            Which::Avx2 => "AVX2, 7-bit activations",
            #[cfg(target_arch = "x86_64")]
            Which::Vnni => "AVX-VNNI, 7-bit activations",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Which::Simd128 => "simd128, 16-bit activations",
            #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
            Which::Relaxed => "relaxed-simd, 7-bit activations",
        }
    }

    /// Bits of an activation: kernels of equal width give nearly equal vectors (cosine > .9999).
    pub fn activation_bits(self) -> u32 {
        match self.0 {
            Which::Plain16 => 16,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Which::Simd128 => 16,
            _ => 7,
        }
    }

    /// Inputs that one multiply-and-add step takes: 4 bytes hold this many activations.
    fn group(self) -> usize {
        if self.activation_bits() == 16 { 2 } else { 4 }
    }
}

/// Defines a safe function that runs a generic one with the instructions the kernel names.
macro_rules! dispatch {
    ($(#[$doc:meta])* $vis:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) = $generic:path) => {
        $(#[$doc])*
        $vis fn $name(kernel: $crate::kernel::Kernel, $($arg: $type),*) {
            use $crate::kernel::{Which, isa};
            use $generic as generic;
            // SAFETY: a `Kernel` exists only where its instructions do (`Kernel::available`).
            unsafe {
                match kernel.0 {
                    Which::Plain7 => generic::<isa::Plain7>($($arg),*),
                    Which::Plain16 => generic::<isa::Plain16>($($arg),*),
                    #[cfg(target_arch = "x86_64")]
                    Which::Avx2 => {
                        #[target_feature(enable = "avx2,fma")]
                        unsafe fn run($($arg: $type),*) {
                            // SAFETY: the caller's.
                            unsafe { generic::<$crate::kernel::gemm_avx2::Avx2>($($arg),*) }
                        }
                        run($($arg),*)
                    }
                    #[cfg(target_arch = "x86_64")]
                    Which::Vnni => {
                        #[target_feature(enable = "avx2,fma,avxvnni")]
                        unsafe fn run($($arg: $type),*) {
                            // SAFETY: the caller's.
                            unsafe { generic::<$crate::kernel::gemm_avx2::Vnni>($($arg),*) }
                        }
                        run($($arg),*)
                    }
                    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                    Which::Simd128 => generic::<$crate::kernel::gemm_wasm::Simd128>($($arg),*),
                    #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
                    Which::Relaxed => generic::<$crate::kernel::gemm_wasm::Relaxed>($($arg),*),
                }
            }
        }
    };
}
use dispatch;
