//! What `hnsw_rs` calls of the crate `cpu-time`, whose own code wants a system: it logs how long something took. Nobody reads that log,
//! and a browser's worker has no such clock: no time ever passes.

use std::time::Duration;

/// A moment.
#[derive(Clone, Copy, Debug)]
pub struct ProcessTime(());

impl ProcessTime {
    /// This moment.
    pub fn now() -> Self {
        Self(())
    }

    /// What has passed since.
    pub fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}
