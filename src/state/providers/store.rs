use crate::courier::{EgressEntry, Health, Origin, ProviderLists, SpendingReport};
use crate::state::AppState;
use crate::types::{ModelFamily, Price, ProviderRow, UserError, problem};
use crate::worker::OpenCall;
use crate::worker::protocol::{Call, ForgetKey, KeyStates, ListKeys, Outcome, ToCourier};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

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
    /// Why these lists are not available.
    pub no_catalogue: Option<UserError>,
    /// Which origins have a key, and how the vault stands.
    pub keys: KeyStates,
    /// Requests that left, oldest first.
    pub sent: Vec<EgressEntry>,
    /// What was spent, and what models cost.
    pub spending: Option<SpendingReport>,
    /// How calls from this browser went.
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

/// A list of the courier's that the screen shows.
pub trait Listed: DeserializeOwned + 'static {
    /// Takes the place of the one before.
    fn show(self, store: &mut ProviderStore);
}

impl Listed for ProviderLists {
    fn show(self, store: &mut ProviderStore) {
        (store.rows, store.families, store.no_catalogue) = (self.rows, self.families, None);
        (store.embedders, store.rerankers) = (self.embedders, self.rerankers);
    }
}

impl Listed for KeyStates {
    fn show(self, store: &mut ProviderStore) {
        store.keys = self;
    }
}

impl Listed for Vec<EgressEntry> {
    fn show(self, store: &mut ProviderStore) {
        store.sent = self;
    }
}

impl Listed for Vec<Health> {
    fn show(self, store: &mut ProviderStore) {
        store.health = self;
    }
}

impl Listed for SpendingReport {
    fn show(self, store: &mut ProviderStore) {
        store.spending = Some(self);
    }
}

impl AppState {
    /// What a verb of the courier brings.
    pub(in crate::state) async fn courier<C, T>(self, call: C) -> Outcome<T>
    where
        C: Call<Message = ToCourier, Reply = Outcome<T>>,
        T: DeserializeOwned,
    {
        self.outcome(self.services().courier.call(call)).await
    }

    async fn outcome<T: DeserializeOwned>(self, mut call: OpenCall<Outcome<T>>) -> Outcome<T> {
        match call.body().await {
            Some(outcome) => outcome,
            None => Err(self.courier_died()),
        }
    }

    /// The courier is gone, with the keys that were only in its memory.
    pub(in crate::state) fn courier_died(self) -> UserError {
        let reason = self.services().courier.exit_reason().unwrap_or_default();
        problem::worker::network_stopped(reason)
    }

    /// Asks for a list and shows it.
    pub fn refresh<C, L>(self, list: C)
    where
        C: Call<Message = ToCourier, Reply = Outcome<L>>,
        L: Listed,
    {
        let call = self.services().courier.call(list);
        spawn_local(async move {
            let list = self.outcome(call).await;
            self.providers.update(|store| match list {
                Ok(list) => list.show(store),
                Err(user_error) => store.user_error = Some(user_error),
            });
        });
    }

    /// Does something, says `done` when it worked, and then asks for the list that shows the outcome.
    pub fn send<C>(self, verb: C, done: &'static str, list: fn(Self))
    where
        C: Call<Message = ToCourier, Reply = Outcome<()>>,
    {
        self.clear_status();
        let call = self.services().courier.call(verb);
        spawn_local(async move {
            match self.outcome(call).await {
                Ok(()) => {
                    self.providers.update(|store| store.done = done);
                    list(self);
                    self.price_columns();
                }
                Err(user_error) => {
                    self.providers.update(|store| store.user_error = Some(user_error));
                }
            }
        });
    }

    /// Forgets what was said about the last verb.
    pub fn clear_status(self) {
        self.providers.update(|store| (store.user_error, store.done) = (None, ""));
    }

    /// Whether a key is held for the origin of `address`, as text; empty when there is none. Tracks the keys.
    pub fn key_held(self, address: &str) -> &'static str {
        let Ok(url) = web_sys::Url::new(address) else { return "" };
        let origin = url.origin();
        self.providers.with(|store| match store.keys.keys.iter().find(|key| key.origin.as_str() == origin) {
            Some(key) if key.in_memory => t!("A key is saved for this address."),
            Some(_) => t!("The vault has a key for this address: unlock it in Providers."),
            None => "",
        })
    }

    /// Forgets the key of one origin.
    pub fn forget_key(self, origin: Origin) {
        self.send(ForgetKey(origin), t!("Key deleted."), |state| state.refresh(ListKeys));
    }
}
