//! Text that leaves the page by a person's hand: to the clipboard, or as a file.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Puts text on the clipboard. Browsers refuse it on pages that were loaded over plain http.
pub async fn copy(text: &str) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    if !window.is_secure_context() {
        return Err(JsValue::UNDEFINED);
    }
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.map(drop)
}

/// Saves text as a file.
pub fn download(name: &str, text: &str) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::UNDEFINED)?;
    let parts = js_sys::Array::of1(&js_sys::JsString::from(text));
    let blob = web_sys::Blob::new_with_str_sequence(&parts)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    // The download has its own hold on the bytes.
    web_sys::Url::revoke_object_url(&url)
}
