use super::db::CourierDb;
use super::queue::Queue;
use super::vault::KeyVault;
use super::{Egress, EgressEntry, Keyring, Origin, Ports};
use crate::evidence::EvidenceCache;
use crate::provider::pricing::PriceBook;
use crate::provider::{Catalogue, Error, Target, families};
use crate::types::{Endpoint, ModelFamily, ProviderRow};
use futures_util::lock::Mutex;
use serde::{Deserialize, Serialize};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Keys, records and what is under way; its verbs have a file each. Lives as long as its worker.
pub struct Courier<P: Ports> {
    pub(super) port: Rc<P>,
    catalogue: OnceCell<Option<Catalogue>>,
    pub(super) keyring: RefCell<Keyring>,
    /// Whose key each is.
    pub(super) owners: RefCell<BTreeMap<Origin, String>>,
    pub(super) db: Rc<CourierDb<P>>,
    pub(super) vault: KeyVault<P>,
    /// The vault's closing is being waited for.
    pub(super) watching: Cell<bool>,
    pub(super) book: RefCell<PriceBook>,
    pub(super) prices_loaded: Mutex<bool>,
    pub(super) queue: Queue,
    pub(super) egress: RefCell<Egress>,
    pub(super) evidence: RefCell<EvidenceCache>,
}

/// The providers that can be reached, and models that several of them offer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProviderLists {
    /// The providers.
    pub rows: Vec<ProviderRow>,
    /// The models.
    pub families: Vec<ModelFamily>,
    /// The providers that embed; their only route is where they do.
    pub embedders: Vec<ProviderRow>,
    /// The providers that rerank, likewise.
    pub rerankers: Vec<ProviderRow>,
}

impl<P: Ports> Courier<P> {
    /// With the world behind `port`.
    pub fn new(port: P) -> Self {
        let port = Rc::new(port);
        let db = Rc::new(CourierDb::new(Rc::clone(&port)));
        Self {
            catalogue: OnceCell::new(),
            keyring: RefCell::default(),
            owners: RefCell::default(),
            vault: KeyVault::new(Rc::clone(&port), Rc::clone(&db)),
            db,
            watching: Cell::new(false),
            book: RefCell::default(),
            prices_loaded: Mutex::new(false),
            queue: Queue::new(port.chance()),
            egress: RefCell::default(),
            evidence: RefCell::default(),
            port,
        }
    }

    /// The providers that can be reached.
    pub async fn providers(&self) -> ProviderLists {
        self.load_prices().await;
        let Some(catalogue) = self.catalogue() else { return ProviderLists::default() };
        let mut rows = catalogue.rows();
        let origin = self.port.own_origin();
        for row in &mut rows {
            row.cors.fix = row.cors.fix.replace("{page_origin}", &origin);
        }
        let mut families = families::built_in().unwrap_or_default();
        for host in families.iter_mut().flat_map(|family| &mut family.hosts) {
            host.price = self.price(&host.provider, &host.model);
        }
        let (embedders, rerankers) = (catalogue.embedders(), catalogue.rerankers());
        ProviderLists { rows, families, embedders, rerankers }
    }

    /// Requests that left or have changed since `revision`, oldest first.
    pub fn sent_since(&self, revision: u64) -> Vec<EgressEntry> {
        self.egress.borrow().changes_since(revision)
    }

    /// Where an endpoint is and how to speak to it.
    pub(super) fn target(&self, endpoint: &Endpoint) -> Result<Target, Error> {
        match self.catalogue() {
            Some(catalogue) => catalogue.target(endpoint),
            None => Target::custom(endpoint.dialect, &endpoint.base_url, endpoint.auth),
        }
    }

    /// Read when first asked for; a test proves that it can be.
    pub(super) fn catalogue(&self) -> Option<&Catalogue> {
        self.catalogue.get_or_init(|| Catalogue::built_in().ok()).as_ref()
    }

    /// Seconds since 1970, for signatures.
    pub(super) fn epoch_secs(&self) -> u64 {
        (self.port.epoch_millis() / 1000.0) as u64
    }
}
