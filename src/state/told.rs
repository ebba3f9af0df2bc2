use super::AppState;
use crate::courier::{EgressEntry, Health, Origin};
use crate::types::{Price, Spending, SpendingLimits, Trouble};
use crate::worker::protocol::{FromCourier, KeyStates, ToCourier};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the courier has told: keys, requests that left, money, health. Holds no key.
#[derive(Clone, Copy, Default)]
pub struct Told {
    /// Which origins have a key, and how the vault stands.
    pub keys: RwSignal<KeyStates>,
    /// Requests that left, oldest first.
    pub sent: RwSignal<Vec<EgressEntry>>,
    /// What was spent, and what models cost.
    pub spending: RwSignal<Purse>,
    /// How one's own calls went.
    pub health: RwSignal<Vec<Health>>,
    /// A verb failed.
    pub trouble: RwSignal<Option<Trouble>>,
    /// A verb was done.
    pub done: RwSignal<&'static str>,
}

/// What was spent, and what models cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Purse {
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
    pub(super) async fn courier(self, verb: &ToCourier) -> Result<FromCourier, Trouble> {
        let reply = self.services().courier.call(verb, &[]).next().await.map(|reply| reply.body);
        self.heard(reply)
    }

    /// A refusal and a dead courier are trouble.
    pub(super) fn heard(self, reply: Option<FromCourier>) -> Result<FromCourier, Trouble> {
        match reply {
            Some(FromCourier::Failed(trouble)) => Err(trouble),
            Some(reply) => Ok(reply),
            None => {
                let words = self.services().courier.last_words().unwrap_or_default();
                let hint = "Try again; keys that the vault does not hold have to be entered anew.";
                Err(Trouble::new("courier", format!("the courier stopped: {words}"), hint))
            }
        }
    }

    /// Asks for a list and shows it.
    pub fn refresh(self, list: ToCourier) {
        spawn_local(async move {
            let told = self.courier(&list).await;
            self.take(told);
        });
    }

    /// Does something, says `done` when it worked, and asks for the list that shows the outcome.
    pub fn tell(self, verb: ToCourier, done: &'static str, list: ToCourier) {
        self.told.trouble.set(None);
        self.told.done.set("");
        spawn_local(async move {
            let told = self.courier(&verb).await;
            if told.is_ok() {
                self.told.done.set(done);
            }
            let worked = told.is_ok();
            self.take(told);
            if worked {
                if let Ok(list) = self.courier(&list).await {
                    self.take(Ok(list));
                }
                self.price_columns();
            }
        });
    }

    fn take(self, told: Result<FromCourier, Trouble>) {
        match told {
            Ok(FromCourier::Keys(keys)) => self.told.keys.set(keys),
            Ok(FromCourier::Egress(sent)) => self.told.sent.set(sent),
            Ok(FromCourier::Health(health)) => self.told.health.set(health),
            Ok(FromCourier::Spending { days, limits, list, overrides }) => {
                self.told.spending.set(Purse { days, limits, list, overrides });
            }
            Ok(_) => {}
            Err(trouble) => self.told.trouble.set(Some(trouble)),
        }
    }

    /// Whether a key is held for the origin of `address`, in words; empty when there is none. Tracks the keys.
    pub fn key_held(self, address: &str) -> &'static str {
        let Ok(url) = web_sys::Url::new(address) else { return "" };
        let origin = url.origin();
        self.told.keys.with(|keys| match keys.keys.iter().find(|key| key.origin.as_str() == origin) {
            Some(key) if key.in_memory => "A key is held for this origin.",
            Some(_) => "The vault has a key for this origin: unlock it under Providers.",
            None => "",
        })
    }

    /// Forgets the key of one origin.
    pub fn forget_key(self, origin: Origin) {
        self.tell(ToCourier::ForgetKey(origin), "Forgotten.", ToCourier::Keys);
    }
}
