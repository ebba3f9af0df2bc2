//! HTML nested beyond reason → its text, without a tree.
//!
//! A tag is passed over, the ends of blocks become line ends, scripts and styles are left out. One pass, no
//! stack, so that depth costs nothing.

use super::Builder;
use super::elements::{is_block, is_skipped};
use crate::types::BlockKind;

/// Whether more than `limit` elements are open at once somewhere. Elements that HTML closes by itself do
/// not count.
pub fn depth_exceeds(text: &str, limit: usize) -> bool {
    // Each level takes at least three bytes.
    if text.len() < limit * 3 {
        return false;
    }
    let mut depth = 0usize;
    let mut skipped: Option<String> = None;
    for piece in (Pieces { rest: text }) {
        let Piece::Tag { name, closes } = piece else { continue };
        if let Some(open) = &skipped {
            if closes && name == *open {
                skipped = None;
            }
            continue;
        }
        if !closes && is_skipped(&name) && name != "svg" {
            skipped = Some(name);
        } else if closes {
            depth = depth.saturating_sub(usize::from(counts(&name)));
        } else if counts(&name) {
            depth += 1;
            if depth > limit {
                return true;
            }
        }
    }
    false
}

fn counts(name: &str) -> bool {
    !matches!(
        name,
        "p" | "li"
            | "dd"
            | "dt"
            | "tr"
            | "td"
            | "th"
            | "tbody"
            | "thead"
            | "tfoot"
            | "option"
            | "optgroup"
            | "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
            | "path"
            | "use"
            | "rect"
            | "circle"
            | "line"
            | "polygon"
            | "stop"
    )
}

/// Pushes the text between the tags, a block for each line.
pub fn read(text: &str, builder: &mut Builder) {
    let mut inline = String::new();
    let mut skipped: Option<String> = None;
    for piece in (Pieces { rest: text }) {
        match (piece, &skipped) {
            (Piece::Tag { name, closes: true }, Some(open)) if name == *open => skipped = None,
            (_, Some(_)) => {}
            (Piece::Text(text), None) => super::collapse_into(&unescape(text), &mut inline),
            (Piece::Tag { name, closes: false }, None) if is_skipped(&name) => skipped = Some(name),
            (Piece::Tag { name, .. }, None) if is_block(&name) || name == "br" => {
                builder.block(BlockKind::Paragraph, inline.trim());
                inline.clear();
            }
            (Piece::Tag { .. }, None) => {}
        }
    }
    builder.block(BlockKind::Paragraph, inline.trim());
}

enum Piece<'a> {
    Text(&'a str),
    Tag { name: String, closes: bool },
}

/// Text and tags in turn; comments and declarations are passed over.
struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(tag) = self.rest.strip_prefix('<') else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Piece::Text(text));
            };
            if let Some(comment) = tag.strip_prefix("!--") {
                self.rest = comment.find("-->").and_then(|end| comment.get(end + 3..)).unwrap_or("");
                continue;
            }
            let body = tag.strip_prefix('/').unwrap_or(tag);
            if !body.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?') {
                self.rest = tag;
                return Some(Piece::Text("<"));
            }
            let end = body.find('>').unwrap_or(body.len());
            self.rest = body.get(end + 1..).unwrap_or("");
            let name: String = body
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric())
                .collect::<String>()
                .to_ascii_lowercase();
            if !name.is_empty() {
                return Some(Piece::Tag { name, closes: body.len() < tag.len() });
            }
        }
    }
}

/// The references that every writer of HTML uses; others stay as written.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at..).unwrap_or("");
        let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(end, _)| end);
        let name = end.and_then(|end| rest.get(1..end)).unwrap_or("");
        let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        });
        let found = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{A0}'),
            _ => number.and_then(char::from_u32),
        };
        match (found, end) {
            (Some(c), Some(end)) => {
                out.push(c);
                rest = rest.get(end + 1..).unwrap_or("");
            }
            _ => {
                out.push('&');
                rest = rest.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}
