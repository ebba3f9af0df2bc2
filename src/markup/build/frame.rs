//! What is open while a tree is built.

use crate::markup::{Align, Inline, Item, Node};

/// A container under construction.
pub(super) enum Frame {
    /// The document, a quotation, an item: holds blocks.
    Blocks {
        kind: Blocks,
        nodes: Vec<Node>,
    },
    /// Holds running text.
    Inlines {
        kind: Inlines,
        inlines: Vec<Inline>,
    },
    List {
        start: Option<u64>,
        items: Vec<Item>,
    },
    Code {
        language: Option<String>,
        text: String,
    },
    Table {
        align: Vec<Align>,
        header: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Row {
        header: bool,
        cells: Vec<Vec<Inline>>,
    },
    /// Something these options do not produce: transparent.
    Other,
}

pub(super) enum Blocks {
    Document,
    Quote,
    Item {
        checked: Option<bool>,
    },
    /// The definition of a footnote, with its label.
    Footnote(String),
}

pub(super) enum Inlines {
    Paragraph,
    Heading(u8),
    Strong,
    Emphasis,
    Strike,
    Link(String),
    Image(String),
    Cell,
}
