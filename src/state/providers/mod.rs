//! Providers and endpoints: the catalogue, keys, connection tests, prices, spending, health.

/// How a key is shown to a host, for choosing.
pub mod auth;
/// The systems that can be reached: fetched once, searched, addressed.
pub mod catalogue;
mod check;
/// Which hosts get what.
pub mod destinations;
/// One model at several hosts.
pub mod compare;
pub mod money;
/// Health over time → shapes of a small plot.
pub mod plot;
mod store;

pub use check::{CheckState, Trial};
pub use store::{Listed, ProviderStore};
