//! Which model names a row of prices is for. All names are compared in lower case.

use serde::Deserialize;

/// A condition on a model's name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// This very name.
    Equals(String),
    /// One of these names.
    OneOf(Vec<String>),
    /// A name that begins so.
    StartsWith(String),
    /// A name that ends so.
    EndsWith(String),
    /// A name that holds this.
    Contains(String),
    /// A name of this shape: `#` stands for a digit, a final `*` for any rest.
    Shape(String),
    /// All of these.
    And(Vec<Clause>),
    /// One of these.
    Or(Vec<Clause>),
    /// Not this.
    Not(Box<Clause>),
}

impl Clause {
    /// Whether `name`, in lower case, is meant.
    pub fn is_match(&self, name: &str) -> bool {
        match self {
            Self::Equals(whole) => name == whole,
            Self::OneOf(wholes) => wholes.iter().any(|whole| name == whole),
            Self::StartsWith(part) => name.starts_with(part.as_str()),
            Self::EndsWith(part) => name.ends_with(part.as_str()),
            Self::Contains(part) => name.contains(part.as_str()),
            Self::Shape(shape) => has_shape(name, shape),
            Self::And(all) => all.iter().all(|clause| clause.is_match(name)),
            Self::Or(some) => some.iter().any(|clause| clause.is_match(name)),
            Self::Not(other) => !other.is_match(name),
        }
    }
}

fn has_shape(name: &str, shape: &str) -> bool {
    let (shape, open) = shape.strip_suffix('*').map_or((shape, false), |shape| (shape, true));
    let fits = |(byte, wanted): (u8, u8)| if wanted == b'#' { byte.is_ascii_digit() } else { byte == wanted };
    (name.len() == shape.len() || (open && name.len() > shape.len()))
        && name.bytes().zip(shape.bytes()).all(fits)
}

/// `name` with dates like `-20251211` written as `-2025-12-11`, as lists have them; nothing when it holds none.
pub(super) fn with_spaced_dates(name: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut changed = false;
    for (place, part) in name.split('-').enumerate() {
        // A date may be followed by a version (`…-20251211:free`).
        let (date, rest) = part.split_at_checked(8).unwrap_or((part, ""));
        let written =
            Some(date).filter(|_| place > 0 && (rest.is_empty() || rest.starts_with(':'))).and_then(spaced);
        changed |= written.is_some();
        parts.push(written.map_or_else(|| part.to_owned(), |date| format!("{date}{rest}")));
    }
    changed.then(|| parts.join("-"))
}

fn spaced(date: &str) -> Option<String> {
    let digits = date.len() == 8 && date.starts_with("20") && date.bytes().all(|byte| byte.is_ascii_digit());
    let (year, month, day) = (date.get(..4)?, date.get(4..6)?, date.get(6..)?);
    let (y, m, d): (u32, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let leap = y.is_multiple_of(4) && (!y.is_multiple_of(100) || y.is_multiple_of(400));
    let days = match m {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (digits && (1..=12).contains(&m) && (1..=days).contains(&d)).then(|| format!("{year}-{month}-{day}"))
}
