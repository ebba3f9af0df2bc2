//! Hashing off the main thread.

use crate::types::{Sha256, sha256};
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// SHA-256 of `buffer`: by WebCrypto, which does not hold up the page; by our own code where a page has none
/// (plain http on another host).
pub async fn digest(buffer: &ArrayBuffer) -> Sha256 {
    let subtle = Reflect::get(&js_sys::global(), &"crypto".into())
        .and_then(|crypto| Reflect::get(&crypto, &"subtle".into()))
        .ok()
        .and_then(|subtle| subtle.dyn_into::<web_sys::SubtleCrypto>().ok());
    if let Some(promise) =
        subtle.and_then(|subtle| subtle.digest_with_str_and_buffer_source("SHA-256", buffer).ok())
        && let Ok(digest) = JsFuture::from(promise).await
        && let Ok(bytes) = <[u8; 32]>::try_from(Uint8Array::new(&digest).to_vec())
    {
        return Sha256(bytes);
    }
    sha256(&Uint8Array::new(buffer).to_vec())
}
