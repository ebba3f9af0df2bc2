use crate::markup::{Inline, Node, plain_text};
use crate::text;

/// `auto` for text with letters that are written from right to left. Browsers find a direction by reading the text, for each
/// change again: what needs none is not asked.
pub fn direction(list: &[Inline]) -> Option<&'static str> {
    fn has_rtl(list: &[Inline]) -> bool {
        list.iter().any(|inline| match inline {
            Inline::Text(text) | Inline::Code(text) => text::has_rtl(text),
            Inline::Strong(list) | Inline::Emphasis(list) | Inline::Strike(list) => has_rtl(list),
            Inline::Link { text, .. } => has_rtl(text),
            _ => false,
        })
    }
    has_rtl(list).then_some("auto")
}

/// The direction of what holds blocks, as its first one begins: browsers pass over the text of elements that have a
/// direction of their own, and would find none.
pub fn direction_of_nodes(list: &[Node]) -> Option<&'static str> {
    let begins = match list.first()? {
        Node::Paragraph(list) | Node::Heading(_, list) => {
            direction(list).is_some() && text::begins_rtl(&plain_text(list))
        }
        _ => false,
    };
    begins.then_some("rtl")
}

/// A table's columns run as its head does.
pub fn direction_of_rows(header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> Option<&'static str> {
    let head = if header.is_empty() { rows.first().map_or(header, Vec::as_slice) } else { header };
    head.iter().find_map(|cell| direction(cell)).map(|_| "rtl")
}
