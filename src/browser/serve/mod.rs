//! What each worker does with a request: pure verbs on one side, web APIs on the other, nothing decided here.

mod courier;
mod engine;
#[cfg(feature = "graph")]
mod graph;
#[cfg(feature = "reader")]
mod reader;
mod local_model;
mod renderer;

pub use courier::courier;
pub use engine::engine;
#[cfg(feature = "graph")]
pub use graph::graph;
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

/// `?v=ID` of the address that this worker was started by, for a worker of its own: that a cached one of another build is not used.
pub(super) fn own_version() -> String {
    let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
    let own = url::Url::parse(&scope.location().href()).ok();
    let version =
        own.and_then(|own| own.query_pairs().find(|(name, _)| name == "v").map(|(_, id)| id.into_owned()));
    version.map(|id| format!("?v={id}")).unwrap_or_default()
}
