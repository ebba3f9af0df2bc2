//! What page and courier say to each other.

use super::CallId;
use crate::courier::{EgressEntry, Health, Origin, Purpose};
use crate::provider::embeddings;
use crate::types::{
    CallFailure, ChatEvent, Cost, Endpoint, Evidence, ModelEntry, ModelFamily, Parameters, Price,
    ProviderRow, Sent, Spending, SpendingLimits, UserError,
};
use serde::{Deserialize, Serialize};

/// Page → courier.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToCourier {
    /// The systems that can be reached.
    Catalogue,
    /// Keep a key in memory for the endpoint's origin; an empty key forgets it.
    SetKey {
        /// Whose key it is.
        endpoint: Endpoint,
        /// What it is for: some hosts embed and rerank at another origin.
        purpose: Purpose,
        /// The secret.
        key: String,
    },
    /// Which origins have a key, and how the vault stands.
    Keys,
    /// Drop the key of an origin, from memory and vault.
    ForgetKey(Origin),
    /// Drop all keys, from memory and vault.
    ForgetAllKeys,
    /// Do something with the vault.
    Vault(VaultVerb),
    /// Put the question to a model, with the evidence it may have, and stream the answer.
    Send {
        /// Where to.
        endpoint: Endpoint,
        /// The model's name there.
        model: String,
        /// The question.
        question: String,
        /// Nothing for the baseline.
        evidence: Option<Evidence>,
        /// Sampling and limits.
        parameters: Parameters,
        /// Parameters that this model was found not to take.
        omit: Vec<String>,
    },
    /// Make vectors of texts: one `Embedded` a finished batch, then `Done`, or `Failed`.
    Embed {
        /// Where to.
        endpoint: Endpoint,
        /// The model's name there.
        model: String,
        /// Numbers in a vector, for models that can shorten them.
        dimensions: Option<u32>,
        /// Questions or passages.
        purpose: embeddings::Purpose,
        /// The texts.
        texts: Vec<String>,
    },
    /// Score passages for a question: `Reranked`, or `Failed`.
    Rerank {
        /// Where to.
        endpoint: Endpoint,
        /// The model's name there.
        model: String,
        /// The question.
        query: String,
        /// The passages.
        passages: Vec<String>,
    },
    /// Build the prompt for a model that only the page can call (Chrome's own): the page feeds `Relayed` to this call.
    Relay {
        /// The model's name, for the request shown.
        model: String,
        /// The question.
        question: String,
        /// Nothing for the baseline.
        evidence: Option<Evidence>,
        /// Sampling and limits.
        parameters: Parameters,
    },
    /// A step of a relayed answer; nothing when it has ended.
    Relayed(CallId, Option<ChatEvent>),
    /// List models, or find out why not.
    Check {
        /// Where to.
        endpoint: Endpoint,
        /// The model that is wanted, to say whether it is there.
        model: String,
        /// The page's origin, for fixes that name it.
        page_origin: String,
    },
    /// What models cost, in this order.
    Prices(Vec<(Endpoint, String)>),
    /// Requests that left since the entry of this id.
    Egress(u64),
    /// What was spent.
    Spending,
    /// Where to warn and where to stop.
    SetLimits(SpendingLimits),
    /// A price entered by hand; nothing takes it back.
    SetPrice {
        /// Whose.
        provider: String,
        /// Of what.
        model: String,
        /// In dollars a million tokens.
        price: Option<Price>,
    },
    /// Fetch a newer price list from there, because the person asks for it.
    RefreshPrices(PriceSource),
    /// How one's own calls went.
    Health,
    /// Forget them.
    ClearHealth,
    /// Abort the call.
    Stop(CallId),
}

/// Where newer prices come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriceSource {
    /// `openrouter.ai/api/v1/models`.
    OpenRouter,
    /// `models.dev/api.json`.
    ModelsDev,
    /// The list that ships with the page.
    BuiltIn,
}

