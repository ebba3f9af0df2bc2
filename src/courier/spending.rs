//! What was spent by day and provider, and whether one may go on. Asked before a request is planned; noted when its answer
//! has ended. Calls whose price is unknown are counted, never priced at 0.

use crate::provider::pricing::Counts;
use crate::types::problem::request;
use crate::types::{CallFailure, Cost, FailureCause, Spending, SpendingLimits};

/// Days kept; older ones are dropped when something is noted.
pub const DAYS_KEPT: usize = 92;

/// The sum over all providers of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// US dollars of calls whose price is known.
    pub usd: f64,
    /// Calls.
    pub calls: u32,
    /// Calls whose price is unknown: not in `usd`.
    pub unpriced: u32,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SpendingVerdict {
    /// Yes.
    Ok,
    /// Yes, but it should be said that the day's spending reaches this many dollars.
    Alert {
        /// Spent today, this call's estimate included.
        usd: f64,
        /// Where to warn.
        limit_usd: f64,
    },
    /// No: nothing is sent.
    Stop {
        /// Spent today, without this call.
        spent_usd: f64,
        /// What the call may cost at most, where that is known.
        estimate_usd: Option<f64>,
        /// Where to stop.
        limit_usd: f64,
    },
}

/// Notes one call of `provider` on `day` (`YYYY-MM-DD`, the person's).
pub fn add(
    book: &mut Vec<Spending>,
    provider: &str,
    day: &str,
    cost: Option<&Cost>,
    counts: Option<&Counts>,
) {
    let place = book.iter().position(|entry| entry.provider == provider && entry.day == day);
    let mut entry = match place {
        Some(place) => book.remove(place),
        None => Spending { provider: provider.to_owned(), day: day.to_owned(), ..Spending::default() },
    };
    entry.calls = entry.calls.saturating_add(1);
    match cost.filter(|cost| cost.usd.is_finite() && cost.usd >= 0.0) {
        Some(cost) => entry.usd += cost.usd,
        None => entry.unpriced = entry.unpriced.saturating_add(1),
    }
    let tokens = counts.map_or((0, 0), |counts| (counts.input(), counts.output.unwrap_or(0)));
    entry.input_tokens = entry.input_tokens.saturating_add(tokens.0);
    entry.output_tokens = entry.output_tokens.saturating_add(tokens.1);
    book.push(entry);
    drop_old(book);
}

/// The sum over all providers on `day`.
pub fn today(book: &[Spending], day: &str) -> Totals {
    book.iter().filter(|entry| entry.day == day).fold(Totals::default(), |sum, entry| Totals {
        usd: sum.usd + entry.usd,
        calls: sum.calls.saturating_add(entry.calls),
        unpriced: sum.unpriced.saturating_add(entry.unpriced),
    })
}

/// Whether a call that may cost `estimate_usd` may be made when `spent_usd` were spent today. A call of unknown price is
/// stopped only when the limit is reached already: it cannot be judged otherwise.
pub fn verdict(limits: &SpendingLimits, spent_usd: f64, estimate_usd: Option<f64>) -> SpendingVerdict {
    let after = spent_usd + estimate_usd.unwrap_or(0.0);
    if let Some(limit_usd) = limits.stop_usd.filter(|limit| spent_usd >= *limit || after > *limit) {
        return SpendingVerdict::Stop { spent_usd, estimate_usd, limit_usd };
    }
    match limits.alert_usd.filter(|limit| after >= *limit) {
        Some(limit_usd) => SpendingVerdict::Alert { usd: after, limit_usd },
        None => SpendingVerdict::Ok,
    }
}

impl SpendingVerdict {
    /// Why nothing is sent, if so.
    pub fn to_failure(&self) -> Option<CallFailure> {
        let Self::Stop { spent_usd, estimate_usd, limit_usd } = *self else { return None };
        let error = match estimate_usd {
            Some(usd) => request::over_budget(spent_usd, limit_usd, usd),
            None => request::over_budget_unpriced(spent_usd, limit_usd),
        };
        Some(CallFailure::new(FailureCause::OverBudget, error))
    }
}

fn drop_old(book: &mut Vec<Spending>) {
    let mut days: Vec<&str> = book.iter().map(|entry| entry.day.as_str()).collect();
    days.sort_unstable();
    days.dedup();
    let oldest =
        days.len().checked_sub(DAYS_KEPT).and_then(|place| days.get(place)).map(|day| (*day).to_owned());
    if let Some(oldest) = oldest {
        book.retain(|entry| entry.day >= oldest);
    }
}
