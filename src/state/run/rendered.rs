use crate::cite::{Citation, Target};
use crate::markup::{Continues, Node, Patch, Piece, PieceChange};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// Pieces in a part of an answer.
pub const PART_PIECES: usize = 32;

/// An answer as it stands on the screen. Every piece is a signal of its own, and 32 of them are a part, so that what a
/// patch costs does not depend on how long the answer is already. A clone is the same answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    parts: ArcRwSignal<Parts>,
    is_plain: ArcRwSignal<bool>,
    /// The pieces that define footnotes.
    notes: ArcRwSignal<BTreeSet<usize>>,
}

#[derive(Debug, Default)]
struct Parts {
    list: Vec<Part>,
    /// How often the list was emptied: a part that takes the place of another is another.
    clears: u32,
}

/// Some pieces of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part(ArcRwSignal<Vec<ArcRwSignal<RenderedPiece>>>);

/// A piece, with the number of the change that each of its blocks came with: only changed blocks are drawn again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RenderedPiece {
    /// The piece.
    pub piece: Piece,
    versions: Vec<u32>,
    changes: u32,
}

impl Rendered {
    /// Takes in what has changed.
    pub fn apply(&self, patch: Patch) {
        for change in patch.changes {
            let at = change.at as usize;
            let piece = self.piece(at);
            piece.update(|piece| piece.apply(change));
            let has = piece.with_untracked(|piece| piece.piece.nodes.iter().any(is_note));
            if has != self.notes.with_untracked(|notes| notes.contains(&at)) {
                self.notes.update(|notes| {
                    let _ = if has { notes.insert(at) } else { notes.remove(&at) };
                });
            }
        }
    }

    /// Nothing is shown, until patches come.
    pub fn clear(&self) {
        self.parts.update(|parts| {
            parts.list.clear();
            parts.clears += 1;
        });
        self.notes.update(BTreeSet::clear);
    }

    /// Citations that lead to a passage, and those that are flagged, so far.
    pub fn citations(&self) -> (usize, usize) {
        let pieces = (0..).map_while(|at| self.piece_at(at));
        let of = |(found, flagged), piece: ArcRwSignal<RenderedPiece>| {
            piece.with_untracked(|piece| {
                let all = piece.piece.citations.len();
                let is_found = |citation: &&Citation| matches!(citation.target, Target::Passage { .. });
                let own = piece.piece.citations.iter().filter(is_found).count();
                (found + own, flagged + all - own)
            })
        };
        pieces.fold((0, 0), of)
    }

    /// Whether there are footnotes; tracked.
    pub fn has_notes(&self) -> bool {
        self.notes.with(|notes| !notes.is_empty())
    }

    /// A key for each piece that defines footnotes; tracked.
    pub fn note_keys(&self) -> Vec<(usize, u32)> {
        let clears = self.parts.with_untracked(|parts| parts.clears);
        self.notes.with(|notes| notes.iter().map(|at| (*at, clears)).collect())
    }

    /// The code of the block at a place of a piece, with what later pieces hold of it.
    pub fn code(&self, piece: usize, block: usize) -> String {
        let mut text = String::new();
        let (mut number, mut at) = (piece, block);
        while let Some(place) = self.piece_at(number) {
            let goes_on = place.with_untracked(|RenderedPiece { piece: rendered, .. }| {
                let Some(Node::CodeBlock { text: more, .. }) = rendered.nodes.get(at) else { return false };
                match rendered.continues {
                    _ if number == piece => {}
                    Continues::Line => {}
                    Continues::Block => text.push('\n'),
                    _ => return false,
                }
                text.push_str(more);
                rendered.nodes.iter().rposition(|node| !is_note(node)) == Some(at)
            });
            if !goes_on {
                break;
            }
            (number, at) = (number + 1, 0);
        }
        text
    }

    /// The answer is shown as the text it is: it cannot be rendered.
    pub fn set_plain(&self) {
        self.clear();
        self.is_plain.set(true);
    }

    /// Whether the answer is shown as the text it is; tracked.
    pub fn is_plain(&self) -> bool {
        self.is_plain.get()
    }