/// Courier → page.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromCourier {
    /// The systems that can be reached, and models that several of them offer.
    Catalogue {
        /// The systems.
        rows: Vec<ProviderRow>,
        /// The models.
        families: Vec<ModelFamily>,
        /// The systems that embed; their only route is where they do.
        embedders: Vec<ProviderRow>,
        /// The systems that rerank, likewise.
        rerankers: Vec<ProviderRow>,
    },
    /// A batch of vectors is finished. The attached buffer holds their numbers, one vector after another, little-endian; the
    /// page hands it on unread.
    Embedded {
        /// Place of the first text of the batch.
        first: u32,
        /// Texts of the batch.
        count: u32,
    },
    /// A score a passage, in their order.
    Reranked(Vec<f32>),
    /// The key is kept (`true`) or forgotten.
    KeySet(bool),
    /// Which origins have a key, and how the vault stands.
    Keys(KeyStates),
    /// Another request of the origin is under way, or the host asked to wait.
    Waiting {
        /// How many are before this one.
        before: u32,
        /// Milliseconds until the next try, where that is known.
        millis: Option<f64>,
        /// Why, in words; empty when it is only a queue.
        why: String,
    },
    /// What is sent, told before the first byte leaves.
    Started(Sent),
    /// The prompt of a relayed answer: system and user message.
    Prompt {
        /// Standing instructions.
        system: String,
        /// Evidence and question.
        user: String,
    },
    /// A step of the answer, with the time it arrived in milliseconds after the request left.
    Event(ChatEvent, f64),
    /// Nothing more will come.
    Ended {
        /// Milliseconds after the request left.
        at_millis: f64,
        /// What it cost; nothing when the price is unknown.
        cost: Option<Cost>,
        /// Something to tell the person about the day's spending.
        notice: Option<String>,
    },
    /// The outcome of a check.
    Checked(Checked),
    /// What models cost, in the order asked; nothing where it is unknown.
    Prices(Vec<Option<Price>>),
    /// Requests that left.
    Egress(Vec<EgressEntry>),
    /// What was spent.
    Spending {
        /// By provider and day, newest day first.
        days: Vec<Spending>,
        /// Where to warn and where to stop.
        limits: SpendingLimits,
        /// The price list in use and its date.
        list: String,
        /// Prices entered by hand: provider, model, price.
        overrides: Vec<(String, String, Price)>,
    },
    /// How one's own calls went.
    Health(Vec<Health>),
    /// Done.
    Done,
    /// The verb failed before anything was sent.
    Failed(UserError),
}

/// What can be done with the vault.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum VaultVerb {
    /// Begin to remember keys, encrypted under this passphrase.
    Create(String),
    /// Open it.
    Unlock(String),
    /// Close it: keys that came from it leave the memory.
    Lock,
    /// Change the passphrase.
    Rekey {
        /// The passphrase so far.
        from: String,
        /// The new one.
        to: String,
    },
    /// Forget it and what is in it.
    Destroy,
}

/// How keys and vault stand. Holds no key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyStates {
    /// Each origin that has a key.
    pub keys: Vec<KeyState>,
    /// The vault.
    pub vault: VaultState,
}

/// The key of one origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyState {
    /// Where it goes, and nowhere else.
    pub origin: Origin,
    /// It can be used now.
    pub in_memory: bool,
    /// It is in the vault.
    pub remembered: bool,
}

/// How the vault stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum VaultState {
    /// Not told yet.
    #[default]
    Unknown,
    /// There is none: keys are gone with the tab.
    None,
    /// Its passphrase is needed.
    Locked,
    /// Open; new keys go into it.
    Open,
    /// This browser forbids storage.
    Unavailable,
}

/// The outcome of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Checked {
    /// These models can be had.
    Models(Vec<ModelEntry>),
    /// The host lists no models, so nothing was asked; names that are known of it.
    Unlisted(Vec<String>),
    /// Told after the list: the named model has answered.
    Answered {
        /// Milliseconds until its first word.
        millis: f64,
    },
    /// The true cause why not.
    Failed(CallFailure),
}
