//! `numbering.xml` and the course of a document → the marker of each list item.

use super::super::{Error, xml};
use std::collections::HashMap;

/// One level of a list definition (ECMA-376 part 1 §17.9.6).
#[derive(Clone, Debug)]
struct Level {
    format: String,
    text: String,
    start: u64,
}

impl Default for Level {
    fn default() -> Self {
        Self { format: "decimal".to_owned(), text: String::new(), start: 1 }
    }
}

/// List definitions, and where each list stands.
#[derive(Debug, Default)]
pub struct Numbering {
    abstracts: HashMap<String, HashMap<usize, Level>>,
    lists: HashMap<String, String>,
    starts: HashMap<(String, usize), u64>,
    counters: HashMap<String, Vec<Option<u64>>>,
}

impl Numbering {
    /// Reads `numbering.xml`; damage leaves what was read before it.
    pub fn read(text: &str) -> Result<Self, Error> {
        let mut numbering = Self::default();
        let mut definition = String::new();
        let mut list = String::new();
        let mut level = 0usize;
        let outcome = xml::walk("numbering", text, |node| {
            let xml::Node::Open(element) = node else { return Ok(()) };
            let value = || element.attribute("val").unwrap_or_default();
            match element.name() {
                "abstractNum" => {
                    definition = element.attribute("abstractNumId").unwrap_or_default();
                    list.clear();
                }
                "num" => {
                    list = element.attribute("numId").unwrap_or_default();
                    definition.clear();
                }
                "abstractNumId" if !list.is_empty() => {
                    numbering.lists.insert(list.clone(), value());
                }
                "lvl" | "lvlOverride" => {
                    level =
                        element.attribute("ilvl").and_then(|level| level.parse().ok()).unwrap_or(0).min(8);
                }
                "startOverride" if !list.is_empty() => {
                    numbering.starts.insert((list.clone(), level), value().parse().unwrap_or(1));
                }
                "numFmt" | "lvlText" | "start" if !definition.is_empty() => {
                    let levels = numbering.abstracts.entry(definition.clone()).or_default();
                    let level = levels.entry(level).or_default();
                    match element.name() {
                        "numFmt" => level.format = value(),
                        "lvlText" => level.text = value(),
                        _ => level.start = value().parse().unwrap_or(1),
                    }
                }
                _ => {}
            }
            Ok(())
        });
        match outcome {
            Err(error @ Error::Bomb { .. }) => Err(error),
            _ => Ok(numbering),
        }
    }

    /// The marker of the next item of `list` at `level` ("2.", "b)", "-"); `None` when it is no list.
    pub fn next(&mut self, list: &str, level: usize) -> Option<String> {
        let level = level.min(8);
        let levels = self.abstracts.get(self.lists.get(list)?)?;
        let first = |at: usize| {
            let start = levels.get(&at).map_or(1, |level| level.start);
            self.starts.get(&(list.to_owned(), at)).copied().unwrap_or(start)
        };
        let counters = self.counters.entry(list.to_owned()).or_insert_with(|| vec![None; 9]);
        for (at, counter) in counters.iter_mut().enumerate() {
            match at.cmp(&level) {
                std::cmp::Ordering::Less => *counter = counter.or_else(|| Some(first(at))),
                std::cmp::Ordering::Equal => *counter = Some(counter.map_or_else(|| first(at), |n| n + 1)),
                std::cmp::Ordering::Greater => *counter = None,
            }
        }
        let own = levels.get(&level).cloned().unwrap_or_default();
        match own.format.as_str() {
            "bullet" => return Some("-".to_owned()),
            "none" => return Some(String::new()),
            _ => {}
        }
        let mut marker = if own.text.is_empty() { format!("%{}.", level + 1) } else { own.text.clone() };
        for (at, counter) in counters.iter().enumerate() {
            let place = format!("%{}", at + 1);
            if marker.contains(&place) {
                let format = levels.get(&at).map_or("decimal", |level| level.format.as_str());
                marker = marker.replace(&place, &numeral(counter.unwrap_or(1), format));
            }
        }
        Some(marker)
    }
}

/// `n` in one of Word's number formats; formats of other scripts read as decimal.
fn numeral(n: u64, format: &str) -> String {
    match format {
        "lowerLetter" => letters(n, b'a'),
        "upperLetter" => letters(n, b'A'),
        "lowerRoman" => roman(n).to_lowercase(),
        "upperRoman" => roman(n),
        "decimalZero" => format!("{n:02}"),
        _ => n.to_string(),
    }
}

/// a … z, aa, bb … as Word counts.
fn letters(n: u64, first: u8) -> String {
    let index = n.saturating_sub(1);
    let letter = char::from(first + u8::try_from(index % 26).unwrap_or(0));
    let times = usize::try_from(index / 26 + 1).unwrap_or(1).min(10);
    std::iter::repeat_n(letter, times).collect()
}

fn roman(n: u64) -> String {
    const DIGITS: [(u64, &str); 13] = [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    let mut rest = n.min(4999);
    let mut text = String::new();
    for (value, digit) in DIGITS {
        while rest >= value {
            text.push_str(digit);
            rest -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals() {
        assert_eq!(numeral(4, "lowerRoman"), "iv");
        assert_eq!(numeral(28, "lowerLetter"), "bb");
        assert_eq!(numeral(3, "decimalZero"), "03");
    }
}
