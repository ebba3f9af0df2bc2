//! What is shown of an answer, piece by piece, and what has changed of it.

use crate::cite::Citation;
use crate::markup::math;
use crate::markup::{Inline, Item, Node};
use serde::{Deserialize, Serialize};

/// How a piece goes on with the one before: what the page leaves out between the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Continues {
    /// It begins by itself.
    #[default]
    Nothing,
    /// Its first node belongs to the last block of the piece before: no margin between them.
    Block,
    /// Its first node is code that goes on in the middle of a line.
    Line,
    /// Its first node is a list that goes on with its next item.
    List,
    /// Its first node is a list whose first item goes on: no bullet.
    Item,
    /// Its first node is a table that goes on: it has no header.
    Table,
}

/// A part of an answer that is rendered by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// How it goes on with the piece before.
    pub continues: Continues,
    /// Its blocks.
    pub nodes: Vec<Node>,
    /// Its citations, which its nodes refer to; their spans count from the piece's own start.
    pub citations: Vec<Citation>,
    /// Bytes of its text, native citations woven in.
    pub bytes: u32,
}

/// What has changed of one piece.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PieceChange {
    /// Which piece; one more than there are adds it.
    pub at: u32,
    /// How it goes on with the piece before.
    pub continues: Continues,
    /// Blocks that stay.
    pub keep: u32,
    /// The blocks after them.
    pub nodes: Vec<Node>,
    /// Citations that stay.
    pub keep_citations: u32,
    /// The citations after them.
    pub citations: Vec<Citation>,
    /// Bytes of its text now.
    pub bytes: u32,
}

/// What has changed since the last one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Piece by piece.
    pub changes: Vec<PieceChange>,
}

impl Piece {
    /// Takes in a change.
    pub fn apply(&mut self, change: PieceChange) {
        self.continues = change.continues;
        self.nodes.truncate(change.keep as usize);
        self.nodes.extend(change.nodes);
        self.citations.truncate(change.keep_citations as usize);
        self.citations.extend(change.citations);
        self.bytes = change.bytes;
    }

    /// Makes the first node what it continues; `number` is that of a list's next item.
    pub(super) fn join(&mut self, number: u64) {
        if self.continues == Continues::Nothing {
            return;
        }
        match (self.continues, self.nodes.first_mut()) {
            (Continues::List, Some(Node::List { ordered: true, start, .. })) => *start = number,
            (Continues::Table, Some(Node::Table { header, .. })) => header.clear(),
            // The item was over: its lead stands there alone.
            (Continues::Item, Some(Node::List { items, .. }))
                if items.first().is_some_and(|item| item.nodes.is_empty()) =>
            {
                items.remove(0);
                self.continues = Continues::List;
            }
            _ => {}
        }
        let is_empty = match self.nodes.first() {
            Some(Node::CodeBlock { text, .. }) => text.is_empty(),
            Some(Node::List { items, .. }) => items.is_empty(),
            Some(Node::Table { rows, .. }) => self.continues == Continues::Table && rows.is_empty(),
            _ => false,
        };
        if is_empty {
            self.nodes.remove(0);
            self.continues = Continues::Nothing;
        }
    }
}

impl PieceChange {
    pub(super) fn whole(at: usize, piece: Piece) -> Self {
        let Piece { continues, nodes, citations, bytes } = piece;
        Self { at: at as u32, continues, keep: 0, nodes, keep_citations: 0, citations, bytes }
    }

    /// From `before` to `now`; nothing when they are equal.
    pub(super) fn between(at: usize, before: &Piece, now: &Piece) -> Option<Self> {
        if before == now {
            return None;
        }
        let cited = before.citations.iter().zip(&now.citations).take_while(|(a, b)| a == b).count();
        let same =
            |(a, b): &(&Node, &Node)| a == b && last_citation(b).is_none_or(|last| (last as usize) < cited);
        // The first node is shown according to how the piece goes on.
        let keep = match before.continues == now.continues {
            true => before.nodes.iter().zip(&now.nodes).take_while(same).count(),
            false => 0,
        };
        Some(Self {
            at: at as u32,
            continues: now.continues,
            keep: keep as u32,
            nodes: now.nodes.get(keep..).unwrap_or_default().to_vec(),
            keep_citations: cited as u32,
            citations: now.citations.get(cited..).unwrap_or_default().to_vec(),
            bytes: now.bytes,
        })
    }
}

impl Patch {
    /// Takes it into what is shown.
    pub fn apply(self, pieces: &mut Vec<Piece>) {
        for change in self.changes {
            let at = change.at as usize;
            if at >= pieces.len() {
                pieces.resize_with(at + 1, Piece::default);
            }
            if let Some(piece) = pieces.get_mut(at) {
                piece.apply(change);
            }
        }
    }

    /// How much text it shows or shows again: another measure of that.
    pub fn bytes(&self) -> usize {
        self.changes.iter().map(|change| change.bytes as usize).sum()
    }

    /// How many nodes it brings: a measure of what the page has to do.
    pub fn nodes(&self) -> usize {
        let mut count = 0;
        let nodes = self.changes.iter().flat_map(|change| &change.nodes);
        nodes.for_each(|node| walk(node, &mut |_| count += 1));
        count
    }
}

/// The last citation that a node refers to.
fn last_citation(node: &Node) -> Option<u32> {
    let mut last = None;
    walk(node, &mut |inline| {
        if let Some(Inline::Cite(at)) = inline {
            last = last.max(Some(*at));
        }
    });
    last
}

/// Visits a node and all that it holds. Trees are at most `MAX_DEPTH` deep, so is the recursion.
fn walk<'n>(node: &'n Node, visit: &mut impl FnMut(Option<&'n Inline>)) {
    visit(None);
    match node {
        Node::Paragraph(list) | Node::Heading(_, list) => walk_inlines(list, visit),
        Node::List { items, .. } => {
            for Item { nodes, .. } in items {
                visit(None);
                nodes.iter().for_each(|node| walk(node, visit));
            }
        }
        Node::Quote(nodes) | Node::Footnote { nodes, .. } => nodes.iter().for_each(|node| walk(node, visit)),
        Node::Table { header, rows, .. } => {
            for cell in header.iter().chain(rows.iter().flatten()) {
                visit(None);
                walk_inlines(cell, visit);
            }
        }
        Node::CodeBlock { .. } | Node::Rule => {}
    }
}

fn walk_inlines<'n>(list: &'n [Inline], visit: &mut impl FnMut(Option<&'n Inline>)) {
    for inline in list {
        visit(Some(inline));
        match inline {
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Strike(inner) => {
                walk_inlines(inner, visit)
            }
            Inline::Link { text, .. } => walk_inlines(text, visit),
            Inline::Math { nodes, .. } => (0..math::count(nodes)).for_each(|_| visit(None)),
            _ => {}
        }
    }
}
