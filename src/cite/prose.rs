//! Answer Markdown → the ranges that are prose: not code, not links, not images.
//!
//! Before Markdown is parsed, the brackets of citation markers are masked by control characters of the same length:
//! offsets stay, and `[1]` can be neither a link reference nor cut into pieces by the parser. `markup` parses the same
//! masked text, so both see the same structure.

use pulldown_cmark::{BrokenLink, CowStr, Event, Options, Parser, Tag, TagEnd};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Stands for `[` of a marker while Markdown is parsed.
const OPEN: char = '\u{1}';
/// Stands for `]`.
const CLOSE: char = '\u{2}';

/// Stands before the text of a piece where a line or a paragraph must seem to have begun; never shown.
pub const LEAD: char = '\u{3}';

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

/// Most link definitions of one answer that are heeded beyond their own piece.
const MAX_LINKS: usize = 1_000;

/// Link definitions (`[label]: url`) of an answer, and the labels that were looked for in vain.
#[derive(Debug, Default)]
pub struct Links {
    known: BTreeMap<String, String>,
    missing: RefCell<BTreeSet<String>>,
}

impl Links {
    /// Remembers the definitions in `source`; the first of a label counts.
    pub fn learn(&mut self, source: &Source) {
        let parser = Parser::new_ext(&source.masked, options());
        for (label, link) in parser.reference_definitions().iter() {
            if self.known.len() < MAX_LINKS {
                self.known.entry(label_key(label)).or_insert_with(|| link.dest.to_string());
            }
        }
    }

    /// Whether that label is defined.
    pub fn knows(&self, label: &str) -> bool {
        self.known.contains_key(label)
    }

    /// The labels that were not defined since this was asked last.
    pub fn take_missing(&self) -> BTreeSet<String> {
        self.missing.take()
    }

    fn find(&self, label: &str) -> Option<&str> {
        let key = label_key(label);
        let found = self.known.get(&key);
        if found.is_none() && self.missing.borrow().len() < MAX_LINKS {
            self.missing.borrow_mut().insert(key);
        }
        found.map(String::as_str)
    }
}

/// Labels are compared without regard to case and white space.
fn label_key(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Text as the parser reads it: masked, and behind a lead that says in what it stands.
#[derive(Debug)]
pub struct Source {
    masked: String,
    lead: usize,
}

/// What the parser says, and of which bytes of the text.
pub type Events<'a> = Vec<(Event<'a>, Range<usize>)>;

impl Source {
    /// `text`, standing behind `lead`.
    pub fn new(lead: &str, text: &str) -> Self {
        Self { masked: format!("{lead}{}", mask(text)), lead: lead.len() }
    }

    /// The masked text without its lead.
    pub fn text(&self) -> &str {
        self.masked.get(self.lead..).unwrap_or("")
    }

    /// The text, parsed; nothing in it comes from the lead.
    pub fn events<'a>(&'a self, links: &'a Links) -> Events<'a> {
        let resolve = |link: BrokenLink<'a>| {
            let url = links.find(&link.reference)?;
            Some((CowStr::Borrowed(url), CowStr::Borrowed("")))
        };
        let parser = Parser::new_with_broken_link_callback(&self.masked, options(), Some(resolve));
        parser.into_offset_iter().filter_map(|(event, range)| self.without_lead(event, range)).collect()
    }

    fn without_lead<'a>(
        &'a self,
        event: Event<'a>,
        range: Range<usize>,
    ) -> Option<(Event<'a>, Range<usize>)> {
        let in_text = range.start.saturating_sub(self.lead)..range.end.saturating_sub(self.lead);
        let is_structure = matches!(event, Event::Start(_) | Event::End(_));
        if is_structure || range.start >= self.lead {
            return Some((event, in_text));
        }
        let rest = self.text().get(in_text.clone()).filter(|rest| !rest.is_empty())?;
        Some((Event::Text(CowStr::Borrowed(rest)), in_text))
    }
}

/// Byte ranges of prose in the text, in order, adjacent ones joined.
pub fn ranges(events: &Events<'_>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut hidden = 0_u32;
    for (event, range) in events {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }) => hidden += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Image) => hidden = hidden.saturating_sub(1),
            Event::Text(_) | Event::Html(_) | Event::InlineHtml(_) if hidden == 0 => {
                match ranges.last_mut() {
                    Some(last) if last.end == range.start => last.end = range.end,
                    _ => ranges.push(range.clone()),
                }
            }
            _ => {}
        }
    }
    ranges
}
