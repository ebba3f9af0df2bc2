//! The verbs of the network: plan a request with the key that belongs there, follow its answer, tell what went wrong.
//!
//! Pure: the browser side gives it a transport. It plans (`plan`, `plan_models`), it feeds whatever happens into a
//! [`Stream`], asks [`Deadlines`] how long to wait, and writes down each request in [`Egress`]. A key leaves the
//! [`Keyring`] only for a URL of the very origin it was entered for.
//!
//! Refuses to retry after the first token (that would be paid twice), to follow redirects, and to send a key by any
//! other way than `plan`.

/// Which requests went where.
pub mod egress;
/// What to run so that a host takes calls from a page.
pub mod gateway;
/// One's own calls → how a provider's model does.
pub mod health;
/// The date of an HTTP header.
pub mod http_date;
/// Keys, each bound to an origin.
pub mod keyring;
/// Who may send now, and who waits.
pub mod limit;
/// Requests planned, and shown without their key.
pub mod plan;
/// What the browser saw → the true cause.
pub mod reach;
/// Whether to ask again, and when.
pub mod retry;
/// What was spent, and what may be.
pub mod spending;
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

pub use egress::{Egress, EgressEnd, EgressEntry, Purpose};
pub use health::{Bucket, CallRecord, Health, Outcome, summarise};
pub use keyring::{KeyStatus, Keyring, Origin};
pub use limit::{CallOutcome, Limiter, Ticket, Turn};
pub use plan::{Inspection, inspect, plan, plan_models};
pub use reach::{HostFacts, LocalAccess, Observation, Probe, Reply, diagnose};
pub use retry::{Retry, RetryDecision, RetryHeaders};
pub use stream::{Stream, read_models};
pub use thinking::{is_reasoning_model, thinks};
pub use timeout::{Deadlines, Limits};
