//! The verbs of the network: ask a model, embed, rerank, test a connection; keys, money, and the log of what left.
//!
//! Pure: the browser stands behind [`Ports`]. A [`Courier`] plans a request (`plan`), waits for its turn (`limit`), sends it
//! within its deadlines (`connection`), feeds what comes into a [`Stream`], asks again where that can help (`attempt`), and
//! settles what it cost (`money`). Each request is written down in [`Egress`]. A key leaves the [`Keyring`] only for a URL of
//! the very origin it was entered for.
//!
//! Refuses to retry after the first token (that would be paid twice), to follow redirects, and to send a key by any
//! other way than `plan`. Whatever is dropped is aborted: a request, a place in the queue, a timer.

mod attempt;
mod batch;
mod chat;
mod check;
mod connection;
/// What is kept beyond the tab.
pub mod db;
/// Which requests went where.
pub mod egress;
mod embed;
/// One request and its streamed answer.
pub mod exchange;
/// What to run so that a host takes calls from a page.
pub mod gateway;
/// One's own calls → how a provider's model does.
pub mod health;
/// The date of an HTTP header.
pub mod http_date;
/// Keys, each bound to an origin.
pub mod keyring;
mod keys;
/// Who may send now, and who waits.
pub mod limit;
mod mask;
mod money;
/// Requests planned, and shown without their key.
pub mod plan;
/// What the courier asks of the browser.
pub mod ports;
mod prices;
mod probe;
mod queue;
/// What the browser saw → the true cause.
pub mod reach;
mod rerank;
/// Whether to ask again, and when.
pub mod retry;
/// What was spent, and what may be.
pub mod spending;
mod state;
mod stop;
/// An answer under way.
pub mod stream;
/// Whether a model thinks before it answers.
pub mod thinking;
/// How long to wait for what.
pub mod timeout;
/// Keys that outlast the tab, encrypted.
pub mod vault;
/// Requests for vectors and scores.
pub mod vectors;
mod whole;

pub use attempt::Waiting;
pub use batch::{EventBatch, FRAME_MILLIS};
pub use chat::{BuildPrompt, BuiltPrompt, CallEnd, Chat, ChatUpdate, NotSent};
pub use check::{Check, Checked};
pub use db::CourierDb;
pub use egress::{Egress, EgressEnd, EgressEntry, Purpose};
pub use embed::{Embed, EmbedUpdate};
pub use health::{Bucket, CallRecord, Health, Outcome, summarise};
pub use keyring::{KeyStatus, Keyring, Origin};
pub use keys::{KeyState, KeyStates, SetKey, VaultState, VaultVerb};
pub use limit::{CallOutcome, Limiter, Ticket, Turn};
pub use money::{CustomPrice, SpendingReport};
pub use plan::{Inspection, inspect, plan, plan_models};
pub use ports::{Body, Cipher, Clock, Edge, Http, NetworkError, Ports, Read, Tables, Write};
pub use prices::{ModelAt, PriceSource};
pub use reach::{HostFacts, LocalAccess, Observation, Probe, Reply, diagnose};
pub use rerank::{Rerank, RerankUpdate};
pub use retry::{Retry, RetryDecision, RetryHeaders};
pub use state::{Courier, ProviderLists};
pub use stop::{Stop, Stopped};
pub use stream::{Stream, read_models};
pub use thinking::{is_reasoning_model, thinks};
pub use timeout::{Deadlines, Limits};
