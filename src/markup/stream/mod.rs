//! An answer as it grows → patches of what is shown, with work in proportion to what is new.
//!
//! Mechanism: `split` cuts the text into pieces at places that no later byte can move. A finished piece is parsed, cited
//! and rendered once; only the piece under way is rendered again at each paint, and it has a greatest size. Citations
//! are local to their piece, so that one which a host states late changes its own piece only. Link definitions that come
//! after the links are made good at the end, once.

mod line;
mod patch;
mod split;

pub use patch::{Continues, Patch, Piece, PieceChange};

use super::build::{MAX_NODES, Notes, render_parsed};
use super::{Inline, Node};
use crate::cite::{LEAD, Links, MAX_NATIVE, Source, Sources, cite_parsed, place, unmask, weave};
use crate::types::{NativeCitation, Passage, Span};
use split::{Cut, Splitter};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Most nodes that one paint takes on, beyond the piece that reaches it.
const MAX_PAINT_NODES: usize = 400;
/// Bytes parsed after which a paint takes on no further piece.
const MAX_PAINT_BYTES: u64 = 48 * 1024;

/// Renders one answer.
#[derive(Debug, Default)]
pub struct AnswerRenderer {
    text: String,
    splitter: Splitter,
    sources: Sources,
    links: Links,
    /// The finished pieces.
    done: Vec<Place>,
    /// The piece under way.
    open: Place,
    /// What was painted of it.
    painted: Piece,
    /// Native citations about text that has not come yet.
    early: Vec<NativeCitation>,
    native_count: usize,
    /// Finished pieces to be painted again.
    stale: BTreeSet<usize>,
    /// Labels without definition, and the pieces that use them.
    missing: BTreeMap<String, BTreeSet<usize>>,
    nodes: usize,
    is_new: bool,
    is_finished: bool,
    parsed_bytes: u64,
}

/// Where a piece stands in the text, and in what.
#[derive(Clone, Debug, Default)]
struct Place {
    range: Range<usize>,
    lead: String,
    continues: Continues,
    /// The number of its first item, when its list goes on.
    number: u64,
    natives: Vec<NativeCitation>,
    /// Shown as the text it is.
    is_plain: bool,
}

/// A whole answer, rendered; `sent` is how many of `passages` were in the prompt.
pub fn render_answer(text: &str, natives: &[NativeCitation], passages: &[Passage], sent: u32) -> Vec<Piece> {
    let mut renderer = AnswerRenderer::new(passages.to_vec(), sent);
    renderer.push(text);
    natives.iter().cloned().for_each(|native| renderer.push_native(native));
    renderer.finish();
    let mut pieces = Vec::new();
    while renderer.is_dirty() {
        renderer.paint().apply(&mut pieces);
    }
    pieces
}

impl AnswerRenderer {
    /// An answer over the first `sent` of `passages`.
    pub fn new(passages: Vec<Passage>, sent: u32) -> Self {
        Self { sources: Sources::new(passages, sent), ..Self::default() }
    }

    /// The answer goes on with `delta`.
    pub fn push(&mut self, delta: &str) {
        if !self.is_finished && !delta.is_empty() {
            self.text.push_str(delta);
            self.is_new = true;
        }
    }

    /// The host states a citation, of text that has come or will come.
    pub fn push_native(&mut self, native: NativeCitation) {
        if self.is_finished || self.native_count >= MAX_NATIVE {
            return;
        }
        self.native_count += 1;
        self.early.push(native);
        self.is_new = true;
    }

    /// Nothing more will come.
    pub fn finish(&mut self) {
        if !self.is_finished {
            self.is_finished = true;
            self.is_new = true;
        }
    }

    /// Whether there is something to paint.
    pub fn is_dirty(&self) -> bool {
        self.is_new || !self.stale.is_empty()
    }

    /// Whether nothing more will come.
    pub fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// Bytes given to the parser since the beginning: the measure of the work done.
    pub fn parsed_bytes(&self) -> u64 {
        self.parsed_bytes
    }

    /// What has changed since the last paint; of much, a part (see `is_dirty`).
    pub fn paint(&mut self) -> Patch {
        let mut patch = Patch::default();
        let before = self.parsed_bytes;
        let is_full = |patch: &Patch, parsed: u64| {
            patch.nodes() >= MAX_PAINT_NODES || parsed - before >= MAX_PAINT_BYTES
        };
        self.place_natives();
        while self.is_new {
            let Some(cut) = self.splitter.next(&self.text, self.is_finished) else {
                self.paint_open(&mut patch);
                break;
            };
            self.end_piece(cut, &mut patch);
            if is_full(&patch, self.parsed_bytes) {
                return patch;
            }
        }
        while let Some(at) = self.stale.pop_first() {
            if let Some(place) = self.done.get(at).cloned() {
                let (piece, _) = self.render(&place);
                patch.changes.push(PieceChange::whole(at, piece));
            }
            if is_full(&patch, self.parsed_bytes) {
                break;
            }
        }
        patch
    }

