//! One's own calls → how a provider's model does.

use crate::types::FailureCause;
use serde::{Deserialize, Serialize};

/// How one model of one provider did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Health {
    /// The catalogue's row, or the host of a custom endpoint.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// Calls that ended well or failed; stopped ones do not count.
    pub calls: u32,
    /// Of these, those that ended well.
    pub succeeded: u32,
    /// Median time to the first token.
    pub first_token_p50_millis: Option<f64>,
    /// 95th percentile of it, from 5 calls on.
    pub first_token_p95_millis: Option<f64>,
    /// Median pace after the first token.
    pub tokens_per_second_p50: Option<f64>,
    /// Failures by cause, most frequent first.
    pub errors: Vec<(FailureCause, u32)>,
    /// The same over time, oldest first, without gaps.
    pub series: Vec<Bucket>,
}

/// Calls of a stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its beginning, in milliseconds since 1970.
    pub from_millis: f64,
    /// Its length.
    pub length_millis: f64,
    /// Calls that ended well or failed.
    pub calls: u32,
    /// Of these, those that failed.
    pub failures: u32,
    /// Median time to the first token.
    pub first_token_p50_millis: Option<f64>,
}
