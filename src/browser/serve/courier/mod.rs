//! The courier's work: keys and the network. One file a verb; what they share is the `CourierState`.

mod check;
mod exchange;
mod fetch_all;
mod keys;
mod money;
mod queue;
mod relay;
mod send;
mod vectors;

use crate::browser::clock::epoch_millis;
use crate::browser::fetch::Options;
use crate::browser::indexed_db::CourierDb;
use crate::browser::permission;
use crate::browser::vault::KeyVault;
use crate::courier::{Egress, EgressEnd, Keyring, Origin, Reply};
use crate::provider::{Catalogue, Error, HttpRequest, Target, families};
use crate::types::{CallFailure, ChatEvent, Endpoint, UserError};
use crate::worker::protocol::{CallId, FromCourier, ToCourier};
use crate::worker::{Outbox, Request, serve};
use exchange::Outcome;
use futures_channel::mpsc::UnboundedSender;
use money::Money;
use queue::Queue;
use send::Asked;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use url::Url;
use vectors::{Passages, Texts};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// Keys, books and what is under way, for as long as the worker lives.
#[derive(Default)]
struct CourierState {
    catalogue: OnceCell<Option<Catalogue>>,
    keyring: RefCell<Keyring>,
    /// Whose key each is.
    owners: RefCell<BTreeMap<Origin, String>>,
    db: OnceCell<Rc<CourierDb>>,
    vault: OnceCell<KeyVault>,
    /// The vault's closing is being waited for.
    watching: Cell<bool>,
    money: Money,
    queue: Queue,
    egress: RefCell<Egress>,
    under_way: RefCell<HashMap<CallId, web_sys::AbortController>>,
    relays: RefCell<HashMap<CallId, UnboundedSender<Option<ChatEvent>>>>,
}

/// Serves the network.
pub fn courier() {
    let state = Rc::new(CourierState::default());
    serve(move |request: Request<ToCourier, FromCourier>| {
        let state = Rc::clone(&state);
        let Request { id, body, reply, .. } = request;
        match body {
            ToCourier::Stop(call) => state.stop(call),
            ToCourier::Relayed(call, event) => state.relayed(call, event),
            other => spawn_local(async move { state.answer(id, other, &reply).await }),
        }
    });
}

impl CourierState {
    async fn answer(self: &Rc<Self>, id: CallId, verb: ToCourier, reply: &Outbox<FromCourier>) {
        let outcome = match verb {
            ToCourier::Send { endpoint, model, question, evidence, parameters, omit } => {
                let asked = Asked { endpoint, model, question, evidence, parameters, omit };
                self.send(id, &asked, reply).await;
                self.under_way.borrow_mut().remove(&id);
                return;
            }
            ToCourier::Relay { model, question, evidence, parameters } => {
                return self.relay(id, &model, &question, evidence, &parameters, reply).await;
            }
            ToCourier::Embed { endpoint, model, dimensions, purpose, texts } => {
                return self.embed(id, &Texts { endpoint, model, dimensions, purpose, texts }, reply).await;
            }
            ToCourier::Rerank { endpoint, model, query, passages } => {
                return self.rerank(id, &Passages { endpoint, model, query, passages }, reply).await;
            }
            ToCourier::Check { endpoint, model, page_origin } => {
                return self.check(&endpoint, &model, &page_origin, reply).await;
            }
            ToCourier::Catalogue => self.list().await,
            ToCourier::SetKey { endpoint, purpose, key } => self.set_key(&endpoint, purpose, &key).await,
            ToCourier::Keys => self.keys().await,
            ToCourier::ForgetKey(origin) => match self.forget_key(&origin).await {
                FromCourier::KeySet(_) => self.keys().await,
                other => other,
            },
            ToCourier::ForgetAllKeys => self.forget_all_keys().await,
            ToCourier::Vault(verb) => self.vault_verb(verb).await,
            ToCourier::Prices(of) => self.prices(&of).await,
            ToCourier::Egress(revision) => FromCourier::Egress(self.egress.borrow().changes_since(revision)),
            ToCourier::Spending => self.spending().await,
            ToCourier::SetLimits(limits) => self.set_limits(limits).await,
            ToCourier::SetPrice { provider, model, price } => self.set_price(&provider, &model, price).await,
            ToCourier::RefreshPrices(source) => self.refresh_prices(source).await,
            ToCourier::Health => self.health().await,
            ToCourier::ClearHealth => self.clear_health().await,
            ToCourier::Stop(_) | ToCourier::Relayed(..) => return,
        };
        reply.send(&outcome);
    }

