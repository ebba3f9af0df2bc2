//! A hit → the part of its document that becomes evidence.

use crate::types::{Chunk, PassageContext};
use std::ops::Range;

/// The chunks, by ordinal, that are taken along with the chunk at `hit`, itself included. `chunks` are all of one document, in order.
///
/// Parents tile the document: consecutive chunks under the same headings, joined as long as they fit. So they are the same for every
/// question, and two hits in one parent give one passage.
pub fn surroundings(chunks: &[Chunk], hit: usize, context: PassageContext) -> Range<usize> {
    match context {
        PassageContext::Chunk => hit..hit + 1,
        PassageContext::Neighbours(many) => {
            let many = many as usize;
            hit.saturating_sub(many)..(hit + many + 1).min(chunks.len())
        }
        PassageContext::Parent(tokens) => parent(chunks, hit, tokens),
    }
}

fn parent(chunks: &[Chunk], hit: usize, most_tokens: u32) -> Range<usize> {
    let (mut start, mut tokens) = (0, 0u32);
    for (at, chunk) in chunks.iter().enumerate() {
        let is_same = chunks.get(start).is_some_and(|first| first.headings == chunk.headings);
        let with_it = tokens.saturating_add(chunk.tokens);
        if at > start && (!is_same || with_it > most_tokens) {
            if at > hit {
                return start..at;
            }
            (start, tokens) = (at, chunk.tokens);
        } else {
            tokens = with_it;
        }
    }
    start..chunks.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Span, sha256};

    fn chunks(of: &[(&str, u32)]) -> Vec<Chunk> {
        let chunk = |(at, (heading, tokens)): (usize, &(&str, u32))| Chunk {
            document: sha256(b"d"),
            ordinal: at as u32,
            span: Span::new(at * 10, at * 10 + 9),
            tokens: *tokens,
            page: None,
            headings: vec![(*heading).to_owned()],
        };
        of.iter().enumerate().map(chunk).collect()
    }

    #[test]
    fn neighbours_end_with_the_document() {
        let chunks = chunks(&[("A", 10); 5]);
        let of = |hit| surroundings(&chunks, hit, PassageContext::Neighbours(2));
        assert_eq!((of(0), of(2), of(4)), (0..3, 0..5, 2..5));
        assert_eq!(surroundings(&chunks, 3, PassageContext::Chunk), 3..4);
    }

    #[test]
    fn parents_tile_the_document_within_their_sections() {
        let chunks = chunks(&[("A", 40), ("A", 40), ("A", 40), ("B", 10), ("B", 10), ("A", 500), ("A", 1)]);
        let of = |hit| surroundings(&chunks, hit, PassageContext::Parent(100));
        let parents: Vec<_> = (0..chunks.len()).map(of).collect();
        assert_eq!(parents, [0..2, 0..2, 2..3, 3..5, 3..5, 5..6, 6..7]);
    }
}
