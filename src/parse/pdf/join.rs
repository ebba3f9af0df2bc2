//! Pages of blocks → one run of blocks, with paragraphs and words that go over a page break made whole.

use super::layout::{Piece, ends_in_word_part, joins_lines};
use crate::types::BlockKind;

/// How many blocks at the end and the beginning of a page may be running feet and heads.
const MARGIN_BLOCKS: usize = 4;

/// One step of building the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A block, and the byte offsets in it at which pages end.
    Block(Piece, Vec<usize>),
    /// A page ends between blocks.
    PageEnd,
}

/// Joins the last paragraph of a page with the first one of the next where it goes on. Between running feet
/// and heads only the hyphenated word is made whole, on the page where it begins.
pub fn over_pages(mut pages: Vec<Vec<Piece>>) -> Vec<Step> {
    let mut rest: &mut [Vec<Piece>] = &mut pages;
    while let Some((page, after)) = rest.split_first_mut() {
        if let Some(next) = after.first_mut() {
            mend_word(page, next);
        }
        rest = after;
    }
    let mut steps = Vec::new();
    let mut open: Option<(Piece, Vec<usize>)> = None;
    for (number, page) in pages.into_iter().enumerate() {
        let mut pieces = page.into_iter();
        if number > 0 {
            let first = pieces.next();
            match (&mut open, first) {
                (Some((before, breaks)), Some(piece)) if goes_on(before, &piece) => {
                    append(before, breaks, &piece)
                }
                (_, first) => {
                    steps.extend(open.take().map(|(piece, breaks)| Step::Block(piece, breaks)));
                    steps.push(Step::PageEnd);
                    open = first.map(|piece| (piece, Vec::new()));
                }
            }
        }
        for piece in pieces {
            steps.extend(open.replace((piece, Vec::new())).map(|(piece, breaks)| Step::Block(piece, breaks)));
        }
    }
    steps.extend(open.map(|(piece, breaks)| Step::Block(piece, breaks)));
    steps.push(Step::PageEnd);
    steps
}

fn is_text(piece: &Piece) -> bool {
    matches!(piece.kind, BlockKind::Paragraph | BlockKind::ListItem)
}

/// Whether `piece`, the first of its page, goes on with `before`, the last of the page before.
fn goes_on(before: &Piece, piece: &Piece) -> bool {
    let unfinished = before
        .text
        .chars()
        .last()
        .is_some_and(|last| last.is_alphanumeric() || matches!(last, ',' | '-' | '\u{AD}'));
    let wordy = before.text.split_whitespace().count() >= 4 || ends_in_word_part(&before.text);
    is_text(before)
        && piece.kind == BlockKind::Paragraph
        && unfinished
        && wordy
        && piece.text.starts_with(char::is_lowercase)
        && !before.text.contains('\n')
        && !piece.text.contains('\n')
}

fn append(before: &mut Piece, breaks: &mut Vec<usize>, piece: &Piece) {
    let ideographs = before.text.ends_with(joins_lines) && piece.text.starts_with(joins_lines);
    if ends_in_word_part(&before.text) {
        before.text.pop();
    } else if !ideographs {
        before.text.push(' ');
    }
    breaks.push(before.text.len());
    before.text.push_str(&piece.text);
}

/// Moves the second part of a word to its first part, when feet or heads stand between the two.
fn mend_word(page: &mut [Piece], next: &mut Vec<Piece>) {
    let adjacent = page.last().zip(next.first()).is_some_and(|(last, first)| goes_on(last, first));
    if adjacent {
        return;
    }
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

    fn piece(text: &str) -> Piece {
        Piece { kind: BlockKind::Paragraph, text: text.to_owned() }
    }

    fn check(pages: &[&[&str]], expected: &[Step]) {
        let pages = pages.iter().map(|page| page.iter().map(|text| piece(text)).collect()).collect();
        assert_eq!(over_pages(pages), expected);
    }

    #[test]
    fn words_and_paragraphs_over_a_page_break() {
        let block = |text: &str, breaks: &[usize]| Step::Block(piece(text), breaks.to_vec());
        check(
            &[&["An auto-", "12"], &["Title", "matic thing."]],
            &[
                block("An automatic", &[]),
                block("12", &[]),
                Step::PageEnd,
                block("Title", &[]),
                block("thing.", &[]),
                Step::PageEnd,
            ],
        );
        check(&[&["An auto-"], &["matic thing."]], &[block("An automatic thing.", &[7]), Step::PageEnd]);
        check(
            &[&["One."], &[], &["Two"]],
            &[block("One.", &[]), Step::PageEnd, Step::PageEnd, block("Two", &[]), Step::PageEnd],
        );
        check(
            &[&["This is a text that"], &["goes on and,"], &["on."]],
            &[block("This is a text that goes on and, on.", &[20, 33]), Step::PageEnd],
        );
    }
}
