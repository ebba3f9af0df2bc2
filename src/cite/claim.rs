//! Marker → the sentence it vouches for.
//!
//! The sentence before the marker, also when the marker stands after its full stop (`It rained. [1]`) or in a row of
//! markers (`[1][2]`). When hardly anything stands before it (`According to [1], it rained.`), the rest of the sentence
//! counts too. Lines end sentences: models put list items and table rows on lines.

use crate::types::Span;

/// Farthest that a sentence is looked for on either side, in bytes.
const MAX_CLAIM_BYTES: usize = 1_500;
/// Letters before a marker that are too few to be a claim.
const MIN_LETTERS: usize = 20;

/// The words of the sentence around `group`, with all markers cut out.
pub fn of(answer: &str, group: Span, groups: &[Span]) -> String {
    let before = sentence_start(answer, group, groups);
    let mut claim = without_groups(answer, before, group.start as usize, groups);
    if claim.chars().filter(|c| c.is_alphanumeric()).count() < MIN_LETTERS {
        let after = group.end as usize;
        let end = sentence_end(answer, after);
        claim.push(' ');
        claim.push_str(&without_groups(answer, after, end, groups));
    }
    claim
}

fn sentence_start(answer: &str, group: Span, groups: &[Span]) -> usize {
    let floor = boundary(answer, (group.start as usize).saturating_sub(MAX_CLAIM_BYTES));
    let mut end = group.start as usize;
    // Step over markers that stand directly before: they share the sentence.
    loop {
        let text = answer.get(floor..end).unwrap_or("").trim_end_matches([' ', ',']);
        end = floor + text.len();
        let after = groups.partition_point(|other| (other.end as usize) < end);
        match groups.get(after) {
            Some(other) if other.end as usize == end && (other.start as usize) < end && end > floor => {
                end = (other.start as usize).max(floor);
            }
            _ => break,
        }
    }
    let text = answer.get(floor..end).unwrap_or("");
    // A stop directly before the marker ends the very sentence that it vouches for.
    let body = text.trim_end_matches(['.', '!', '?', '。', '"', '”', '’', ')', '*', '_']);
    let mut start = floor;
    for (at, c) in body.char_indices().rev() {
        let after = body.get(at + c.len_utf8()..).unwrap_or("");
        if c == '\n' || c == '|' || c == '。' || (is_stop(c) && after.starts_with([' ', '\t'])) {
            start = floor + at + c.len_utf8();
            break;
        }
    }
    start
}

fn sentence_end(answer: &str, from: usize) -> usize {
    let rest = answer.get(from..boundary(answer, from + MAX_CLAIM_BYTES)).unwrap_or("");
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = c == '\n' || c == '|' || c == '。';
        let stops = is_stop(c) && chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        // A stop right behind the marker belongs to the sentence before it.
        if ends || (stops && at > 0) {
            return from + at;
        }
        if stops {
            return from;
        }
    }
    from + rest.len()
}

/// The last character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?')
}

fn without_groups(answer: &str, from: usize, to: usize, groups: &[Span]) -> String {
    let mut out = String::new();
    let mut at = from;
    for group in groups.iter().filter(|group| (from..to).contains(&(group.start as usize))) {
        out.push_str(answer.get(at..group.start as usize).unwrap_or(""));
        out.push(' ');
        at = group.end as usize;
    }
    out.push_str(answer.get(at..to.max(at)).unwrap_or(""));
    out
}
