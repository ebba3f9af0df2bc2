//! One's own calls → how a provider's model does. Never sent anywhere.
//!
//! Percentiles are nearest ranks: a measured value, not one in between. A stopped call is neither success nor failure.

use crate::types::FailureCause;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fewest values of which a 95th percentile is given: of fewer it would be the slowest one under another name.
pub const MIN_FOR_P95: usize = 5;
/// An hour.
const HOUR_MILLIS: f64 = 3_600_000.0;
/// A day of the world's clock (UTC).
const DAY_MILLIS: f64 = 24.0 * HOUR_MILLIS;
/// Up to here the series goes by hours, beyond by days.
const HOURS_SPAN_MILLIS: f64 = 2.0 * DAY_MILLIS;
/// Most days of a series; earlier calls count in the sums only.
const MAX_DAYS: usize = 90;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The answer came to its end.
    Ok,
    /// It failed.
    Failed(FailureCause),
    /// The person stopped it.
    Stopped,
}

/// One call, as it is kept: no question, no answer, no key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallRecord {
    /// When it was sent, in milliseconds since 1970.
    pub at_millis: f64,
    /// The catalogue's row, or the host of a custom endpoint.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Until the first text or reasoning, in milliseconds.
    pub first_token_millis: Option<f64>,
    /// Pace after the first token.
    pub tokens_per_second: Option<f64>,
    /// Tokens generated, where the host says.
    pub output_tokens: Option<u64>,
}

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

impl Health {
    /// The part of `calls` that ended well, 0 to 1; nothing where there is none to judge by.
    pub fn success_rate(&self) -> Option<f64> {
        (self.calls > 0).then(|| f64::from(self.succeeded) / f64::from(self.calls))
    }
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

/// Sums up `calls`, a row for each model that had any, by provider and model. Series go from the model's first call to
/// `now_millis` (since 1970), by hours up to two days, else by days.
pub fn summarise(calls: &[CallRecord], now_millis: f64) -> Vec<Health> {
    let mut by_model: BTreeMap<(&str, &str), Vec<&CallRecord>> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.outcome != Outcome::Stopped) {
        by_model.entry((&call.provider, &call.model)).or_default().push(call);
    }
    by_model
        .into_iter()
        .map(|((provider, model), calls)| Health {
            provider: provider.to_owned(),
            model: model.to_owned(),
            calls: count(&calls),
            succeeded: count(&calls) - failures(&calls),
            first_token_p50_millis: first_tokens(&calls).percentile(0.5),
            first_token_p95_millis: first_tokens(&calls).at_least(MIN_FOR_P95).percentile(0.95),
            tokens_per_second_p50: Sorted::of(calls.iter().filter_map(|call| call.tokens_per_second))
                .percentile(0.5),
            errors: errors(&calls),
            series: series(&calls, now_millis),
        })
        .collect()
}

fn count(calls: &[&CallRecord]) -> u32 {
    u32::try_from(calls.len()).unwrap_or(u32::MAX)
}

fn failures(calls: &[&CallRecord]) -> u32 {
    let failed = calls.iter().filter(|call| matches!(call.outcome, Outcome::Failed(_)));
    u32::try_from(failed.count()).unwrap_or(u32::MAX)
}

fn first_tokens(calls: &[&CallRecord]) -> Sorted {
    Sorted::of(calls.iter().filter_map(|call| call.first_token_millis))
}

fn errors(calls: &[&CallRecord]) -> Vec<(FailureCause, u32)> {
    let mut errors: Vec<(FailureCause, u32)> = Vec::new();
    for call in calls {
        let Outcome::Failed(cause) = call.outcome else { continue };
        match errors.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, count)) => *count += 1,
            None => errors.push((cause, 1)),
        }
    }
    // A stable sort: causes of equal number stay in the order in which they were first met.
    errors.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    errors
}

fn series(calls: &[&CallRecord], now_millis: f64) -> Vec<Bucket> {
    let times = || calls.iter().map(|call| call.at_millis).filter(|at| at.is_finite());
    let (Some(first), Some(last)) = (times().min_by(f64::total_cmp), times().max_by(f64::total_cmp)) else {
        return Vec::new();
    };
    // A clock set back leaves calls in the future: they are shown too.
    let last = if now_millis.is_finite() { last.max(now_millis) } else { last };
    let length_millis = if last - first <= HOURS_SPAN_MILLIS { HOUR_MILLIS } else { DAY_MILLIS };
    let number = |at: f64| (at / length_millis).floor();
    let begin = number(first).max(number(last) - (MAX_DAYS - 1) as f64);
    let mut groups: Vec<Vec<&CallRecord>> = vec![Vec::new(); (number(last) - begin) as usize + 1];
    for call in calls.iter().filter(|call| number(call.at_millis) >= begin) {
        if let Some(group) = groups.get_mut((number(call.at_millis) - begin) as usize) {
            group.push(call);
        }
    }
    groups
        .into_iter()
        .enumerate()
        .map(|(at, calls)| Bucket {
            from_millis: (begin + at as f64) * length_millis,
            length_millis,
            calls: count(&calls),
            failures: failures(&calls),
            first_token_p50_millis: first_tokens(&calls).percentile(0.5),
        })
        .collect()
}

/// Finite values, smallest first.
struct Sorted(Vec<f64>);

impl Sorted {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// The same, or none where there are too few.
    fn at_least(self, least: usize) -> Self {
        if self.0.len() >= least { self } else { Self(Vec::new()) }
    }

    /// The smallest value that is not exceeded by `part` of all.
    fn percentile(&self, part: f64) -> Option<f64> {
        let rank = (part * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.max(1) - 1).copied()
    }
}
