//! Hashing off the main thread.

use crate::types::Sha256;
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// SHA-256 of `buffer` by WebCrypto, which does not hold up the page; nothing where a page has none (plain http on
/// another host than this machine).
pub async fn digest(buffer: &ArrayBuffer) -> Option<Sha256> {
    let subtle = Reflect::get(&js_sys::global(), &"crypto".into())
        .and_then(|crypto| Reflect::get(&crypto, &"subtle".into()))
        .ok()
        .and_then(|subtle| subtle.dyn_into::<web_sys::SubtleCrypto>().ok());
    let promise = subtle?.digest_with_str_and_buffer_source("SHA-256", buffer).ok()?;
    let digest = JsFuture::from(promise).await.ok()?;
    <[u8; 32]>::try_from(Uint8Array::new(&digest).to_vec()).ok().map(Sha256)
}
