//! Parser events → the tree. An explicit stack of open containers, bounded; nothing here recurses.

mod container;
mod footnote;
mod frame;
mod place;

pub(super) use footnote::Notes;

use super::{Inline, Node, math};
use crate::cite::{Citation, Events, Links, Source, formula, unmask};
use frame::{Blocks, Frame};
use pulldown_cmark::Event;
use std::ops::Range;

/// Most containers open at once; what is nested deeper joins the innermost one.
pub const MAX_DEPTH: usize = 40;
/// Most nodes of one answer.
pub const MAX_NODES: usize = 50_000;
/// Most nodes of the formulas of one piece: formulas after them are shown as their source.
const MAX_MATH_NODES: usize = 1_500;

/// The tree of `answer`; `citations` are those that `cite` found in this very text.
pub fn render(answer: &str, citations: &[Citation]) -> Vec<Node> {
    let (source, links) = (Source::new("", answer), Links::default());
    let events = source.events(&links);
    let notes = Notes::new(&events, &links, 0);
    render_parsed(&source, events, citations, notes, MAX_NODES).nodes
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
    notes: Notes<'_>,
    max_nodes: usize,
) -> Tree {
    let mut builder = Builder::new(source.text(), citations, notes);
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
    notes: Notes<'a>,
    nodes: usize,
    /// How many of these are of formulas.
    math_nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(masked: &'a str, citations: &'a [Citation], notes: Notes<'a>) -> Self {
        let document = Frame::Blocks { kind: Blocks::Document, nodes: Vec::new() };
        let (stack, pending) = (vec![document], None);
        Self { masked, citations, stack, too_deep: 0, pending, notes, nodes: 0, math_nodes: 0 }
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
            Event::Code(code) => self.add_inline(Inline::Code(unmask(&code).replace('\n', " "))),
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
            Event::InlineMath(text) => self.math(&text, false, range),
            Event::DisplayMath(text) => self.math(&text, true, range),
            Event::FootnoteReference(label) => {
                let footnote = self.notes.reference(&unmask(&label));
                self.add_inline(footnote);
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

    /// A formula, of which the parser says that `content` stands between its delimiters.
    fn math(&mut self, content: &str, is_display: bool, range: Range<usize>) {
        let (tex, has_own_line) = formula(content);
        let is_display = is_display || has_own_line;
        let source = unmask(self.masked.get(range).unwrap_or(content));
        let nodes = Some(()).filter(|()| self.math_nodes < MAX_MATH_NODES);
        let nodes = nodes.and_then(|()| math::formula(&tex, is_display)).unwrap_or_default();
        let count = math::count(&nodes);
        self.math_nodes += count;
        self.nodes += count;
        self.add_inline(Inline::Math { source, is_display, nodes });
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

    fn close(mut self) -> Vec<Node> {
        self.flush();
        while self.stack.len() > 1 {
            self.end();
        }
        let mut nodes = match self.stack.pop() {
            Some(Frame::Blocks { nodes, .. }) => nodes,
            _ => Vec::new(),
        };
        nodes.append(&mut self.notes.defined);
        nodes
    }

    /// Ends early: what begins at byte `from` of the answer follows as one plain paragraph.
    fn close_with_rest(self, from: usize) -> Vec<Node> {
        let rest = unmask(self.masked.get(from..).unwrap_or(""));
        let mut nodes = self.close();
        nodes.push(Node::Paragraph(vec![Inline::Text(rest)]));
        nodes
    }
}
