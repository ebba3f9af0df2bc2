use crate::types::{RunId, RunSummary};
use serde::{Deserialize, Serialize};

/// How much history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryLimits {
    /// Whether runs are stored at all.
    pub keep: bool,
    /// Most runs; 0 for no limit.
    pub max_runs: u32,
    /// Most days a run is kept; 0 for no limit.
    pub max_days: u32,
}

impl Default for HistoryLimits {
    fn default() -> Self {
        Self { keep: true, max_runs: 1_000, max_days: 0 }
    }
}

const MILLIS_PER_DAY: u64 = 24 * 60 * 60 * 1_000;

/// Runs that the limits no longer allow, at `now_millis` since 1970. A starred run stays, and counts.
pub fn expired(summaries: &[RunSummary], limits: HistoryLimits, now_millis: u64) -> Vec<RunId> {
    let mut newest_first: Vec<&RunSummary> = summaries.iter().collect();
    newest_first.sort_by_key(|summary| std::cmp::Reverse(summary.id));
    let max_runs = if limits.max_runs == 0 { usize::MAX } else { limits.max_runs as usize };
    let is_old = |summary: &RunSummary| {
        let age_millis = now_millis.saturating_sub(summary.started_millis);
        limits.max_days != 0 && age_millis > u64::from(limits.max_days) * MILLIS_PER_DAY
    };
    let over = newest_first.into_iter().enumerate();
    over.filter(|(place, summary)| !summary.star && (*place >= max_runs || is_old(summary)))
        .map(|(_, summary)| summary.id)
        .collect()
}
