//! The courier's ports, made of web APIs: requests by `fetch`, timers, its database, WebCrypto, and what the worker's global
//! scope says. Nothing is decided here.

use super::crypto::{Aes, fill_random};
use super::fetch::{self, Options, Streaming};
use super::indexed_db::{Tables, open_courier};
use super::{clock, permission};
use crate::courier::vault::{Error as VaultError, Job, Kek};
use crate::courier::{Body, Cipher, Clock, Edge, Http, LocalAccess, NetworkError, Read, Write, db};
use crate::provider::HttpRequest;
use crate::store;
use std::cell::OnceCell;
use url::Url;
use wasm_bindgen::{JsCast, JsValue};

/// The browser, as the courier sees it.
#[derive(Default)]
pub struct Browser {
    tables: OnceCell<Tables>,
}

impl Browser {
    async fn tables(&self) -> &Tables {
        if self.tables.get().is_none() {
            let opened = open_courier(&db::TABLES).await;
            // Two tasks may have opened it at once; the first stays.
            let _ = self.tables.set(opened);
        }
        self.tables.get_or_init(|| Tables::in_memory(&db::TABLES))
    }
}

impl Http for Browser {
    type Body = Streaming;

    async fn send(&self, request: &HttpRequest) -> Result<Streaming, NetworkError> {
        let url = Url::parse(&request.url).ok();
        let protocol = scope().location().protocol();
        let options = Options {
            method: &request.method,
            headers: &request.headers,
            body: (!request.body.is_empty()).then_some(request.body.as_slice()),
            opaque: false,
            address_space: url.and_then(|url| permission::address_space(&protocol, &url)),
        };
        fetch::send(&request.url, &options).await.map_err(unexplained)
    }

    async fn probe(&self, url: &str, blind: bool) -> Result<(), NetworkError> {
        let options = Options { opaque: blind, ..Options::default() };
        fetch::send(url, &options).await.map(drop).map_err(unexplained)
    }
}

/// The browser's word for it goes to the console only: it says nothing to a person.
fn unexplained(error: JsValue) -> NetworkError {
    web_sys::console::debug_1(&fetch::error_message(&error).into());
    NetworkError
}

impl Body for Streaming {
    fn status(&self) -> u16 {
        Self::status(self)
    }

    fn header(&self, name: &str) -> Option<String> {
        Self::header(self, name)
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, NetworkError> {
        Self::next(self).await.map_err(unexplained)
    }
}

impl Clock for Browser {
    fn now_millis(&self) -> f64 {
        clock::now_millis()
    }

    fn epoch_millis(&self) -> f64 {
        clock::epoch_millis() as f64
    }

    fn utc_offset_minutes(&self) -> f64 {
        js_sys::Date::new_0().get_timezone_offset()
    }

    async fn sleep(&self, millis: f64) {
        clock::sleep(millis as i32).await;
    }

    async fn yield_now(&self) {
        clock::yield_now().await;
    }
}

impl crate::courier::Tables for Browser {
    async fn unavailable(&self) -> Option<store::Error> {
        self.tables().await.unavailable().cloned()
    }

    async fn get(&self, table: &'static str, key: &str) -> Result<Option<Vec<u8>>, store::Error> {
        self.tables().await.get(table, key).await
    }

    async fn from(&self, table: &'static str, key: &str) -> Result<Vec<Vec<u8>>, store::Error> {
        self.tables().await.from(table, key).await
    }

    async fn remove_below(&self, table: &'static str, key: &str) -> Result<(), store::Error> {
        self.tables().await.remove_below(table, key).await
    }

    async fn change(
        &self,
        reads: &[Read<'_>],
        what: &str,
        decide: impl FnOnce(Vec<Vec<Vec<u8>>>) -> Result<Vec<Write>, store::Error>,
    ) -> Result<(), store::Error> {
        self.tables().await.change(reads, what, decide).await
    }
}

impl Cipher for Browser {
    type Aes = Aes;

    fn random(&self, bytes: &mut [u8]) -> bool {
        fill_random(bytes)
    }

    async fn import(&self, kek: &Kek) -> Result<Aes, VaultError> {
        Aes::import(kek).await
    }

    async fn seal(&self, aes: &Aes, job: &Job) -> Result<Vec<u8>, VaultError> {
        aes.seal(job).await
    }

    async fn open(&self, aes: &Aes, job: &Job) -> Result<Option<Vec<u8>>, VaultError> {
        aes.open(job).await
    }
}

impl Edge for Browser {
    fn is_online(&self) -> bool {
        scope().navigator().on_line()
    }

    fn own_origin(&self) -> String {
        scope().location().origin()
    }

    fn chance(&self) -> f64 {
        js_sys::Math::random()
    }

    async fn local_access(&self, url: &Url) -> LocalAccess {
        permission::local_access(&self.own_origin(), url).await
    }

    async fn site_file(&self, path: &str) -> Option<Vec<u8>> {
        fetch::site_file(&super::serve::site_url(path), |_, _| ()).await.ok()
    }
}

/// The worker's own global scope.
fn scope() -> web_sys::WorkerGlobalScope {
    js_sys::global().unchecked_into()
}
