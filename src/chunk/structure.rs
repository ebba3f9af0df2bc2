//! Blocks and headings → pieces along them.
//!
//! A section is a heading with what stands under it up to the next heading. Sections that fit are pieces;
//! small ones are joined with what follows below the same heading; large ones are cut between blocks, rows
//! and sentences. A piece never ends in a heading that has text below it.

use super::cut::{Boundary, Cutter, Rank};
use super::recursive::{lines, settle};
use super::sentence::sentences;
use super::tokens::Counter;
use crate::types::{Block, BlockKind, Document, Span};

/// Consecutive blocks that belong together.
#[derive(Clone, Copy, Debug)]
struct Group {
    /// Indices of the blocks, half-open.
    blocks: (usize, usize),
    /// Level of the first heading; 0 before any heading.
    level: u8,
    /// Level of the last heading.
    last_level: u8,
}

/// Cuts along the structure of the document.
pub fn cut(document: &Document, counter: &Counter, cutter: &Cutter<'_>) -> Vec<Span> {
    let mut spans = Vec::new();
    for group in join(sections(&document.blocks), document, counter, cutter) {
        let blocks = document.blocks.get(group.blocks.0..group.blocks.1).unwrap_or(&[]);
        let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { continue };
        let (start, end) = (first.span.start as usize, last.span.end as usize);
        if cutter.fits(start, end) {
            spans.extend(cutter.trim(start, end));
        } else {
            cutter.cut(start, end, &boundaries(&document.text, blocks), &mut spans);
        }
    }
    spans
}

/// Headings with the blocks under them; headings directly above each other stay together.
fn sections(blocks: &[Block]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut only_headings = false;
    for (index, block) in blocks.iter().enumerate() {
        match (block.kind, groups.last_mut()) {
            (BlockKind::Heading(level), Some(group)) if only_headings && level > group.last_level => {
                group.blocks.1 = index + 1;
                group.last_level = level;
            }
            (BlockKind::Heading(level), _) => {
                groups.push(Group { blocks: (index, index + 1), level, last_level: level });
                only_headings = true;
            }
            (_, Some(group)) => {
                group.blocks.1 = index + 1;
                only_headings = false;
            }
            (_, None) => groups.push(Group { blocks: (index, index + 1), level: 0, last_level: 0 }),
        }
    }
    groups
}

/// Joins sections that fit one piece together: what lies below a heading always, neighbours of one level
/// only when one of them is tiny (less than a quarter of the size). A higher heading starts a new one.
fn join(sections: Vec<Group>, document: &Document, counter: &Counter, cutter: &Cutter<'_>) -> Vec<Group> {
    let range = |from: &Group, to: &Group| -> Option<(usize, usize)> {
        let first = document.blocks.get(from.blocks.0)?;
        let last = document.blocks.get(to.blocks.1.checked_sub(1)?)?;
        Some((first.span.start as usize, last.span.end as usize))
    };
    let tiny = |group: &Group| {
        range(group, group).is_some_and(|(start, end)| {
            let tokens = counter.count(Span::new(start, end));
            cutter.fits(start, end) && tokens * 4 <= cutter.size()
        })
    };
    let mut joined: Vec<Group> = Vec::new();
    for section in sections {
        if let Some(group) = joined.last_mut() {
            let fits = range(group, &section).is_some_and(|(start, end)| cutter.fits(start, end));
            let below = section.level > group.level;
            let beside = section.level == group.level && (tiny(group) || tiny(&section));
            if fits && (below || beside) {
                group.blocks.1 = section.blocks.1;
                group.last_level = section.last_level;
                continue;
            }
        }
        joined.push(section);
    }
    joined
}

fn boundaries(text: &str, blocks: &[Block]) -> Vec<Boundary> {
    let mut found = Vec::new();
    let mut before: Option<BlockKind> = None;
    for block in blocks {
        let start = block.span.start as usize;
        let content = block.span.of(text);
        match (before, block.kind) {
            // A heading stays with what it heads.
            (Some(BlockKind::Heading(_)), _) | (None, _) => {}
            (Some(BlockKind::ListItem), BlockKind::ListItem) => found.push((start, Rank::Line)),
            _ => found.push((start, Rank::Paragraph)),
        }
        let inner = match block.kind {
            BlockKind::Table | BlockKind::Code => lines(content, start, Rank::Line),
            BlockKind::Heading(_) => Vec::new(),
            _ => {
                let rank = |sentence: Span| (start + sentence.start as usize, Rank::Sentence);
                sentences(content).into_iter().map(rank).collect()
            }
        };
        found.extend(inner.into_iter().filter(|(at, _)| *at > start));
        before = Some(block.kind);
    }
    settle(found)
}
