//! Answer → markers: which brackets are citations, and of which numbers.

use super::mask::MAX_MARKER_BYTES;
use super::prose::{self, Events};
use crate::types::Span;

/// Most citations of one text; what follows is left as text.
const MAX_MARKERS: usize = 2_000;
/// Most numbers that a range such as `[1-12]` stands for.
const MAX_RANGE: u32 = 20;

/// One number of one bracket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// `[n]`, or the number (or range) inside a list.
    pub span: Span,
    /// The whole bracket.
    pub group: Span,
    /// The number.
    pub number: u32,
}

/// The markers in `answer`, in order; `events` are what the parser says of it.
pub fn find(answer: &str, events: &Events<'_>) -> Vec<Marker> {
    if !answer.contains(['[', '【']) {
        return Vec::new();
    }
    let mut markers = Vec::new();
    for range in prose::ranges(events) {
        let mut at = range.start;
        while let Some(open) = answer.get(at..range.end).and_then(|rest| rest.find(['[', '【'])) {
            if markers.len() >= MAX_MARKERS {
                return markers;
            }
            let start = at + open;
            match bracket(answer, start, range.end) {
                Some(end) => {
                    push_group(answer, start, end, &mut markers);
                    at = end;
                }
                None => {
                    at = start + answer.get(start..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8)
                }
            }
        }
    }
    markers
}

/// The end of the citation bracket that opens at `start`, if it is one.
fn bracket(answer: &str, start: usize, limit: usize) -> Option<usize> {
    let rest = answer.get(start..limit)?;
    let (open, close) = if rest.starts_with('[') { ('[', ']') } else { ('【', '】') };
    let inside = rest.strip_prefix(open)?;
    // Looked for within the longest marker only: an answer of nothing but brackets must not take quadratic time.
    let (len, _) = inside
        .char_indices()
        .take_while(|(at, c)| *at <= MAX_MARKER_BYTES && *c != open && *c != '\n')
        .find(|(_, c)| *c == close)?;
    numbers(inside.get(..len)?)?;
    let end = start + open.len_utf8() + len + close.len_utf8();
    let after = answer.get(end..).unwrap_or("");
    // A link whose target the parser did not take, such as `[1](see below)`, is no citation either way.
    (!after.starts_with('(') && !is_code_like(answer.get(..start).unwrap_or(""), after)).then_some(end)
}

/// Array indexing in prose: `a[1]`, `my_list[1]`, `x[1] = 2`, `rows[1].name`, `f[1](…)`.
fn is_code_like(before: &str, after: &str) -> bool {
    let name_start = before
        .rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '$'))
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let name = before.get(name_start..).unwrap_or("");
    if name.is_empty() {
        return false;
    }
    let variable =
        name.contains(['_', '$']) || (name.len() == 1 && name.bytes().all(|b| b.is_ascii_lowercase()));
    let mut next = after.chars();
    let member = next.next() == Some('.') && next.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
    let trimmed = after.trim_start_matches(' ');
    let assigned = ["= ", "== ", "+= ", "-= ", "++", "->"].iter().any(|sign| trimmed.starts_with(sign));
    variable || member || assigned
}

fn push_group(answer: &str, start: usize, end: usize, markers: &mut Vec<Marker>) {
    let group = Span::new(start, end);
    let open = answer.get(start..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    let inside = answer.get(start + open..end - open).unwrap_or("");
    let Some(numbers) = numbers(inside) else { return };
    let alone = numbers.len() == 1;
    for item in numbers {
        let span = if alone { group } else { Span::new(start + open + item.start, start + open + item.end) };
        let (first, last) = item.range;
        if last < first || last - first >= MAX_RANGE {
            // Not a range anyone means: the two ends.
            markers.push(Marker { span, group, number: first });
            markers.push(Marker { span, group, number: last });
        } else {
            markers.extend((first..=last).map(|number| Marker { span, group, number }));
        }
    }
}

/// A number or a range inside a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    range: (u32, u32),
    start: usize,
    end: usize,
}

/// The numbers in the inside of a bracket: `1`, `1, 3`, `1-3`, `1; 2`, `1 and 2`, `Passage 1`, `1†source`; nothing when
/// it says anything else.
pub fn numbers(inside: &str) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut at = 0;
    loop {
        at += blanks(inside, at);
        at += label_len(inside.get(at..)?);
        let start = at;
        let first = number(inside, &mut at)?;
        let before_dash = at;
        at += blanks(inside, at);
        let mut range = (first, first);
        let dash = inside.get(at..)?.chars().next().filter(|c| matches!(c, '-' | '–' | '—' | '‑'));
        let mut end = before_dash;
        if let Some(dash) = dash {
            at += dash.len_utf8();
            at += blanks(inside, at);
            at += label_len(inside.get(at..)?);
            range.1 = number(inside, &mut at)?;
            end = at;
            at += blanks(inside, at);
        }
        items.push(Item { range, start, end });
        let rest = inside.get(at..)?;
        if rest.is_empty() {
            return Some(items);
        }
        // OpenAI's `【1†source】`: what follows the dagger names the source.
        if rest.starts_with('†') {
            return Some(items);
        }
        let separator =
            [", and ", ", ", ",", "; ", ";", "and ", "& ", "&"].iter().find(|sign| rest.starts_with(**sign));
        at += separator?.len();
    }
}

/// One to three digits: four are a year.
fn number(text: &str, at: &mut usize) -> Option<u32> {
    let digits = text.get(*at..)?.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 3 {
        return None;
    }
    let number = text.get(*at..*at + digits)?.parse().ok()?;
    *at += digits;
    Some(number)
}

fn blanks(text: &str, at: usize) -> usize {
    text.get(at..).unwrap_or("").bytes().take_while(|&b| b == b' ').count()
}

/// Length of a word such as `Passage ` or a `#` in front of a number.
fn label_len(text: &str) -> usize {
    const LABELS: [&str; 9] =
        ["passages", "passage", "sources", "source", "documents", "document", "doc", "ref", "#"];
    let Some(label) =
        LABELS.iter().find(|label| text.get(..label.len()).is_some_and(|t| t.eq_ignore_ascii_case(label)))
    else {
        return 0;
    };
    let rest = text.get(label.len()..).unwrap_or("");
    let dots = rest.bytes().take_while(|b| matches!(b, b'.' | b':' | b'#')).count();
    let len = label.len() + dots;
    len + blanks(text, len)
}
