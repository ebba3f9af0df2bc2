//! Layout + values → messages.

use super::origin::Trail;
use super::template::Layout;
use crate::evidence::{self, SEPARATOR};
use crate::types::{Passage, Piece, Placeholder, pieces};

/// What the placeholders stand for.
#[derive(Clone, Copy, Default)]
pub(super) struct Values<'a> {
    pub question: &'a str,
    /// The passages as they are sent.
    pub evidence: &'a str,
    /// The passages in `evidence`, in order.
    pub passages: &'a [Passage],
}

/// The messages of `layout`. Values are not looked at for placeholders.
pub(super) fn filled(layout: &Layout<'_>, values: &Values<'_>) -> Trail {
    let mut trail = Trail::new();
    for (message, text) in [layout.system, layout.user].into_iter().enumerate() {
        for piece in pieces(text) {
            trail = match piece {
                Piece::Text(text) | Piece::Unknown { written: text, .. } => trail.template(message, text),
                Piece::Placeholder(Placeholder::Date) => trail.template(message, layout.date),
                Piece::Placeholder(Placeholder::Question) => trail.question(message, values.question),
                Piece::Placeholder(Placeholder::Evidence) => with_evidence(trail, message, values),
            };
        }
    }
    trail.template(2, layout.begun)
}

fn with_evidence(mut trail: Trail, message: usize, values: &Values<'_>) -> Trail {
    let mut rest = values.evidence;
    for (at, passage) in values.passages.iter().enumerate() {
        let separator = if at == 0 { "" } else { SEPARATOR };
        let len = evidence::render_one(passage).len();
        let (between, tail) = rest.split_at_checked(separator.len()).unwrap_or((rest, ""));
        let (own, tail) = tail.split_at_checked(len).unwrap_or((tail, ""));
        trail = trail.template(message, between).passage(message, own, passage.number);
        rest = tail;
    }
    // With passages nothing is left; without, this is the sentence that says so.
    trail.template(message, rest)
}
