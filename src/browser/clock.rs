//! Time and turns.

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
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

/// The date there and then where the person is, as `YYYY-MM-DD`.
pub fn local_date(epoch_millis: u64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(epoch_millis as f64));
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// Evenly from 0 to 1. Not for secrets.
pub fn random() -> f64 {
    js_sys::Math::random()
}

/// Comes back after `millis`; its timer is cleared when the future is dropped. 0 lets messages and paints in between.
pub async fn sleep(millis: i32) {
    TimeoutFuture::new(millis.max(0).unsigned_abs()).await;
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
