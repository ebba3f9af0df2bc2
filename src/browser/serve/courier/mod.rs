//! The courier's work: keys and the network. One file a verb; what they share is the `Place`.

mod check;
mod exchange;
mod relay;
mod send;

use crate::browser::fetch::Options;
use crate::browser::permission;
use crate::courier::{Egress, Keyring, Origin};
use crate::provider::{Catalogue, Error, HttpRequest, Key, Target, families};
use crate::types::{ChatEvent, Endpoint, Failure, Trouble};
use crate::worker::protocol::{CallId, FromCourier, ToCourier};
use crate::worker::{Outbox, Request, serve};
use futures_channel::mpsc::UnboundedSender;
use send::Asked;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use url::Url;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// Keys and what is under way, for as long as the worker lives.
#[derive(Default)]
struct Place {
    catalogue: OnceCell<Option<Catalogue>>,
    keyring: RefCell<Keyring>,
    egress: RefCell<Egress>,
    under_way: RefCell<HashMap<CallId, web_sys::AbortController>>,
    relays: RefCell<HashMap<CallId, UnboundedSender<Option<ChatEvent>>>>,
}

/// Serves the network.
pub fn courier() {
    let place = Rc::new(Place::default());
    serve(move |request: Request<ToCourier, FromCourier>| {
        let place = Rc::clone(&place);
        let Request { id, body, reply, .. } = request;
        match body {
            ToCourier::Stop(call) => place.stop(call),
            ToCourier::Relayed(call, event) => place.relayed(call, event),
            other => spawn_local(async move { place.answer(id, other, &reply).await }),
        }
    });
}

impl Place {
    async fn answer(&self, id: CallId, verb: ToCourier, reply: &Outbox<FromCourier>) {
        match verb {
            ToCourier::Catalogue => reply.send(&self.list()),
            ToCourier::SetKey { endpoint, key } => reply.send(&self.set_key(&endpoint, &key)),
            ToCourier::Send { endpoint, model, question, evidence, parameters, omit } => {
                let asked = Asked { endpoint, model, question, evidence, parameters, omit };
                self.send(id, &asked, reply).await;
                self.under_way.borrow_mut().remove(&id);
            }
            ToCourier::Relay { model, question, evidence, parameters } => {
                self.relay(id, &model, &question, evidence, &parameters, reply).await;
            }
            ToCourier::Check { endpoint, model, page_origin } => {
                reply.send(&FromCourier::Checked(self.check(&endpoint, &model, &page_origin).await));
            }
            _ => reply.send(&FromCourier::Failed(Trouble::new("courier", "not built yet", ""))),
        }
    }

    fn stop(&self, call: CallId) {
        if let Some(controller) = self.under_way.borrow_mut().remove(&call) {
            controller.abort();
        }
        // Nobody listens to the rest.
        self.relays.borrow_mut().remove(&call);
    }

    fn set_key(&self, endpoint: &Endpoint, key: &str) -> FromCourier {
        let kept = self.target(endpoint).and_then(|target| {
            let origin = Origin::of(&target.base).ok_or(Error::HasUserinfo)?;
            let mut keyring = self.keyring.borrow_mut();
            if key.is_empty() {
                keyring.forget(&origin);
            } else {
                keyring.put(origin, Key::new(key)?);
            }
            Ok(!key.is_empty())
        });
        match kept {
            Ok(kept) => FromCourier::KeySet(kept),
            Err(error) => failed("key", &error),
        }
    }

    /// Where an endpoint is and how to speak to it.
    fn target(&self, endpoint: &Endpoint) -> Result<Target, Error> {
        match self.catalogue() {
            Some(catalogue) => catalogue.target(endpoint),
            None => Target::custom(endpoint.dialect, &endpoint.base_url, endpoint.auth),
        }
    }

    /// Read when first asked for; a test proves that it can be.
    fn catalogue(&self) -> Option<&Catalogue> {
        self.catalogue.get_or_init(|| Catalogue::built_in().ok()).as_ref()
    }

    fn list(&self) -> FromCourier {
        let rows = self.catalogue().map(Catalogue::rows).unwrap_or_default();
        FromCourier::Catalogue { rows, families: families::built_in().unwrap_or_default() }
    }

    /// A request of entry `entry` was answered, and `bytes` of its body came.
    fn note(&self, entry: Option<u64>, status: u16, bytes: usize) {
        if let Some(entry) = entry {
            let mut egress = self.egress.borrow_mut();
            egress.answered(entry, status);
            egress.received(entry, bytes);
        }
    }
}

/// How `http` is sent.
fn options<'a>(http: &'a HttpRequest, signal: Option<&'a web_sys::AbortSignal>) -> Options<'a> {
    let url = Url::parse(&http.url).ok();
    let protocol = scope().location().protocol();
    Options {
        method: &http.method,
        headers: &http.headers,
        body: (!http.body.is_empty()).then_some(http.body.as_slice()),
        opaque: false,
        signal,
        address_space: url.and_then(|url| permission::address_space(&protocol, &url)),
    }
}

/// Nothing was sent.
fn failed(verb: &str, error: &Error) -> FromCourier {
    FromCourier::Failed(Trouble::new(verb, error.to_string(), error.hint()))
}

/// The worker's own global scope.
fn scope() -> web_sys::WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Nothing explains it.
fn unknown() -> Failure {
    Failure::new(
        crate::types::FailureCause::Unreachable,
        "The request failed, and the browser does not say why.",
        "Open the browser's network panel and run this column again.",
    )
}
