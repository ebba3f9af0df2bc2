//! Footnotes: references to them, and the definitions, which stand behind everything else of their piece.

use crate::cite::{Events, Links, label_key, note_label};
use crate::markup::{Inline, Node};
use std::collections::BTreeSet;

/// The footnotes of a piece, and what is known of those of others.
pub(in crate::markup) struct Notes<'a> {
    links: &'a Links,
    /// Where the piece begins.
    start: usize,
    /// The labels that the piece itself defines.
    own: BTreeSet<String>,
    /// The definitions so far.
    pub(super) defined: Vec<Node>,
}

impl<'a> Notes<'a> {
    /// Of the piece that begins at `start`, whose parser says `events`.
    pub(in crate::markup) fn new(events: &Events<'_>, links: &'a Links, start: usize) -> Self {
        let own = events.iter().filter_map(|(event, _)| note_label(event)).collect();
        Self { links, start, own, defined: Vec::new() }
    }

    /// A reference to the footnote of that label.
    pub(super) fn reference(&self, label: &str) -> Inline {
        let label = label_key(label);
        let is_defined = self.own.contains(&label) || self.links.has_note(&label);
        Inline::Footnote { label, is_defined }
    }

    /// Takes a definition in; gives it back when its label is another's already.
    pub(super) fn define(&mut self, label: String, nodes: Vec<Node>) -> Vec<Node> {
        let label = label_key(&label);
        let is_taken = self
            .defined
            .iter()
            .any(|node| matches!(node, Node::Footnote { label: other, .. } if *other == label));
        if is_taken || !self.links.is_note_of(&label, self.start) {
            return nodes;
        }
        self.defined.push(Node::Footnote { label, nodes });
        Vec::new()
    }
}