    /// The piece under way, whatever it will become.
    fn paint_open(&mut self, patch: &mut Patch) {
        let at = self.done.len();
        self.open.range.end = self.text.len();
        self.open.natives = self.natives_until(usize::MAX);
        let place = self.open.clone();
        let (piece, _) = self.render(&place);
        patch.changes.extend(PieceChange::between(at, &self.painted, &piece));
        self.painted = piece;
        self.is_new = false;
        if self.is_finished {
            // Definitions in the last piece may be what earlier ones miss.
            self.learn(at, &place);
            let Self { missing, stale, links, .. } = self;
            stale.extend(
                missing.iter().filter(|(label, _)| links.knows(label)).flat_map(|(_, pieces)| pieces),
            );
            stale.remove(&at);
            missing.clear();
        }
    }

    fn end_piece(&mut self, cut: Cut, patch: &mut Patch) {
        let at = self.done.len();
        self.open.range.end = cut.end;
        self.open.natives = self.natives_until(cut.end);
        let place = self.open.clone();
        let (piece, mut count) = self.render(&place);
        if !place.natives.is_empty() {
            // What hosts state, and when, must not decide how much of the text is shown as Markdown.
            (_, count) = self.render(&Place { natives: Vec::new(), ..place.clone() });
            self.early.retain(|native| !place.natives.contains(native));
        }
        self.nodes += count;
        self.learn(at, &place);
        patch.changes.extend(PieceChange::between(at, &self.painted, &piece));
        // Footnotes stand behind what they were defined in the middle of.
        let last = piece.nodes.iter().rfind(|node| !matches!(node, Node::Footnote { .. }));
        let number = match last {
            Some(Node::List { start, items, .. }) => start.saturating_add(items.len() as u64),
            _ => 1,
        };
        let is_plain = self.nodes >= MAX_NODES;
        self.splitter.plain = is_plain;
        self.painted = Piece::default();
        self.open = Place {
            range: cut.end..cut.end,
            lead: cut.lead,
            continues: cut.continues,
            number,
            natives: Vec::new(),
            is_plain,
        };
        self.done.push(place);
    }

    /// Gives the native citations of finished pieces to them.
    fn place_natives(&mut self) {
        let done_end = self.splitter.start();
        for native in std::mem::take(&mut self.early) {
            let at =
                if self.has_come(&native) { place(&self.text, native.span.end as usize) } else { usize::MAX };
            let piece = self.done.partition_point(|place| place.range.end < at);
            match self.done.get_mut(piece).filter(|_| at <= done_end) {
                Some(place) => {
                    place.natives.push(native);
                    self.stale.insert(piece);
                }
                None => self.early.push(native),
            }
        }
    }

    /// The native citations of the text up to `end` that have no place yet.
    fn natives_until(&self, end: usize) -> Vec<NativeCitation> {
        let before = |native: &&NativeCitation| {
            self.has_come(native) && place(&self.text, native.span.end as usize) <= end
        };
        self.early.iter().filter(before).cloned().collect()
    }

    fn has_come(&self, native: &NativeCitation) -> bool {
        self.is_finished || native.span.end as usize <= self.text.len()
    }

    fn render(&mut self, place: &Place) -> (Piece, usize) {
        let text = self.text.get(place.range.clone()).unwrap_or("");
        self.parsed_bytes += text.len() as u64;
        let mut piece = Piece { continues: place.continues, ..Piece::default() };
        if place.is_plain {
            let text = unmask(Source::new("", text).text());
            piece.bytes = text.len() as u32;
            piece.nodes.push(Node::Paragraph(vec![Inline::Text(text)]));
            return (piece, 2);
        }
        let start = place.range.start;
        let local = place.natives.iter().map(|native| {
            let at = |end: u32| (end as usize).saturating_sub(start);
            NativeCitation { span: Span::new(at(native.span.start), at(native.span.end)), ..native.clone() }
        });
        let (text, woven) = weave(text, &local.collect::<Vec<_>>(), &mut self.sources);
        let source = Source::new(&place.lead, &text);
        let events = source.events(&self.links);
        piece.citations = cite_parsed(&text, &events, &woven, &mut self.sources);
        let notes = Notes::new(&events, &self.links, start);
        let tree = render_parsed(&source, events, &piece.citations, notes, MAX_NODES);
        piece.nodes = tree.nodes;
        piece.bytes = text.len() as u32;
        piece.join(place.number);
        (piece, tree.count)
    }

    /// Remembers what the piece, which is finished, defines and what it misses.
    fn learn(&mut self, at: usize, place: &Place) {
        let missing = self.links.take_missing();
        if place.is_plain {
            return;
        }
        for label in missing {
            self.missing.entry(label).or_default().insert(at);
        }
        let text = self.text.get(place.range.clone()).unwrap_or("");
        if text.contains("]:") {
            self.parsed_bytes += text.len() as u64;
            self.links.learn(&Source::new(&place.lead, text), place.range.start);
        }
    }
}
