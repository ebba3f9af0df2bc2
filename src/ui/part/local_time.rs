//! Moments in the person's own time zone.

use crate::messages::current;

/// `2026-11-26 20:05`, or as the language has it. Not by `Intl`: the first date it writes takes 15 ms of the main thread, just when
/// a run begins.
pub(in crate::ui) fn local_time(epoch_millis: f64) -> String {
    let date = js_sys::Date::new(&epoch_millis.into());
    current().head().date.fill([
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes(),
    ])
}
