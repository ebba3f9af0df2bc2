//! Bytes over HTTP: whole files of our own site, and streams from elsewhere that stop when they are dropped.
//!
//! By `fetch` itself: the request builder of `gloo-net` keeps its `RequestInit` to itself, and `targetAddressSpace`, which
//! lifts the block on mixed content for the person's own network, can only be set there.

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(request: &web_sys::Request) -> js_sys::Promise;
}

/// How a request is made.
pub struct Options<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// Header names and values.
    pub headers: &'a [(String, String)],
    /// The body, where there is one.
    pub body: Option<&'a [u8]>,
    /// Ask without CORS: says only whether something answered.
    pub opaque: bool,
    /// `loopback` or `local`, for plain http addresses of the person's own machine or network.
    pub address_space: Option<&'a str>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { method: "GET", headers: &[], body: None, opaque: false, address_space: None }
    }
}

/// Sends a request that carries no cookies and no referrer and follows no redirect (it would come back opaque): one could take
/// a key to another origin. Dropping what this gives, before or after the headers have come, aborts the request.
pub async fn send(url: &str, options: &Options<'_>) -> Result<Streaming, JsValue> {
    let init = web_sys::RequestInit::new();
    init.set_method(options.method);
    init.set_credentials(web_sys::RequestCredentials::Omit);
    init.set_referrer_policy(web_sys::ReferrerPolicy::NoReferrer);
    init.set_cache(web_sys::RequestCache::NoStore);
    if options.opaque {
        init.set_mode(web_sys::RequestMode::NoCors);
    } else {
        init.set_redirect(web_sys::RequestRedirect::Manual);
    }
    let headers = web_sys::Headers::new()?;
    for (name, value) in options.headers {
        headers.set(name, value)?;
    }
    init.set_headers(&headers);
    if let Some(body) = options.body {
        init.set_body(&Uint8Array::from(body));
    }
    let abort = AbortOnDrop::new()?;
    init.set_signal(Some(&abort.0.signal()));
    if let Some(space) = options.address_space {
        Reflect::set(&init, &"targetAddressSpace".into(), &space.into())?;
    }
    let request = web_sys::Request::new_with_str_and_init(url, &init)?;
    let response: web_sys::Response = JsFuture::from(global_fetch(&request)).await?.dyn_into()?;
    Ok(Streaming { body: Body::of(&response), response, _abort: abort })
}

/// An answer whose headers have come. Dropping it aborts what has not come yet.
pub struct Streaming {
    response: web_sys::Response,
    body: Body,
    _abort: AbortOnDrop,
}

impl Streaming {
    /// HTTP status; 0 for an opaque answer.
    pub fn status(&self) -> u16 {
        self.response.status()
    }

    /// A header, where it may be read.
    pub fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).ok().flatten()
    }

    /// The next piece of the body; `Ok(None)` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, JsValue> {
        self.body.next().await
    }
}

/// Of a request that has ended nothing is left to abort.
struct AbortOnDrop(web_sys::AbortController);

impl AbortOnDrop {
    fn new() -> Result<Self, JsValue> {
        web_sys::AbortController::new().map(Self)
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The body of a response, piece by piece.
struct Body(Option<web_sys::ReadableStreamDefaultReader>);

impl Body {
    fn of(response: &web_sys::Response) -> Self {
        Self(response.body().map(|stream| stream.get_reader().unchecked_into()))
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, JsValue> {
        let Some(reader) = &self.0 else { return Ok(None) };
        let step = JsFuture::from(reader.read()).await?;
        if Reflect::get(&step, &"done".into())?.is_truthy() {
            self.0 = None;
            return Ok(None);
        }
        Ok(Some(Uint8Array::new(&Reflect::get(&step, &"value".into())?).to_vec()))
    }
}

/// A whole file of our own site, saying how much of it is here; the reason when it cannot be loaded.
pub async fn site_file(url: &str, mut progress: impl FnMut(u64, u64)) -> Result<Vec<u8>, String> {
    let init = web_sys::RequestInit::new();
    let message = |error: JsValue| error_message(&error);
    let request = web_sys::Request::new_with_str_and_init(url, &init).map_err(message)?;
    let response: web_sys::Response =
        JsFuture::from(global_fetch(&request)).await.map_err(message)?.unchecked_into();
    if !response.ok() {
        return Err(format!("HTTP {}", response.status()));
    }
    let length = response.headers().get("content-length").ok().flatten();
    let total: u64 = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut bytes = Vec::with_capacity(usize::try_from(total).unwrap_or(0).min(256 << 20));
    let mut body = Body::of(&response);
    while let Some(piece) = body.next().await.map_err(message)? {
        bytes.extend_from_slice(&piece);
        progress(bytes.len() as u64, total);
    }
    Ok(bytes)
}

/// The message of an exception.
pub fn error_message(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
