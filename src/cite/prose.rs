//! Answer Markdown → the ranges that are prose: not code, not links, not images.
//!
//! Markdown is parsed from the masked answer (see `mask`). `markup` parses the same text, so both see the same structure.

use super::mask::{mask, unmask};
use pulldown_cmark::{BrokenLink, CowStr, Event, Options, Parser, Tag, TagEnd};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The Markdown that answers are read with.
pub fn options() -> Options {
    // A footnote of the old kind ends with its paragraph, and so never goes over the end of a piece; its reference is one
    // wherever the definition stands.
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_OLD_FOOTNOTES
}

/// Most link definitions, and most footnotes, of one answer that are heeded beyond their own piece.
const MAX_LINKS: usize = 1_000;

/// Link definitions (`[label]: url`) and footnotes (`[^label]: …`) of an answer, and the labels that were looked for in
/// vain.
#[derive(Debug, Default)]
pub struct Links {
    known: BTreeMap<String, String>,
    /// The labels of footnotes, and where the text begins in which each is defined.
    notes: BTreeMap<String, usize>,
    missing: RefCell<BTreeSet<String>>,
}

impl Links {
    /// Remembers the definitions in `source`, which begins at `start` of the answer; the first of a label counts.
    pub fn learn(&mut self, source: &Source, start: usize) {
        let parser = Parser::new_ext(&source.masked, options());
        for (label, link) in parser.reference_definitions().iter() {
            if self.known.len() < MAX_LINKS {
                self.known.entry(label_key(label)).or_insert_with(|| link.dest.to_string());
            }
        }
        if source.masked.contains("[^") {
            for label in parser.filter_map(|event| note_label(&event)) {
                if self.notes.len() < MAX_LINKS {
                    self.notes.entry(label).or_insert(start);
                }
            }
        }
    }

    /// Whether a footnote has that label; if not, it was looked for in vain.
    pub fn has_note(&self, label: &str) -> bool {
        let found = self.notes.contains_key(label);
        if !found && self.missing.borrow().len() < MAX_LINKS {
            self.missing.borrow_mut().insert(format!("{NOTE}{label}"));
        }
        found
    }

    /// Whether the footnote of that label may be that of the text at `start`: the first of a label counts.
    pub fn is_note_of(&self, label: &str, start: usize) -> bool {
        self.notes.get(label).is_none_or(|first| *first == start)
    }

    /// Whether that label, which was looked for in vain, is defined now.
    pub fn knows(&self, label: &str) -> bool {
        let note = label.strip_prefix(NOTE).map(|key| self.notes.contains_key(key));
        note.unwrap_or_else(|| self.known.contains_key(label))
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

/// Stands before the label of a footnote among those that are missing.
const NOTE: char = '^';

/// The label of the footnote that begins with `event`.
pub fn note_label(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Start(Tag::FootnoteDefinition(label)) => Some(label_key(&unmask(label))),
        _ => None,
    }
}

/// Labels are compared without regard to case and white space.
pub fn label_key(label: &str) -> String {
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
