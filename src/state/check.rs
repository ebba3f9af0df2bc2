use super::AppState;
use crate::types::{Endpoint, Failure};
use crate::worker::protocol::{Checked, FromCourier, ToCourier};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Where the check of an endpoint stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CheckState {
    /// Not asked for.
    #[default]
    Idle,
    /// Under way.
    Running,
    /// These models can be had.
    Reachable(Vec<String>),
    /// The true cause why not.
    Unreachable(Failure),
}

/// What is typed into the endpoint form. The key goes straight to the courier and is not kept here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checking {
    /// Base URL as typed.
    pub base_url: String,
    /// Key as typed, possibly empty.
    pub key: String,
}

impl AppState {
    /// Gives the key to the courier, then lists the endpoint's models or finds out why not.
    pub fn check(self, typed: Checking) {
        self.checking.set(CheckState::Running);
        let endpoint = Endpoint { base_url: typed.base_url.trim().to_owned(), ..Endpoint::default() };
        spawn_local(async move {
            if let Err(failure) = self.give_key(&endpoint.base_url, typed.key).await {
                return self.checking.set(CheckState::Unreachable(failure));
            }
            let page_origin = web_sys::window().and_then(|window| window.location().origin().ok());
            let page_origin = page_origin.unwrap_or_default();
            let verb = ToCourier::Check { endpoint, model: String::new(), page_origin };
            let mut call = self.services().courier.call(&verb, &[]);
            let state = match call.next().await.map(|reply| reply.body) {
                Some(FromCourier::Checked(Checked::Models(models))) => {
                    CheckState::Reachable(models.into_iter().map(|model| model.name).collect())
                }
                Some(FromCourier::Checked(Checked::Failed(failure))) => CheckState::Unreachable(failure),
                _ => CheckState::Unreachable(crashed()),
            };
            self.checking.set(state);
        });
    }

    /// Gives a typed key to the courier, bound to the origin of `base_url`. An empty one changes nothing.
    pub async fn give_key(self, base_url: &str, key: String) -> Result<(), Failure> {
        if key.trim().is_empty() {
            return Ok(());
        }
        let endpoint = Endpoint { base_url: base_url.to_owned(), ..Endpoint::default() };
        let verb = ToCourier::SetKey { endpoint, key: key.trim().to_owned() };
        match self.services().courier.call(&verb, &[]).next().await.map(|reply| reply.body) {
            Some(FromCourier::KeySet(_)) => Ok(()),
            Some(FromCourier::Failed(trouble)) => {
                Err(Failure::new(crate::types::FailureCause::BadRequest, trouble.message, trouble.hint))
            }
            _ => Err(crashed()),
        }
    }
}

fn crashed() -> Failure {
    Failure::new(
        crate::types::FailureCause::Crashed,
        "the courier stopped",
        "Try again; keys have to be entered anew.",
    )
}

impl AppState {
    /// The number of the endpoint with that base URL; a new one is remembered.
    pub fn endpoint_for(self, base_url: &str) -> u32 {
        let known = self.settings.with_untracked(|settings| {
            settings
                .endpoints
                .iter()
                .find(|endpoint| endpoint.base_url == base_url)
                .map(|endpoint| endpoint.id)
        });
        known.unwrap_or_else(|| {
            let id = self.settings.with_untracked(super::Settings::next_endpoint_id);
            // The browser's own parser: another one would double the page's tables of characters.
            let name = web_sys::Url::new(base_url).map_or_else(|_| base_url.to_owned(), |url| url.host());
            self.set(|settings| {
                settings.endpoints.push(Endpoint {
                    id,
                    name,
                    base_url: base_url.to_owned(),
                    ..Endpoint::default()
                })
            });
            id
        })
    }
}
