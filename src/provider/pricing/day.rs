//! Milliseconds since 1970 → the day and the minute, in UTC: prices begin on days and may differ by hour.

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
        let minutes = if minutes.is_finite() { minutes.clamp(0.0, 4e9) as u64 } else { 0 };
        Self { day: day_of(minutes / 1_440), minute: u16::try_from(minutes % 1_440).unwrap_or(0) }
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

/// The date `days` days after 1970-01-01 (Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
pub fn day_of(days: u64) -> String {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
