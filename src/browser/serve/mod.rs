//! What each worker does with a request: pure verbs on one side, web APIs on the other, nothing decided here.

mod courier;
mod engine;
#[cfg(feature = "reader")]
mod reader;
mod local_model;
mod renderer;

pub use courier::courier;
pub use engine::engine;
pub use local_model::local_model;
#[cfg(feature = "reader")]
pub use reader::reader;
pub use renderer::renderer;

use wasm_bindgen::JsCast;

/// The URL of a file of our own site, given relative to the site's root. Workers lie one folder below it.
pub(super) fn site_url(path: &str) -> String {
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    let base = scope.location().href();
    match url::Url::parse(&base).and_then(|base| base.join("../")).and_then(|root| root.join(path)) {
        Ok(url) => url.into(),
        Err(_) => path.to_owned(),
    }
}
