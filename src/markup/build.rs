//! Parser events → the tree. An explicit stack of open containers, bounded; nothing here recurses.

use super::{Align, Inline, Item, Node, SafeUrl, plain_text};
use crate::cite::{Citation, Events, Links, Source, unmask};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, LinkType, Tag};
use std::ops::Range;

/// Most containers open at once; what is nested deeper joins the innermost one.
pub const MAX_DEPTH: usize = 40;
/// Most nodes of one answer.
pub const MAX_NODES: usize = 50_000;

/// The tree of `answer`; `citations` are those that `cite` found in this very text.
pub fn render(answer: &str, citations: &[Citation]) -> Vec<Node> {
    let (source, links) = (Source::new("", answer), Links::default());
    render_parsed(&source, source.events(&links), citations, MAX_NODES).nodes
}

/// Nodes, and how many they are with all that they hold.
pub(super) struct Tree {
    pub nodes: Vec<Node>,
    pub count: usize,
}

/// The tree of the text of `source`, whose parser says `events`, of at most about `max_nodes` nodes.
pub(super) fn render_parsed(
    source: &Source,
    events: Events<'_>,
    citations: &[Citation],
    max_nodes: usize,
) -> Tree {
    let mut builder = Builder::new(source.text(), citations);
    for (event, range) in events {
        if builder.nodes >= max_nodes {
            let count = builder.nodes + 1;
            return Tree { nodes: builder.close_with_rest(range.start), count };
        }
        builder.event(event, range);
    }
    let count = builder.nodes;
    Tree { nodes: builder.close(), count }
}

