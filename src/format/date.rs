//! Days since 1970-01-01 ↔ dates of the Gregorian calendar, all in UTC.
//!
//! Hinnant's `civil_from_days` and `days_from_civil` ("chrono-compatible low-level date algorithms"): years begin in March,
//! so that the leap day is the last of its year.

use std::fmt;

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;
/// Days of 400 years.
const ERA_DAYS: i64 = 146_097;

/// A date. Shows as `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// The year.
    pub year: i64,
    /// The month, from 1.
    pub month: i64,
    /// The day of the month, from 1.
    pub day: i64,
}

impl Date {
    /// The date of that year, month and day; nothing for days that never were.
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let date = Self { year, month, day };
        (Self::of_days(date.days()) == date).then_some(date)
    }

    /// The date `days` days after 1970-01-01.
    pub fn of_days(days: i64) -> Self {
        let days = days.saturating_add(EPOCH_DAYS);
        let (era, of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        Self { year: year + era * 400 + i64::from(month <= 2), month, day }
    }

    /// The date that `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-').map(str::parse);
        match (parts.next()?, parts.next()?, parts.next()?) {
            (Ok(year), Ok(month), Ok(day)) => Self::new(year, month, day),
            _ => None,
        }
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * (self.month + 9).rem_euclid(12) + 2) / 5 + self.day - 1;
        era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_DAYS
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_those_of_the_calendar() {
        for (days, date) in [
            (-719_162, "0001-01-01"),
            (-1, "1969-12-31"),
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (11_017, "2000-03-01"),
            (19_782, "2024-02-29"),
            (20_778, "2026-11-21"),
            (47_541, "2100-03-01"),
        ] {
            let found = Date::of_days(days);
            assert_eq!((found.to_string().as_str(), found.days()), (date, days));
            assert_eq!(Date::parse(date), Some(found));
        }
        // Four centuries, day by day: the next day is the same month's next or some month's first.
        let mut before = Date::of_days(-1);
        for days in 0..ERA_DAYS {
            let date = Date::of_days(days);
            let next =
                if date.day == 1 { date.month == before.month % 12 + 1 } else { date.day == before.day + 1 };
            assert!(next && date.days() == days, "{before} {date}");
            before = date;
        }
    }

    #[test]
    fn days_that_never_were_are_refused() {
        for (year, month, day) in [
            (2026, 2, 29),
            (1900, 2, 29),
            (2026, 4, 31),
            (2026, 1, 0),
            (2026, 1, 32),
            (2026, 0, 1),
            (2026, 13, 1),
        ] {
            assert_eq!(Date::new(year, month, day), None, "{year}-{month}-{day}");
        }
        assert!(Date::new(2000, 2, 29).is_some() && Date::new(2024, 2, 29).is_some());
    }
}
