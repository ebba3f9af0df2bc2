//! Where a node goes: into the innermost container that holds its kind.

use super::Builder;
use super::frame::Frame;
use crate::markup::{Inline, Item, Node, plain_text};

impl Builder<'_> {
    /// Text, with its line ends (HTML brings some) as breaks.
    pub(super) fn add_text(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.add_inline(Inline::SoftBreak);
            }
            if !line.is_empty() {
                self.add_inline(Inline::Text(line.to_owned()));
            }
        }
    }

    pub(super) fn add_inline(&mut self, inline: Inline) {
        self.nodes += 1;
        let Some(frame) = self.stack.iter_mut().rev().find(|frame| !matches!(frame, Frame::Other)) else {
            return;
        };
        let inlines = match frame {
            Frame::Inlines { inlines, .. } => inlines,
            // Text straight in a block, as in tight lists: a paragraph of its own.
            Frame::Blocks { nodes, .. } => {
                if !matches!(nodes.last(), Some(Node::Paragraph(_))) {
                    self.nodes += 1;
                    nodes.push(Node::Paragraph(Vec::new()));
                }
                match nodes.last_mut() {
                    Some(Node::Paragraph(inlines)) => inlines,
                    _ => return,
                }
            }
            Frame::Code { text, .. } => {
                text.push_str(&plain_text(&[inline]));
                return;
            }
            // What is nested too deeply in lists and tables: into the newest item or cell.
            Frame::List { items, .. } => {
                if items.is_empty() {
                    items.push(Item::default());
                }
                let Some(item) = items.last_mut() else { return };
                if !matches!(item.nodes.last(), Some(Node::Paragraph(_))) {
                    self.nodes += 1;
                    item.nodes.push(Node::Paragraph(Vec::new()));
                }
                match item.nodes.last_mut() {
                    Some(Node::Paragraph(inlines)) => inlines,
                    _ => return,
                }
            }
            Frame::Row { cells, .. } | Frame::Table { header: cells, .. } => {
                if cells.is_empty() {
                    cells.push(Vec::new());
                }
                match cells.last_mut() {
                    Some(inlines) => inlines,
                    None => return,
                }
            }
            Frame::Other => return,
        };
        match (inlines.last_mut(), inline) {
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
            (_, inline) => inlines.push(inline),
        }
    }

    pub(super) fn add_node(&mut self, node: Node) {
        self.nodes += 1;
        let frame = self.stack.iter_mut().rev().find_map(|frame| match frame {
            Frame::Blocks { nodes, .. } => Some(nodes),
            _ => None,
        });
        if let Some(nodes) = frame {
            nodes.push(node);
        }
    }
}
