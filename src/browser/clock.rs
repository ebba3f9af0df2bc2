//! Time and turns.

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &js_sys::Function, millis: i32) -> JsValue;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Milliseconds since this page or worker started; monotonic.
pub fn now_millis() -> f64 {
    performance_now()
}

/// Milliseconds since 1970.
pub fn epoch_millis() -> u64 {
    js_sys::Date::now() as u64
}

/// Evenly from 0 to 1. Not for secrets.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// Comes back after `millis`. 0 lets messages and paints in between.
pub async fn sleep(millis: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, millis);
    });
    let _ = JsFuture::from(promise).await;
}

/// Lets messages that wait be handled before going on. A message to oneself comes back without the 4 ms that
/// browsers add to nested timers.
pub async fn yield_now() {
    let Ok(channel) = web_sys::MessageChannel::new() else { return sleep(0).await };
    let promise = js_sys::Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
    if channel.port2().post_message(&JsValue::NULL).is_ok() {
        let _ = JsFuture::from(promise).await;
    }
    channel.port1().close();
}
