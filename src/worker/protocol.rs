//! The tagged unions that cross the boundary, one pair a worker.
//!
//! Variants differ in size; a message is made once, encoded and dropped, so boxing the large ones would gain nothing.
#![allow(clippy::large_enum_variant)]

use crate::cite::Citation;
use crate::courier::{EgressEntry, Health, Origin};
use crate::markup::Node;
use crate::prompt::Fit;
use crate::types::{
    ChatEvent, Chunk, ChunkSettings, Cost, Document, DocumentId, Endpoint, Evidence, Failure, Format,
    Manifest, ModelEntry, ModelFamily, Parameters, Price, ProviderRow, RetrievalSettings, Sha256, Span,
    Spending, SpendingLimits, Trouble, Warning,
};
use serde::{Deserialize, Serialize};

/// Raised whenever a message changes: a page and a worker of different builds refuse each other.
pub const VERSION: u32 = 2;

/// Numbers a request and its replies.
pub type CallId = u32;

/// What travels in a message's head.
#[derive(Debug, Serialize, Deserialize)]
pub enum Wire<T> {
    /// The worker is up and speaks this version; nothing is sent to it before.
    Hello(u32),
    /// A request or a reply.
    Body(CallId, T),
}

/// Page → reader.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToReader {
    /// Parse the attached bytes.
    Read {
        /// The file's hash.
        id: DocumentId,
        /// Its name.
        name: String,
        /// For encrypted files.
        password: Option<String>,
    },
}

/// Reader → page.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromReader {
    /// The attached buffer is the document, as postcard; the page hands it on unread.
    Parsed {
        /// What the bytes are.
        format: Format,
        /// Pages, 0 for formats without.
        pages: u32,
        /// What went partly wrong.
        warnings: Vec<Warning>,
    },
    /// Not readable.
    Failed {
        /// Why.
        trouble: Trouble,
        /// A password would help.
        password: bool,
    },
}

/// Page → engine.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToEngine {
    /// Load what is stored and warm the index.
    Open,
    /// Chunk, embed, store and index the attached document.
    Ingest {
        /// Its hash.
        id: DocumentId,
        /// Size of the original file.
        size_bytes: u64,
        /// When it was added.
        added_millis: u64,
        /// How to cut it.
        chunking: ChunkSettings,
        /// What went partly wrong while reading it.
        warnings: Vec<Warning>,
    },
    /// Give up the ingest of this call.
    Cancel(CallId),
    /// Cut and embed a stored document anew.
    Rechunk(DocumentId, ChunkSettings),
    /// Retrieve evidence.
    Search {
        /// The question as typed.
        question: String,
        /// How to find passages.
        retrieval: RetrievalSettings,
    },
    /// Cut a stored document, for a look.
    Preview(DocumentId, ChunkSettings),
    /// A stored document.
    Document(DocumentId),
    /// Forget a document.
    Remove(DocumentId),
}

/// Engine → page.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromEngine {
    /// The corpus is warm.
    Opened {
        /// Stored documents, in the order of adding.
        manifests: Vec<Manifest>,
        /// `false`: this browser forbids storage, everything lasts as long as the tab.
        persistent: bool,
    },
    /// Chunks embedded so far.
    Progress {
        /// Done.
        done: u32,
        /// Of how many.
        total: u32,
    },
    /// Wholly stored and indexed.
    Ingested(Manifest),
    /// Given up on request.
    Cancelled,
    /// Retrieved; for each passage the question's words in it, as spans of its document.
    Found(Evidence, Vec<Vec<Span>>),
    /// The chunks of a document, stored or previewed.
    Chunks(Vec<Chunk>),
    /// A document and its stored chunks.
    Document(Document, Vec<Chunk>),
    /// Forgotten.
    Removed,
    /// The verb failed.
    Failed(Trouble),
}

/// Page → resident.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToResident {
    /// Quote the best sentences of the evidence.
    Extract {
        /// The question.
        question: String,
        /// Nothing for the baseline.
        evidence: Option<Evidence>,
    },
    /// Answer with the built-in chat model.
    Generate {
        /// The question.
        question: String,
        /// Nothing for the baseline.
        evidence: Option<Evidence>,
        /// Sampling and limits.
        parameters: Parameters,
        /// Context the prompt and the answer may fill together.
        budget_tokens: u32,
    },
    /// Give up the call.
    Stop(CallId),
}

/// Resident → page.
#[derive(Debug, Serialize, Deserialize)]
pub enum FromResident {
    /// Bytes of the model's weights fetched so far.
    Loading {
        /// Done.
        done: u64,
        /// Of how many, 0 if unknown.
        total: u64,
    },
    /// The turn has come; times count from here. What was really put to the model.
    Started(Sent),
    /// Prompt tokens read so far.
    Reading {
        /// Done.
        done: u32,
        /// Of how many.
        total: u32,
    },
    /// A step of the answer.
    Event(ChatEvent),
    /// The answer so far, to be drawn.
    Painted(Painted),
    /// Nothing more will come.
    Ended,
}

/// The request as put to a model, with what the prompt holds of the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    /// The exact request as a person reads it; a key is masked.
    pub request: String,
    /// SHA-256 of the evidence text inside; nothing for the baseline.
    pub evidence_sha256: Option<Sha256>,
    /// What the budget did.
    pub fit: Fit,
}

/// Page → courier.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToCourier {
    /// The systems that can be reached.
    Catalogue,
    /// Keep a key in memory for the endpoint's origin; an empty key forgets it.
    SetKey {
        /// Whose key it is.
        endpoint: Endpoint,
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
    /// Build the prompt for a model that only the page can call (Chrome's own) and draw its answer: the page feeds
    /// `Relayed` to this call.
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
    },
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
    /// The answer so far, to be drawn.
    Painted(Painted),
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
    Failed(Trouble),
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
    /// There is none: keys are gone with the tab.
    #[default]
    None,
    /// Its passphrase is needed.
    Locked,
    /// Open; new keys go into it.
    Open,
    /// This browser forbids storage.
    Unavailable,
}

/// An answer as typed nodes, with its citations verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Painted {
    /// What is drawn.
    pub nodes: Vec<Node>,
    /// What the nodes' citations lead to.
    pub citations: Vec<Citation>,
}

/// The outcome of a check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Checked {
    /// These models can be had.
    Models(Vec<ModelEntry>),
    /// The host lists no models, so nothing was asked; names that are known of it.
    Unlisted(Vec<String>),
    /// The true cause why not.
    Failed(Failure),
}
