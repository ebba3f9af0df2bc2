//! The verbs of the network: plan a request with the key that belongs there, follow its answer, tell what went wrong.
//!
//! Pure: the browser side gives it a transport. It plans (`plan`, `plan_models`), it feeds whatever happens into a
//! [`Stream`], asks [`Patience`] how long to wait, and writes down each request in [`Egress`]. A key leaves the
//! [`Keyring`] only for a URL of the very origin it was entered for.
//!
//! Refuses to retry after the first token (that would be paid twice), to follow redirects, and to send a key by any
//! other way than `plan`.

/// Which requests went where.
pub mod egress;
/// Keys, each bound to an origin.
pub mod keyring;
/// Requests planned, and shown without their key.
pub mod plan;
/// What the browser saw → the true cause.
pub mod reach;
/// What was spent, and what may be.
pub mod spending;
/// An answer under way.
pub mod stream;
/// How long to wait for what.
pub mod timeout;

pub use egress::{Egress, EgressEntry, Purpose};
pub use keyring::{Keyring, Origin};
pub use plan::{Inspection, inspect, plan, plan_models};
pub use reach::{Observation, Probe, Reply, diagnose};
pub use stream::{Stream, read_models};
pub use timeout::{Limits, Patience};
