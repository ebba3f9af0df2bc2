use super::catalogue::{address, unencrypted_host};
use crate::courier::Purpose;
use crate::state::AppState;
use crate::types::problem;
use crate::types::{CallFailure, Endpoint, FailureCause, ModelEntry, UserError};
use crate::worker::protocol::{Check, Checked, ListKeys, SetKey};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A named model was asked for a word: milliseconds until it came, or why it did not.
pub type Trial = Result<f64, CallFailure>;

/// Where the check of an endpoint stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum CheckState {
    /// Not asked for.
    #[default]
    Idle,
    /// Under way.
    Running,
    /// These models can be had; what the named one said, if one was.
    Reachable(Vec<ModelEntry>, Option<Trial>),
    /// The host lists no models; names that are known of it.
    Unlisted(Vec<String>, Option<Trial>),
    /// The true cause why not.
    Unreachable(CallFailure),
}

impl AppState {
    /// Gives the key to the courier, then lists the endpoint's models or finds out why not. `model` is the one wanted.
    pub fn check(self, endpoint: Endpoint, key: String, model: String) {
        self.checking.set(CheckState::Running);
        spawn_local(async move {
            if let Err(failure) = self.give_key(&endpoint, Purpose::Chat, key).await {
                return self.checking.set(CheckState::Unreachable(failure));
            }
            let page_origin = web_sys::window().and_then(|window| window.location().origin().ok());
            let page_origin = page_origin.unwrap_or_default();
            let named = !model.trim().is_empty();
            let mut call = self.services().courier.call(Check { endpoint, model, page_origin });
            self.checking.set(match call.body().await {
                Some(Checked::Models(models)) => CheckState::Reachable(models, None),
                Some(Checked::Unlisted(names)) => CheckState::Unlisted(names, None),
                Some(Checked::Failed(failure)) => {
                    return self.checking.set(CheckState::Unreachable(failure));
                }
                Some(Checked::Answered { .. }) => CheckState::Idle,
                None => CheckState::Unreachable(failure(self.courier_died())),
            });
            if !named {
                return;
            }
            // A named model is also asked for a word; a failed check has no second reply.
            let said = match call.body().await {
                Some(Checked::Answered { millis }) => Ok(millis),
                Some(Checked::Failed(failure)) => Err(failure),
                _ => return,
            };
            self.checking.update(|check| {
                if let CheckState::Reachable(_, trial) | CheckState::Unlisted(_, trial) = check {
                    *trial = Some(said);
                }
            });
        });
    }

    /// Gives a typed key to the courier, bound to the origin where `endpoint` does what the key is for. An empty one changes
    /// nothing.
    pub async fn give_key(
        self,
        endpoint: &Endpoint,
        purpose: Purpose,
        key: String,
    ) -> Result<(), CallFailure> {
        if key.trim().is_empty() {
            return Ok(());
        }
        let address = self.providers.with_untracked(|store| {
            address(store.rows.iter().find(|row| row.id == endpoint.provider), endpoint)
        });
        if let Some(host) = unencrypted_host(&address)
            && !is_accepted(host)
        {
            return Err(failure(problem::host::unencrypted(host)));
        }
        let verb = SetKey { endpoint: endpoint.clone(), purpose, key: key.trim().to_owned() };
        self.courier(verb).await.map_err(failure)?;
        self.refresh(ListKeys);
        Ok(())
    }

    /// Remembers what the last check found of these models' contexts.
    pub fn remember_context_limits(self, endpoint: u32, models: &[String]) {
        let CheckState::Reachable(found, _) = self.checking.get_untracked() else { return };
        let known = found.into_iter().filter(|entry| models.contains(&entry.name));
        let limits: Vec<(String, u32)> = known
            .filter_map(|entry| Some((entry.name, u32::try_from(entry.context_tokens?).ok()?)))
            .collect();
        if !limits.is_empty() {
            self.set(|settings| {
                limits
                    .iter()
                    .for_each(|(model, tokens)| settings.set_context_limit(endpoint, model, *tokens));
            });
        }
    }

    /// The number of the endpoint that equals `endpoint`; a new one is remembered.
    pub fn endpoint_for(self, endpoint: Endpoint) -> u32 {
        let mut id = 0;
        self.set(|settings| id = settings.endpoint_for(endpoint));
        id
    }
}

/// Asks before a key is sent so that everyone on the way can read it.
fn is_accepted(host: &str) -> bool {
    let what = t!("{host} is reached over plain http: everyone on the way can read the key.", host = host);
    let question = format!("{what}\n\n{}", t!("Send the key unencrypted?"));
    window().confirm_with_message(&question).unwrap_or(false)
}

fn failure(user_error: UserError) -> CallFailure {
    CallFailure::new(FailureCause::BadRequest, user_error)
}