/// A container under construction.
enum Frame {
    /// The document, a quotation, an item: holds blocks.
    Blocks {
        kind: Blocks,
        nodes: Vec<Node>,
    },
    /// Holds running text.
    Inlines {
        kind: Inlines,
        inlines: Vec<Inline>,
    },
    List {
        start: Option<u64>,
        items: Vec<Item>,
    },
    Code {
        language: Option<String>,
        text: String,
    },
    Table {
        align: Vec<Align>,
        header: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Row {
        header: bool,
        cells: Vec<Vec<Inline>>,
    },
    /// Something these options do not produce: transparent.
    Other,
}

enum Blocks {
    Document,
    Quote,
    Item { checked: Option<bool> },
}

enum Inlines {
    Paragraph,
    Heading(u8),
    Strong,
    Emphasis,
    Strike,
    Link(String),
    Image(String),
    Cell,
}

struct Builder<'a> {
    /// The masked answer: without control characters, and with the markers' brackets standing for themselves again
    /// once `unmask` has been over it.
    masked: &'a str,
    citations: &'a [Citation],
    stack: Vec<Frame>,
    /// Containers open beyond `MAX_DEPTH`.
    too_deep: usize,
    /// Source text not yet written: pieces that the parser split are joined again, for the markers' sake.
    pending: Option<Range<usize>>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(masked: &'a str, citations: &'a [Citation]) -> Self {
        let document = Frame::Blocks { kind: Blocks::Document, nodes: Vec::new() };
        Self { masked, citations, stack: vec![document], too_deep: 0, pending: None, nodes: 0 }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        if let Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) = &event {
            return self.text(text, range);
        }
        self.flush();
        match event {
            Event::Start(_) if self.stack.len() >= MAX_DEPTH => self.too_deep += 1,
            Event::Start(tag) => self.open(tag),
            Event::End(_) if self.too_deep > 0 => self.too_deep -= 1,
            Event::End(_) => self.end(),
            Event::Code(code) => self.add_inline(Inline::Code(unmask(&code))),
            Event::SoftBreak => self.add_inline(Inline::SoftBreak),
            Event::HardBreak => self.add_inline(Inline::HardBreak),
            Event::Rule => self.add_node(Node::Rule),
            Event::TaskListMarker(done) => {
                let item = self.stack.iter_mut().rev().find_map(|frame| match frame {
                    Frame::Blocks { kind: Blocks::Item { checked }, .. } => Some(checked),
                    _ => None,
                });
                if let Some(checked) = item {
                    *checked = Some(done);
                }
            }
            // Not produced by these options; shown as what they say.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.add_text(&unmask(&text));
            }
            Event::Text(_) | Event::Html(_) | Event::InlineHtml(_) => {}
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if let Some(Frame::Code { text: code, .. }) = self.stack.last_mut().filter(|_| self.too_deep == 0) {
            code.push_str(&unmask(text));
            return;
        }
        // Entities and the like say something else than their source.
        if self.masked.get(range.clone()) != Some(text) {
            self.flush();
            self.add_text(&unmask(text));
            return;
        }
        match &mut self.pending {
            Some(pending) if pending.end == range.start => pending.end = range.end,
            _ => {
                self.flush();
                self.pending = Some(range);
            }
        }
    }

    /// Writes the pending text, cut at the citations in it.
    fn flush(&mut self) {
        let Some(range) = self.pending.take() else { return };
        let mut at = range.start;
        let first = self.citations.partition_point(|citation| (citation.group.start as usize) < range.start);
        for (index, citation) in self.citations.iter().enumerate().skip(first) {
            let group = citation.group.range();
            if group.end > range.end {
                break;
            }
            // The numbers of one bracket follow each other in its place.
            if group.start >= at {
                self.add_text(&unmask(self.masked.get(at..group.start).unwrap_or("")));
                at = group.end;
            }
            self.add_inline(Inline::Cite(u32::try_from(index).unwrap_or(u32::MAX)));
        }
        self.add_text(&unmask(self.masked.get(at..range.end).unwrap_or("")));
    }

    fn open(&mut self, tag: Tag<'_>) {
        let inlines = |kind| Frame::Inlines { kind, inlines: Vec::new() };
        let blocks = |kind| Frame::Blocks { kind, nodes: Vec::new() };
        self.stack.push(match tag {
            Tag::Paragraph | Tag::HtmlBlock => inlines(Inlines::Paragraph),
            Tag::Heading { level, .. } => inlines(Inlines::Heading(level as u8)),
            Tag::BlockQuote(_) => blocks(Blocks::Quote),
            Tag::List(start) => Frame::List { start, items: Vec::new() },
            Tag::Item => blocks(Blocks::Item { checked: None }),
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
                inlines(Inlines::Link(format!("mailto:{dest_url}")))
            }
            Tag::Link { dest_url, .. } => inlines(Inlines::Link(unmask(&dest_url))),
            Tag::Image { dest_url, .. } => inlines(Inlines::Image(unmask(&dest_url))),
            _ => Frame::Other,
        });
    }

    /// Closes the innermost container and puts it into the next.
    fn end(&mut self) {
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

    /// Text, with its line ends (HTML brings some) as breaks.
    fn add_text(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.add_inline(Inline::SoftBreak);
            }
            if !line.is_empty() {
                self.add_inline(Inline::Text(line.to_owned()));
            }
        }
    }

    fn add_inline(&mut self, inline: Inline) {
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

    fn add_node(&mut self, node: Node) {
        self.nodes += 1;
        let frame = self.stack.iter_mut().rev().find_map(|frame| match frame {
            Frame::Blocks { nodes, .. } => Some(nodes),
            _ => None,
        });
        if let Some(nodes) = frame {
            nodes.push(node);
        }
    }

    fn close(mut self) -> Vec<Node> {
        self.flush();
        while self.stack.len() > 1 {
            self.end();
        }
        match self.stack.pop() {
            Some(Frame::Blocks { nodes, .. }) => nodes,
            _ => Vec::new(),
        }
    }

    /// Ends early: what begins at byte `from` of the answer follows as one plain paragraph.
    fn close_with_rest(self, from: usize) -> Vec<Node> {
        let rest = unmask(self.masked.get(from..).unwrap_or(""));
        let mut nodes = self.close();
        nodes.push(Node::Paragraph(vec![Inline::Text(rest)]));
        nodes
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