    /// A key for each part; tracked.
    pub fn keys(&self) -> Vec<(usize, u32)> {
        self.parts.with(|parts| (0..parts.list.len()).map(|at| (at, parts.clears)).collect())
    }

    /// A part.
    pub fn part(&self, at: usize) -> Option<Part> {
        self.parts.with_untracked(|parts| parts.list.get(at).cloned())
    }

    /// A piece, wherever it is.
    pub fn piece_at(&self, at: usize) -> Option<ArcRwSignal<RenderedPiece>> {
        self.part(at / PART_PIECES)?.piece(at % PART_PIECES)
    }

    /// The piece at a place, which is made when it is not there yet.
    fn piece(&self, at: usize) -> ArcRwSignal<RenderedPiece> {
        loop {
            match self.part(at / PART_PIECES) {
                Some(part) => return part.piece_or_new(at % PART_PIECES),
                None => self.parts.update(|parts| parts.list.push(Part::default())),
            }
        }
    }
}

impl Part {
    /// A key for each piece; tracked.
    pub fn keys(&self) -> Vec<(usize, u32)> {
        self.0.with(|pieces| (0..pieces.len()).map(|at| (at, 0)).collect())
    }

    /// A piece.
    pub fn piece(&self, at: usize) -> Option<ArcRwSignal<RenderedPiece>> {
        self.0.with_untracked(|pieces| pieces.get(at).cloned())
    }

    fn piece_or_new(&self, at: usize) -> ArcRwSignal<RenderedPiece> {
        loop {
            match self.piece(at) {
                Some(piece) => return piece,
                None => self.0.update(|pieces| pieces.push(ArcRwSignal::default())),
            }
        }
    }
}

impl RenderedPiece {
    fn apply(&mut self, change: PieceChange) {
        self.changes += 1;
        self.versions.truncate(change.keep as usize);
        self.piece.apply(change);
        self.versions.resize(self.piece.nodes.len(), self.changes);
    }

    /// A key for each block: its place, and the change that it came with.
    pub fn keys(&self) -> Vec<(usize, u32)> {
        self.versions.iter().copied().enumerate().collect()
    }

    /// The same for footnotes alone.
    pub fn note_keys(&self) -> Vec<(usize, u32)> {
        let is_note_at = |(at, _): &(usize, u32)| self.piece.nodes.get(*at).is_some_and(is_note);
        self.versions.iter().copied().enumerate().filter(is_note_at).collect()
    }
}