    fn stop(&self, call: CallId) {
        if let Some(controller) = self.under_way.borrow_mut().remove(&call) {
            controller.abort();
        }
        // Nobody listens to the rest.
        self.relays.borrow_mut().remove(&call);
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

    async fn list(&self) -> FromCourier {
        self.load_money().await;
        let mut rows = self.catalogue().map(Catalogue::rows).unwrap_or_default();
        let origin = scope().location().origin();
        for row in &mut rows {
            row.cors.fix = row.cors.fix.replace("{page_origin}", &origin);
        }
        let mut families = families::built_in().unwrap_or_default();
        for host in families.iter_mut().flat_map(|family| &mut family.hosts) {
            host.price = self.price(&host.provider, &host.model);
        }
        let (embedders, rerankers) = self
            .catalogue()
            .map(|catalogue| (catalogue.embedders(), catalogue.rerankers()))
            .unwrap_or_default();
        FromCourier::Catalogue { rows, families, embedders, rerankers }
    }

    async fn db(&self) -> Rc<CourierDb> {
        if let Some(db) = self.db.get() {
            return Rc::clone(db);
        }
        let opened = Rc::new(CourierDb::open().await);
        // Two tasks may have opened it at once; the first stays.
        Rc::clone(self.db.get_or_init(|| opened))
    }

    async fn vault(&self) -> &KeyVault {
        let db = self.db().await;
        self.vault.get_or_init(|| KeyVault::new(db))
    }

    /// A request of entry `entry` was answered, and `bytes` of its body came.
    fn note(&self, entry: Option<u64>, status: u16, bytes: usize) {
        if let Some(entry) = entry {
            let mut egress = self.egress.borrow_mut();
            egress.answered(entry, status);
            egress.received(entry, bytes);
        }
    }

    /// A request of entry `entry` ended; `readable`: its answer could be read.
    fn ended(&self, entry: Option<u64>, outcome: &Outcome, readable: bool) {
        let end = match outcome {
            Outcome::Unexplained => EgressEnd::Blocked,
            Outcome::Stopped => EgressEnd::Aborted,
            Outcome::Failed(_) if !readable => EgressEnd::Aborted,
            Outcome::Complete | Outcome::Failed(_) => EgressEnd::Complete,
        };
        self.end(entry, end);
    }

    fn end(&self, entry: Option<u64>, end: EgressEnd) {
        if let Some(entry) = entry {
            self.egress.borrow_mut().ended(entry, end, epoch_millis() as f64);
        }
    }

    /// A small request of entry `entry` brought `reply`.
    fn fetched(&self, entry: Option<u64>, reply: &Reply) {
        match reply {
            Reply::Status(status, body) => {
                self.note(entry, *status, body.len());
                self.end(entry, EgressEnd::Complete);
            }
            Reply::NetworkError => self.end(entry, EgressEnd::Blocked),
            Reply::TimedOut => self.end(entry, EgressEnd::Aborted),
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
    FromCourier::Failed(UserError::new(verb, error.to_string(), error.hint()))
}

/// The worker's own global scope.
fn scope() -> web_sys::WorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Nothing explains it.
fn unknown() -> CallFailure {
    CallFailure::new(
        crate::types::FailureCause::Unreachable,
        "The request failed; the browser gives no reason.",
        "Open the browser's network panel and run this column again.",
    )
}
