//! Which copy of the site this is: two copies below different paths of one origin share its storage, and keep apart by name.

use wasm_bindgen::{JsCast, JsValue};

/// The name of a database, lock or channel of this copy of the site.
pub fn name(what: &str) -> String {
    format!("sidecite:{}{what}", path())
}

/// The folder that the site lies in, with a slash at both ends.
fn path() -> String {
    let page = web_sys::window().and_then(|window| window.document()?.base_uri().ok().flatten());
    let (relative, base) = match page {
        Some(page) => (".", page),
        // Workers lie one folder below it.
        None => {
            let scope: web_sys::WorkerGlobalScope = JsValue::from(js_sys::global()).unchecked_into();
            ("..", scope.location().href())
        }
    };
    web_sys::Url::new_with_base(relative, &base).map_or_else(|_| "/".into(), |url| url.pathname())
}
