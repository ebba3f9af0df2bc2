//! Web Locks: at most one tab or worker of this origin holds a lock.

use futures_channel::oneshot;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, callback: &JsValue) -> Result<Promise, JsValue>;
}

/// A lock; dropping it lets the next one in.
pub struct Lock(Option<Function>);

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = self.0.take() {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Waits for the lock of that name (`site::name`). Where the browser has no locks, there is nobody to wait for.
pub async fn acquire(name: &str) -> Lock {
    let (granted, lock) = oneshot::channel();
    let callback = Closure::once_into_js(move |_: JsValue| {
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        // Nobody waits any more: the lock is dropped, and so released.
        drop(granted.send(Lock(release)));
        held
    });
    let manager = Reflect::get(&js_sys::global(), &"navigator".into())
        .and_then(|navigator| Reflect::get(&navigator, &"locks".into()))
        .ok()
        .filter(JsValue::is_object);
    match manager.map(|manager| manager.unchecked_into::<LockManager>().request(name, &callback)) {
        Some(Ok(_)) => lock.await.unwrap_or(Lock(None)),
        _ => Lock(None),
    }
}
