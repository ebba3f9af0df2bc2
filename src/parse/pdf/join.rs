//! Words hyphenated over a page break → whole words, on the page where they begin.

use super::layout::{Piece, ends_in_word_part};
use crate::types::BlockKind;

/// How many blocks at the end and the beginning of a page may be running feet and heads.
const MARGIN_BLOCKS: usize = 4;

/// Moves the second part of a word to its first part. Feet and heads between the two are stepped over, so
/// only the word moves, not the paragraph.
pub fn over_pages(mut pages: Vec<Vec<Piece>>) -> Vec<Vec<Piece>> {
    let mut rest: &mut [Vec<Piece>] = &mut pages;
    while let Some((page, after)) = rest.split_first_mut() {
        if let Some(next) = after.first_mut() {
            join(page, next);
        }
        rest = after;
    }
    pages
}

fn join(page: &mut [Piece], next: &mut Vec<Piece>) {
    let is_text = |piece: &Piece| matches!(piece.kind, BlockKind::Paragraph | BlockKind::ListItem);
    let first = page
        .iter_mut()
        .rev()
        .take(MARGIN_BLOCKS)
        .find(|piece| is_text(piece) && ends_in_word_part(&piece.text));
    let second = next
        .iter_mut()
        .take(MARGIN_BLOCKS)
        .find(|piece| is_text(piece) && piece.text.starts_with(char::is_lowercase));
    if let (Some(first), Some(second)) = (first, second) {
        let end = second.text.find(char::is_whitespace).unwrap_or(second.text.len());
        first.text.pop();
        first.text.push_str(second.text.get(..end).unwrap_or(""));
        second.text = second.text.get(end..).unwrap_or("").trim_start().to_owned();
    }
    next.retain(|piece| !piece.text.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_over_a_page_break() {
        let piece = |text: &str| Piece { kind: BlockKind::Paragraph, text: text.to_owned() };
        let pages = vec![vec![piece("An auto-"), piece("12")], vec![piece("Title"), piece("matic thing.")]];
        let joined = over_pages(pages);
        assert_eq!(
            joined,
            vec![vec![piece("An automatic"), piece("12")], vec![piece("Title"), piece("thing.")]]
        );
    }
}
