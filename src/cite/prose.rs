//! Answer Markdown → the ranges that are prose: not code, not links, not images.
//!
//! Before Markdown is parsed, the brackets of citation markers are masked by control characters of the same length:
//! offsets stay, and `[1]` can be neither a link reference nor cut into pieces by the parser. `markup` parses the same
//! masked text, so both see the same structure.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// Stands for `[` of a marker while Markdown is parsed.
const OPEN: char = '\u{1}';
/// Stands for `]`.
const CLOSE: char = '\u{2}';

/// Longest bracket that can be a marker.
pub const MAX_MARKER_BYTES: usize = 80;

/// The Markdown that answers are read with.
pub fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// `answer` with the brackets of possible markers masked and other control characters blanked; the same length, and
/// the same offsets.
pub fn mask(answer: &str) -> String {
    let mut out = String::with_capacity(answer.len());
    let mut at = 0;
    // Inside the target of a link or an autolink, where brackets are part of the address.
    let mut in_target = false;
    while let Some(rest) = answer.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(len) = marker_len(rest).filter(|_| !in_target) {
            let inside = rest.get(1..len - 1).unwrap_or("");
            out.push(OPEN);
            out.push_str(inside);
            out.push(CLOSE);
            at += len;
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        in_target = match c {
            ']' => in_target || rest.starts_with("](http") || rest.starts_with("](<http"),
            '<' => rest.starts_with("<http"),
            ')' | '>' => false,
            _ => in_target && !c.is_whitespace(),
        };
        // NUL and friends are of no use in an answer; tab, LF and CR are Markdown's.
        let blank = c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r');
        out.push(if blank { ' ' } else { c });
        at += c.len_utf8();
    }
    out
}

/// Text of the masked answer as it was.
pub fn unmask(text: &str) -> String {
    text.replace(OPEN, "[").replace(CLOSE, "]")
}

/// Length of `[…]` at the start of `rest` when it may be a marker: digits, and not the text of a link.
fn marker_len(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('[')?;
    let end =
        inside.bytes().take(MAX_MARKER_BYTES).position(|b| matches!(b, b']' | b'[' | b'\n' | b'(' | b'`'))?;
    let (inside, after) = inside.split_at_checked(end)?;
    let after = after.strip_prefix(']')?;
    let is_marker = super::markers::numbers(inside).is_some() && !inside.trim().is_empty();
    (is_marker && !after.starts_with('(')).then_some(end + 2)
}

/// Byte ranges of prose in the (unmasked) answer, in order, adjacent ones joined.
pub fn ranges(masked: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut hidden = 0_u32;
    for (event, range) in Parser::new_ext(masked, options()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }) => hidden += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Image) => hidden = hidden.saturating_sub(1),
            Event::Text(_) | Event::Html(_) | Event::InlineHtml(_) if hidden == 0 => {
                match ranges.last_mut() {
                    Some(last) if last.end == range.start => last.end = range.end,
                    _ => ranges.push(range),
                }
            }
            _ => {}
        }
    }
    ranges
}
