//! Page → courier, and engine → courier for what a provider embeds or reranks. Owns the network and the keys.
//!
//! Structs that the network's verbs themselves use are the courier's own.

use super::Outcome;
use crate::courier::{EgressEntry, Health, Origin, ProviderLists, SpendingReport};
use crate::types::{Evidence, Price, SpendingLimits};
use serde::{Deserialize, Serialize};

pub use crate::courier::{
    BuildPrompt, BuiltPrompt, CallEnd, Chat, ChatUpdate, Check, Checked, CustomPrice, Embed, EmbedUpdate,
    KeyState, KeyStates, ModelAt, NotSent, PriceSource, Rerank, RerankUpdate, SetKey, VaultState, VaultVerb,
    Waiting,
};

calls! {
    /// Page → courier.
    ToCourier {
        /// Answer at the attached port: the engine asks at its other end. Never replies, and ends with the courier.
        Serve => (),
        /// Keep the evidence of a run, which the columns then name.
        PutEvidence => (),
        /// Put something to a model and stream its answer.
        Chat => ChatUpdate,
        /// Build the prompt for a model that only the page can call.
        BuildPrompt => Result<BuiltPrompt, NotSent>,
        /// Make vectors of texts.
        Embed => EmbedUpdate,
        /// Score passages for a question.
        Rerank => RerankUpdate,
        /// List models, or find out why not.
        Check => Checked,
        /// The providers that can be reached.
        ListProviders => Outcome<ProviderLists>,
        /// Keep a key in memory for the endpoint's origin.
        SetKey => Outcome<()>,
        /// Which origins have a key, and how the vault stands.
        ListKeys => Outcome<KeyStates>,
        /// Drop the key of an origin, from memory and vault.
        ForgetKey => Outcome<()>,
        /// Drop all keys, from memory and vault.
        ForgetAllKeys => Outcome<()>,
        /// Do something with the vault.
        UseVault => Outcome<()>,
        /// Requests that left.
        ListSent => Outcome<Vec<EgressEntry>>,
        /// What models cost, in their order; nothing where it is unknown.
        ListPrices => Outcome<Vec<Option<Price>>>,
        /// What was spent.
        GetSpending => Outcome<SpendingReport>,
        /// Where to warn and where to stop.
        SetLimits => Outcome<()>,
        /// A price entered by hand.
        SetPrice => Outcome<()>,
        /// Fetch a newer price list, because the person asks for it.
        RefreshPrices => Outcome<()>,
        /// How calls from this browser went.
        GetHealth => Outcome<Vec<Health>>,
        /// Forget them.
        ClearHealth => Outcome<()>,
    }
}

/// Answer at the attached port.
#[derive(Debug, Serialize, Deserialize)]
pub struct Serve;

/// Keep the evidence of a run.
#[derive(Debug, Serialize, Deserialize)]
pub struct PutEvidence(pub Evidence);

/// The providers that can be reached.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListProviders;

/// Which origins have a key, and how the vault stands.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListKeys;

/// Drop the key of an origin.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetKey(pub Origin);

/// Drop all keys.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetAllKeys;

/// Do something with the vault.
#[derive(Debug, Serialize, Deserialize)]
pub struct UseVault(pub VaultVerb);

/// Requests that left.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListSent {
    /// Only what has changed since this revision of the list; 0 for all.
    pub since: u64,
}

/// What models cost.
#[derive(Debug, Serialize, Deserialize)]
pub struct ListPrices(pub Vec<ModelAt>);

/// What was spent.
#[derive(Debug, Serialize, Deserialize)]
pub struct GetSpending;

/// Where to warn and where to stop.
#[derive(Debug, Serialize, Deserialize)]
pub struct SetLimits(pub SpendingLimits);

/// A price entered by hand; nothing removes it.
#[derive(Debug, Serialize, Deserialize)]
pub struct SetPrice {
    /// Whose.
    pub provider: String,
    /// Of what.
    pub model: String,
    /// In dollars a million tokens.
    pub price: Option<Price>,
}

/// Fetch a newer price list.
#[derive(Debug, Serialize, Deserialize)]
pub struct RefreshPrices(pub PriceSource);

/// How calls from this browser went.
#[derive(Debug, Serialize, Deserialize)]
pub struct GetHealth;

/// Forget them.
#[derive(Debug, Serialize, Deserialize)]
pub struct ClearHealth;
