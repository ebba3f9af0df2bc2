use crate::markup::{Patch, Piece, PieceChange};
use leptos::prelude::*;

/// Pieces in a part of an answer.
const PART_PIECES: usize = 32;

/// An answer as it stands on the screen. Every piece is a signal of its own, and 32 of them are a part, so that what a
/// patch costs does not depend on how long the answer is already. A clone is the same answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    parts: ArcRwSignal<Vec<Part>>,
    is_plain: ArcRwSignal<bool>,
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
            self.piece(change.at as usize).update(|piece| piece.apply(change));
        }
    }

    /// Nothing is shown, until patches come.
    pub fn clear(&self) {
        self.parts.set(Vec::new());
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

    /// How many parts there are; tracked.
    pub fn len(&self) -> usize {
        self.parts.with(Vec::len)
    }

    /// Whether there is none; tracked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A part.
    pub fn part(&self, at: usize) -> Option<Part> {
        self.parts.with_untracked(|parts| parts.get(at).cloned())
    }

    /// The piece at a place, which is made when it is not there yet.
    fn piece(&self, at: usize) -> ArcRwSignal<RenderedPiece> {
        loop {
            match self.part(at / PART_PIECES) {
                Some(part) => return part.piece_or_new(at % PART_PIECES),
                None => self.parts.update(|parts| parts.push(Part::default())),
            }
        }
    }
}

impl Part {
    /// How many pieces there are; tracked.
    pub fn len(&self) -> usize {
        self.0.with(Vec::len)
    }

    /// Whether there is none; tracked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::markup::{AnswerRenderer, Node, render};

    fn nodes(rendered: &Rendered) -> Vec<Node> {
        let mut nodes = Vec::new();
        for part in (0..rendered.len()).filter_map(|at| rendered.part(at)) {
            for piece in (0..part.len()).filter_map(|at| part.piece(at)) {
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
        assert!(rendered.len() >= 3, "{} parts", rendered.len());
        push(&paragraph.repeat(PART_PIECES));
        assert_eq!((changes(0), changes(1)), before);
        assert_eq!(nodes(&rendered), render(&paragraph.repeat(4 * PART_PIECES), &[]));
    }

    #[test]
    fn plain_text_takes_the_place_of_the_pieces() {
        let mut renderer = AnswerRenderer::new(Vec::new(), 0);
        let rendered = Rendered::default();
        renderer.push("words");
        rendered.apply(renderer.paint());
        let same = rendered.clone();
        same.set_plain();
        assert!(rendered.is_plain() && rendered.is_empty());
        assert_eq!(rendered, same);
        assert_ne!(rendered, Rendered::default());
    }
}
