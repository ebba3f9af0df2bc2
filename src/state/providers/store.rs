use crate::courier::{EgressEntry, Health, Origin};
use crate::state::AppState;
use crate::types::{ModelFamily, Price, ProviderRow, Spending, SpendingLimits, UserError};
use crate::worker::protocol::{FromCourier, KeyStates, ToCourier};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the courier has store: keys, requests that left, money, health. Holds no key.
#[derive(Default)]
pub struct ProviderStore {
    /// The systems that can be reached; empty until they have come.
    pub rows: Vec<ProviderRow>,
    /// Models that several of them offer.
    pub families: Vec<ModelFamily>,
    /// The systems that embed; their only route is where they do.
    pub embedders: Vec<ProviderRow>,
    /// The systems that rerank, likewise.
    pub rerankers: Vec<ProviderRow>,
    /// Why these lists are not at hand.
    pub no_catalogue: Option<UserError>,
    /// Which origins have a key, and how the vault stands.
    pub keys: KeyStates,
    /// Requests that left, oldest first.
    pub sent: Vec<EgressEntry>,
    /// What was spent, and what models cost.
    pub spending: SpendingSummary,
    /// How one's own calls went.
    pub health: Vec<Health>,
    /// What models of the columns cost: endpoint, model, price.
    pub prices: Vec<(u32, String, Option<Price>)>,
    /// A verb failed.
    pub user_error: Option<UserError>,
    /// A verb was done.
    pub done: &'static str,
}

impl ProviderStore {
    /// The row of that id.
    pub fn row(&self, id: &str) -> Option<&ProviderRow> {
        self.rows.iter().find(|row| row.id == id)
    }
}

/// What was spent, and what models cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpendingSummary {
    /// By provider and day, newest day first.
    pub days: Vec<Spending>,
    /// Where to warn and where to stop.
    pub limits: SpendingLimits,
    /// The price list in use and its date.
    pub list: String,
    /// Prices entered by hand: provider, model, price.
    pub overrides: Vec<(String, String, Price)>,
}

impl AppState {
    /// The courier's first reply.
    pub(in crate::state) async fn courier(self, verb: &ToCourier) -> Result<FromCourier, UserError> {
        let reply = self.services().courier.call(verb, &[]).next().await.map(|reply| reply.body);
        self.replied(reply)
    }

    /// A refusal and a dead courier are user_error.
    pub(in crate::state) fn replied(self, reply: Option<FromCourier>) -> Result<FromCourier, UserError> {
        match reply {
            Some(FromCourier::Failed(user_error)) => Err(user_error),
            Some(reply) => Ok(reply),
            None => {
                let words = self.services().courier.exit_reason().unwrap_or_default();
                let hint = "Try again. Enter keys again that are not in the vault.";
                Err(UserError::new("courier", format!("the network worker stopped: {words}"), hint))
            }
        }
    }

    /// Asks for a list and shows it.
    pub fn refresh(self, list: ToCourier) {
        spawn_local(async move {
            let store = self.courier(&list).await;
            self.apply(store);
        });
    }

    /// Does something, says `done` when it worked, and asks for the list that shows the outcome.
    pub fn send(self, verb: ToCourier, done: &'static str, list: ToCourier) {
        self.clear_status();
        spawn_local(async move {
            let store = self.courier(&verb).await;
            let worked = store.is_ok();
            self.apply(store);
            if worked {
                self.providers.update(|store| store.done = done);
                if let Ok(list) = self.courier(&list).await {
                    self.apply(Ok(list));
                }
                self.price_columns();
            }
        });
    }

    /// Forgets what was said about the last verb.
    pub fn clear_status(self) {
        self.providers.update(|store| (store.user_error, store.done) = (None, ""));
    }

    pub(in crate::state) fn apply(self, store: Result<FromCourier, UserError>) {
        self.providers.update(|all| match store {
            Ok(FromCourier::Catalogue { rows, families, embedders, rerankers }) => {
                (all.rows, all.families, all.no_catalogue) = (rows, families, None);
                (all.embedders, all.rerankers) = (embedders, rerankers);
            }
            Ok(FromCourier::Keys(keys)) => all.keys = keys,
            Ok(FromCourier::Egress(sent)) => all.sent = sent,
            Ok(FromCourier::Health(health)) => all.health = health,
            Ok(FromCourier::Spending { days, limits, list, overrides }) => {
                all.spending = SpendingSummary { days, limits, list, overrides };
            }
            Ok(_) => {}
            Err(user_error) => all.user_error = Some(user_error),
        });
    }

    /// Whether a key is held for the origin of `address`, in words; empty when there is none. Tracks the keys.
    pub fn key_held(self, address: &str) -> &'static str {
        let Ok(url) = web_sys::Url::new(address) else { return "" };
        let origin = url.origin();
        self.providers.with(|store| match store.keys.keys.iter().find(|key| key.origin.as_str() == origin) {
            Some(key) if key.in_memory => "A key is saved for this address.",
            Some(_) => "The vault has a key for this address: unlock it in Providers.",
            None => "",
        })
    }

    /// Forgets the key of one origin.
    pub fn forget_key(self, origin: Origin) {
        self.send(ToCourier::ForgetKey(origin), "Key deleted.", ToCourier::Keys);
    }
}