fn is_note(node: &Node) -> bool {
    matches!(node, Node::Footnote { .. })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::markup::{AnswerRenderer, Node, render};

    fn nodes(rendered: &Rendered) -> Vec<Node> {
        let mut nodes = Vec::new();
        for part in rendered.keys().into_iter().filter_map(|(at, _)| rendered.part(at)) {
            for piece in part.keys().into_iter().filter_map(|(at, _)| part.piece(at)) {
                nodes.extend(piece.with_untracked(|piece| piece.piece.nodes.clone()));
            }
        }
        nodes
    }

    fn keys(rendered: &Rendered) -> Vec<(usize, u32)> {
        rendered.part(0).unwrap().piece(0).unwrap().with_untracked(RenderedPiece::keys)
    }

    #[test]
    fn only_changed_blocks_get_a_new_key() {
        let mut renderer = AnswerRenderer::new(Vec::new(), 0);
        let rendered = Rendered::default();
        renderer.push("one\n\ntw");
        rendered.apply(renderer.paint());
        assert_eq!(keys(&rendered), [(0, 1), (1, 1)]);
        renderer.push("o\n\nthree");
        rendered.apply(renderer.paint());
        assert_eq!(keys(&rendered), [(0, 1), (1, 2), (2, 2)]);
        assert_eq!(nodes(&rendered), render("one\n\ntwo\n\nthree", &[]));
    }

    #[test]
    fn only_changed_pieces_are_announced() {
        let mut renderer = AnswerRenderer::new(Vec::new(), 0);
        let rendered = Rendered::default();
        let paragraph = "A paragraph that is long enough. ".repeat(40) + "\n\n";
        let mut push = |text: &str| {
            renderer.push(text);
            while renderer.is_dirty() {
                rendered.apply(renderer.paint());
            }
        };
        push(&paragraph.repeat(3 * PART_PIECES));
        let changes = |part: usize| {
            let piece = rendered.part(part).and_then(|part| part.piece(0)).unwrap();
            piece.with_untracked(|piece| piece.changes)
        };
        let before = (changes(0), changes(1));
        assert!(rendered.keys().len() >= 3, "{:?}", rendered.keys());
        push(&paragraph.repeat(PART_PIECES));
        assert_eq!((changes(0), changes(1)), before);
        assert_eq!(nodes(&rendered), render(&paragraph.repeat(4 * PART_PIECES), &[]));
    }

    #[test]
    fn a_rendering_that_takes_the_place_of_another_has_other_keys() {
        let rendered = Rendered::default();
        let mut keys = Vec::new();
        for text in ["one", "another"] {
            let mut renderer = AnswerRenderer::new(Vec::new(), 0);
            renderer.push(text);
            rendered.clear();
            rendered.apply(renderer.paint());
            keys.push(rendered.keys());
        }
        assert_ne!(keys[0], keys[1]);
        assert_eq!(nodes(&rendered), render("another", &[]));
    }

    #[test]
    fn plain_text_takes_the_place_of_the_pieces() {
        let mut renderer = AnswerRenderer::new(Vec::new(), 0);
        let rendered = Rendered::default();
        renderer.push("words");
        rendered.apply(renderer.paint());
        let same = rendered.clone();
        same.set_plain();
        assert!(rendered.is_plain() && rendered.keys().is_empty());
        assert_eq!(rendered, same);
        assert_ne!(rendered, Rendered::default());
    }

    fn rendered(text: &str) -> Rendered {
        let mut renderer = AnswerRenderer::new(Vec::new(), 0);
        renderer.push(text);
        renderer.finish();
        let rendered = Rendered::default();
        while renderer.is_dirty() {
            rendered.apply(renderer.paint());
        }
        rendered
    }

    /// The place of the first code block.
    fn first_code(rendered: &Rendered) -> (usize, usize) {
        let is_code = |node: &Node| matches!(node, Node::CodeBlock { .. });
        let mut number = 0;
        loop {
            let piece = rendered.piece_at(number).unwrap();
            if let Some(at) = piece.with_untracked(|piece| piece.piece.nodes.iter().position(is_code)) {
                return (number, at);
            }
            number += 1;
        }
    }

    #[test]
    fn code_that_came_in_pieces_is_copied_whole() {
        let lines: String = (0..4_000).map(|at| format!("let x{at} = [{at}];\n")).collect();
        let line = "x".repeat(100_000);
        let other = "```\nanother\n```\n";
        for code in [
            "one line",
            "",
            "\n\nafter blank lines\n\n",
            lines.trim_end(),
            &line,
            &format!("{line}\n{lines}end"),
        ] {
            let answer =
                format!("Before[^n].\n\n```rust\n{code}\n```\n\n{other}\n[^n]: Note.\n\n{other}After.");
            let rendered = rendered(&answer);
            let (piece, at) = first_code(&rendered);
            assert!(
                rendered.code(piece, at) == code,
                "{:.40}: {} bytes",
                code,
                rendered.code(piece, at).len()
            );
        }
    }

    #[test]
    fn pieces_with_footnotes_are_known() {
        let filler = "Words that fill a piece. ".repeat(60);
        let answer = format!("See[^a].\n\n{filler}\n\n[^a]: Note.\n\n{filler}\n\nText.\n\n[^b]: Note.\n");
        let rendered = rendered(&answer);
        let keys = rendered.note_keys();
        assert!(rendered.has_notes() && keys.len() == 2, "{keys:?}");
        let notes = |(at, _): &(usize, u32)| {
            rendered.piece_at(*at).unwrap().with_untracked(RenderedPiece::note_keys).len()
        };
        assert_eq!(keys.iter().map(notes).sum::<usize>(), 2);
        rendered.clear();
        assert!(!rendered.has_notes());
    }
}
