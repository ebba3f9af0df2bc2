//! Numbers → text for people. Units are decimal (1 kB = 1,000 B), and a number that is not finite shows as "n/a".
//!
//! Separators are those of the page's language (`set_numbers`); before it is set, and in workers, a point and a thin space.

use std::cell::Cell;

/// Days ↔ dates.
pub mod date;

/// Shown where there is no number.
pub const NOTHING: &str = "n/a";

const THIN_SPACE: char = '\u{2009}';

/// How a language writes numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Between the whole and the rest: `.` in English, `,` in German.
    pub decimal: char,
    /// Between groups of three digits.
    pub group: char,
    /// `12.30 $`, not `$12.30`.
    pub currency_last: bool,
}

impl Numbers {
    /// Of English, and of everything that is no text for people.
    pub const ENGLISH: Self = Self { decimal: '.', group: THIN_SPACE, currency_last: false };
}

thread_local! {
    static NUMBERS: Cell<Numbers> = const { Cell::new(Numbers::ENGLISH) };
}

/// Sets how this thread writes numbers; what was set before.
pub fn set_numbers(numbers: Numbers) -> Numbers {
    NUMBERS.replace(numbers)
}

/// `value` with so many decimals, as the language writes it.
pub fn decimal(value: f64, decimals: u32) -> String {
    let text = fixed(value, decimals);
    match NUMBERS.get().decimal {
        '.' => text,
        mark => text.replace('.', mark.encode_utf8(&mut [0; 4])),
    }
}

/// An amount of dollars, written by `decimal`, with its sign where the language has it.
pub fn dollars(amount: &str) -> String {
    if NUMBERS.get().currency_last { format!("{amount}\u{a0}$") } else { format!("${amount}") }
}

/// For machines: `value` with so many decimals behind a point, by whole numbers: the standard library's exact float printing would weigh more than the
/// rest of this file on the page. `n/a` beyond 2^53.
pub fn fixed(value: f64, decimals: u32) -> String {
    let unit = 10_u64.pow(decimals.min(12));
    let scaled = (value.abs() * unit as f64).round();
    if !scaled.is_finite() || scaled > 9_007_199_254_740_992.0 {
        return NOTHING.into();
    }
    let scaled = scaled as u64;
    let sign = if value < 0.0 && scaled > 0 { "-" } else { "" };
    let whole = scaled / unit;
    if decimals == 0 {
        return format!("{sign}{whole}");
    }
    // The leading 1 keeps the zeros behind the point.
    let rest = (unit + scaled % unit).to_string();
    format!("{sign}{whole}.{}", rest.get(1..).unwrap_or(""))
}

/// `999 B`, `1.2 kB`, `23 MB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if count < 1_000 {
        return format!("{count} B");
    }
    let mut value = count as f64;
    let mut unit = "B";
    for next in UNITS {
        if value < 999.5 {
            break;
        }
        value /= 1_000.0;
        unit = next;
    }
    format!("{} {unit}", two_digits(value))
}

/// `0.4 ms`, `840 ms`, `3.4 s`, `2 min 5 s`, `1 h 2 min`.
pub fn duration(millis: f64) -> String {
    if !millis.is_finite() || millis < 0.0 {
        return NOTHING.into();
    }
    match millis {
        _ if millis == 0.0 => "0 ms".into(),
        _ if millis < 9.95 => format!("{} ms", one_decimal(millis)),
        _ if millis < 999.5 => format!("{} ms", fixed(millis, 0)),
        _ if millis < 9_950.0 => format!("{} s", decimal(millis / 1_000.0, 1)),
        _ => long_duration((millis / 1_000.0).round()),
    }
}

/// `1 234 567` with thin spaces; four digits stay together (`1234`).
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    if digits.len() <= 4 {
        return digits;
    }
    let group = NUMBERS.get().group;
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    text
}

/// A similarity or fused score, three decimals: `0.812`, `12.345`; tiny ones as `0.0163`.
pub fn score(score: f32) -> String {
    match score {
        _ if !score.is_finite() => NOTHING.into(),
        _ if score != 0.0 && score.abs() < 0.1 => decimal(f64::from(score), 4),
        _ => decimal(f64::from(score), 3),
    }
}

/// `34 %` of `done` in `total`; `100 %` only when all is done.
pub fn percent(done: u64, total: u64) -> String {
    let share = if total == 0 { 100 } else { u128::from(done.min(total)) * 100 / u128::from(total) };
    format!("{share} %")
}

/// About how long it still takes, such as `12 s`, from what is done so far; nothing before it can be estimated.
pub fn time_left(done: u64, total: u64, elapsed_millis: f64) -> Option<String> {
    let is_known = done > 0 && total > done && elapsed_millis >= 500.0 && elapsed_millis.is_finite();
    is_known.then(|| {
        let left_secs = elapsed_millis / done as f64 * (total - done) as f64 / 1_000.0;
        match left_secs {
            _ if left_secs < 1.5 => "1 s".to_owned(),
            // Steps of five from twenty seconds: an estimate that jitters reads as noise.
            _ if (20.0..60.0).contains(&left_secs) => {
                format!("{} s", fixed((left_secs / 5.0).round() * 5.0, 0))
            }
            _ if left_secs >= 60.0 => format!("{} min", count((left_secs / 60.0).ceil() as u64)),
            _ => format!("{} s", fixed(left_secs, 0)),
        }
    })
}

fn long_duration(secs: f64) -> String {
    let secs = secs as u64;
    let (hours, minutes, rest) = (secs / 3_600, secs / 60 % 60, secs % 60);
    match (hours, minutes, rest) {
        (0, 0, _) => format!("{rest} s"),
        (0, _, 0) => format!("{minutes} min"),
        (0, ..) => format!("{minutes} min {rest} s"),
        (_, 0, _) => format!("{} h", count(hours)),
        _ => format!("{} h {minutes} min", count(hours)),
    }
}

/// Two significant digits below ten, whole numbers above.
fn two_digits(value: f64) -> String {
    if value < 9.95 { one_decimal(value) } else { fixed(value, 0) }
}

fn one_decimal(value: f64) -> String {
    let text = decimal(value, 1);
    let whole = text.strip_suffix('0').and_then(|text| text.strip_suffix(NUMBERS.get().decimal));
    whole.map_or_else(|| text.clone(), str::to_owned)
}
