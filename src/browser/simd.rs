//! Which of two builds of a worker this browser can run.

use js_sys::Uint8Array;

/// `(module (func (result v128) i32.const 0 i8x16.splat … i32x4.relaxed_dot_i8x16_i7x16_add_s))`: valid only where
/// relaxed SIMD is.
const RELAXED_PROBE: [u8; 40] = [
    0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, // magic, version 1
    0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, // type: () -> v128
    0x03, 0x02, 0x01, 0x00, // one function of that type
    0x0a, 0x13, 0x01, 0x11, 0x00, // code: one body of 17 bytes, no locals
    0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd, 0x0f, 0x41, 0x00, 0xfd,
    0x0f, // i32.const 0, i8x16.splat, three times
    0xfd, 0x93, 0x02, // i32x4.relaxed_dot_i8x16_i7x16_add_s
    0x0b, // end
];

/// The variant to load: `relaxed` or `simd`.
pub fn variant() -> &'static str {
    match js_sys::WebAssembly::validate(&Uint8Array::from(RELAXED_PROBE.as_slice())) {
        Ok(true) => "relaxed",
        _ => "simd",
    }
}
