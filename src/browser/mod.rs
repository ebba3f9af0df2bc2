//! The browser side of the edges: what the pure modules ask for (a store, bytes, time) made of web APIs.

pub mod channel;
pub mod chrome_model;
pub mod clock;
pub mod crypto;
pub mod fetch;
pub mod files;
/// Text to the clipboard, or into a file.
pub mod hand_over;
pub mod indexed_db;
pub mod lock;
pub mod network;
pub mod permission;
pub mod serve;
pub mod simd;
pub mod site;

/// The number in `text` as the browser reads it; nothing for what is none. Reading it ourselves would bring tables of powers of
/// ten to the page.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let value = wasm_bindgen::JsValue::from_str(text).unchecked_into_f64();
    (!text.is_empty() && value.is_finite()).then_some(value)
}
