//! Milliseconds since 1970 → the day and the minute, in UTC: prices begin on days and may differ by hour.

use crate::format::date::Date;

/// A point in time, as prices know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// `YYYY-MM-DD`, UTC.
    pub day: String,
    /// Minutes since midnight, UTC.
    pub minute: u16,
}

impl Moment {
    /// The moment `millis` milliseconds after 1970 began.
    pub fn of(millis: f64) -> Self {
        let minutes = (millis / 60_000.0).floor();
        let minutes = if minutes.is_finite() { minutes.clamp(0.0, 4e9) as i64 } else { 0 };
        Self {
            day: Date::of_days(minutes / 1_440).to_string(),
            minute: u16::try_from(minutes % 1_440).unwrap_or(0),
        }
    }

    /// Whether the minute lies from `start` up to before `end`, over midnight when `end` comes first.
    pub(super) fn is_within(&self, start: u16, end: u16) -> bool {
        if end < start {
            self.minute >= start || self.minute < end
        } else {
            (start..end).contains(&self.minute)
        }
    }
}
