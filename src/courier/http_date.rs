//! The date of an HTTP header → milliseconds since 1970. Only the form that servers must send (IMF-fixdate, RFC 9110
//! §5.6.7); the two forms of the nineties are refused.

use crate::format::date::Date;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// 1 January 1970 was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// `Sun, 06 Nov 1994 08:49:37 GMT` → `784111777000`; nothing for any other form, and for days that never were.
pub fn parse(text: &str) -> Option<f64> {
    let (weekday, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let mut next = || words.next();
    let (day, month, year) = (digits(next()?, 2)?, next()?, digits(next()?, 4)?);
    let (time, zone) = (next()?, next()?);
    if zone != "GMT" || next().is_some() {
        return None;
    }
    let mut parts = time.split(':');
    let mut part = || digits(parts.next()?, 2);
    let (hour, minute, second) = (part()?, part()?, part()?);
    // A leap second is written as 60.
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? as i64 + 1;
    let days = Date::new(year, month, day)?.days();
    let named = usize::try_from(days.rem_euclid(7)).ok().and_then(|at| WEEKDAYS.get(at));
    if named != Some(&weekday) {
        return None;
    }
    Some(((days * 24 + hour) * 60 + minute) as f64 * 60_000.0 + second as f64 * 1_000.0)
}

fn digits(text: &str, length: usize) -> Option<i64> {
    let plain = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}
