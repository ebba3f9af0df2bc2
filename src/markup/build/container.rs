//! Containers: which frame each tag of the parser opens, and what becomes of it when it ends.

use super::Builder;
use super::frame::{Blocks, Frame, Inlines};
use crate::cite::unmask;
use crate::markup::{Align, Inline, Item, Node, SafeUrl, plain_text};
use pulldown_cmark::{Alignment, CodeBlockKind, LinkType, Tag};

impl Builder<'_> {
    pub(super) fn open(&mut self, tag: Tag<'_>) {
        let inlines = |kind| Frame::Inlines { kind, inlines: Vec::new() };
        let blocks = |kind| Frame::Blocks { kind, nodes: Vec::new() };
        self.stack.push(match tag {
            Tag::Paragraph | Tag::HtmlBlock => inlines(Inlines::Paragraph),
            Tag::Heading { level, .. } => inlines(Inlines::Heading(level as u8)),
            Tag::BlockQuote(_) => blocks(Blocks::Quote),
            Tag::List(start) => Frame::List { start, items: Vec::new() },
            Tag::Item => blocks(Blocks::Item { checked: None }),
            Tag::FootnoteDefinition(label) => blocks(Blocks::Footnote(unmask(&label))),
            Tag::CodeBlock(kind) => Frame::Code { language: language(&kind), text: String::new() },
            Tag::Table(align) => Frame::Table {
                align: align.into_iter().map(to_align).collect(),
                header: Vec::new(),
                rows: Vec::new(),
            },
            Tag::TableHead => Frame::Row { header: true, cells: Vec::new() },
            Tag::TableRow => Frame::Row { header: false, cells: Vec::new() },
            Tag::TableCell => inlines(Inlines::Cell),
            Tag::Strong => inlines(Inlines::Strong),
            Tag::Emphasis => inlines(Inlines::Emphasis),
            Tag::Strikethrough => inlines(Inlines::Strike),
            Tag::Link { link_type: LinkType::Email, dest_url, .. } => {
                inlines(Inlines::Link(format!("mailto:{}", unmask(&dest_url))))
            }
            Tag::Link { dest_url, .. } => inlines(Inlines::Link(unmask(&dest_url))),
            Tag::Image { dest_url, .. } => inlines(Inlines::Image(unmask(&dest_url))),
            _ => Frame::Other,
        });
    }

    /// Closes the innermost container and puts it into the next.
    pub(super) fn end(&mut self) {
        // The document itself stays.
        if self.stack.len() < 2 {
            return;
        }
        match self.stack.pop() {
            Some(Frame::Blocks { kind: Blocks::Quote | Blocks::Document, nodes }) => {
                self.add_node(Node::Quote(nodes))
            }
            Some(Frame::Blocks { kind: Blocks::Item { checked }, nodes }) => match self.stack.last_mut() {
                Some(Frame::List { items, .. }) => items.push(Item { checked, nodes }),
                _ => nodes.into_iter().for_each(|node| self.add_node(node)),
            },
            Some(Frame::Blocks { kind: Blocks::Footnote(label), nodes }) => {
                self.nodes += 1;
                let repeated = self.notes.define(label, nodes);
                repeated.into_iter().for_each(|node| self.add_node(node));
            }
            Some(Frame::Inlines { kind, inlines }) => self.end_inlines(kind, inlines),
            Some(Frame::List { start, items }) => {
                self.add_node(Node::List { ordered: start.is_some(), start: start.unwrap_or(1), items });
            }
            Some(Frame::Code { language, mut text }) => {
                if text.ends_with('\n') {
                    text.pop();
                }
                self.add_node(Node::CodeBlock { language, text });
            }
            Some(Frame::Table { align, header, rows }) => self.add_node(Node::Table { header, rows, align }),
            Some(Frame::Row { header: is_header, cells }) => {
                if let Some(Frame::Table { header, rows, .. }) = self.stack.last_mut() {
                    if is_header {
                        *header = cells;
                    } else {
                        rows.push(cells);
                    }
                }
            }
            Some(Frame::Other) | None => {}
        }
    }

    fn end_inlines(&mut self, kind: Inlines, mut inlines: Vec<Inline>) {
        match kind {
            Inlines::Paragraph => {
                while matches!(inlines.last(), Some(Inline::SoftBreak)) {
                    inlines.pop();
                }
                if !inlines.is_empty() {
                    self.add_node(Node::Paragraph(inlines));
                }
            }
            Inlines::Heading(_) if inlines.is_empty() => {}
            Inlines::Heading(level) => self.add_node(Node::Heading(level, inlines)),
            Inlines::Strong => self.add_inline(Inline::Strong(inlines)),
            Inlines::Emphasis => self.add_inline(Inline::Emphasis(inlines)),
            Inlines::Strike => self.add_inline(Inline::Strike(inlines)),
            Inlines::Link(target) => match SafeUrl::parse(&target) {
                Some(url) => self.add_inline(Inline::Link { url, text: inlines }),
                None => inlines.into_iter().for_each(|inline| self.add_inline(inline)),
            },
            Inlines::Image(url) => {
                let alt = plain_text(&inlines);
                self.add_inline(Inline::BlockedImage { alt, url });
            }
            Inlines::Cell => match self.stack.last_mut() {
                Some(Frame::Row { cells, .. }) => cells.push(inlines),
                _ => inlines.into_iter().for_each(|inline| self.add_inline(inline)),
            },
        }
    }
}

/// The language named behind a fence, if it is a plain name.
fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    let name = info.split([' ', ',', '{']).next().unwrap_or("");
    let plain =
        name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'#' | b'.' | b'_' | b'-'));
    (!name.is_empty() && name.len() <= 32 && plain).then(|| name.to_owned())
}

fn to_align(align: Alignment) -> Align {
    match align {
        Alignment::None => Align::Start,
        Alignment::Left => Align::Left,
        Alignment::Center => Align::Center,
        Alignment::Right => Align::Right,
    }
}
