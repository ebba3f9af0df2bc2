//! The browser's permission to reach addresses of the person's own machine and network.

use crate::courier::LocalAccess;
use crate::provider::address;
use js_sys::{Object, Promise, Reflect};
use url::Url;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    type Permissions;

    #[wasm_bindgen(method, catch)]
    fn query(this: &Permissions, descriptor: &Object) -> Result<Promise, JsValue>;
}

/// Names of the permission: one for all in Chrome 142, one for the machine and one for the network from 145.
const NAMES: [[&str; 2]; 2] =
    [["loopback-network", "local-network-access"], ["local-network", "local-network-access"]];

/// How the permission for `url` stands; `Unknown` for hosts out there, for a page that is itself as near (the browser then
/// asks nothing, whatever the permission says), and in browsers and contexts without it.
pub async fn local_access(page_origin: &str, url: &Url) -> LocalAccess {
    let page = Url::parse(page_origin).ok();
    let as_near =
        page.is_some_and(|page| is_loopback(&page) || (address::is_local(&page) && !is_loopback(url)));
    if !address::is_local(url) || as_near {
        return LocalAccess::Unknown;
    }
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into());
    let permissions = navigator.and_then(|navigator| Reflect::get(&navigator, &"permissions".into()));
    let Some(permissions) = permissions.ok().filter(JsValue::is_object) else { return LocalAccess::Unknown };
    let permissions: Permissions = permissions.unchecked_into();
    let [loopback, network] = NAMES;
    for name in if is_loopback(url) { loopback } else { network } {
        let descriptor = Object::new();
        if Reflect::set(&descriptor, &"name".into(), &name.into()).is_err() {
            continue;
        }
        // A browser that does not know the name throws.
        let Ok(promise) = permissions.query(&descriptor) else { continue };
        let Ok(status) = JsFuture::from(promise).await else { continue };
        let state = Reflect::get(&status, &"state".into()).ok().and_then(|state| state.as_string());
        return match state.as_deref() {
            Some("granted") => LocalAccess::Granted,
            Some("denied") => LocalAccess::Denied,
            Some("prompt") => LocalAccess::Asks,
            _ => LocalAccess::Unknown,
        };
    }
    LocalAccess::Unknown
}

/// The address space to name when a page served over https calls plain http on the person's own machine or network: it
/// lifts the block on mixed content once the person has allowed the call (Local Network Access, §3.2).
pub fn address_space(page_protocol: &str, url: &Url) -> Option<&'static str> {
    let needed = page_protocol == "https:" && url.scheme() == "http" && address::is_local(url);
    needed.then(|| if is_loopback(url) { "loopback" } else { "local" })
}

fn is_loopback(url: &Url) -> bool {
    crate::courier::reach::is_loopback(url)
}
