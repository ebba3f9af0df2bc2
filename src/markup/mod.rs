//! An answer's Markdown → a closed tree of nodes that can be drawn without ever writing HTML.
//!
//! Mechanism: `pulldown-cmark` events over the masked answer (see `cite::mask`) build the tree on a bounded stack; text is
//! cut at the markers of the citations. `stream` renders an answer as it grows, piece by piece; a whole one is one that
//! grew at once.
//!
//! Formulas become MathML as a closed tree of its own (`math`), footnotes nodes behind the others.
//!
//! Refuses, by having no node for it: HTML (shown as the text it is), images (a chip that names them), links to anything
//! but http, https and mailto (shown as their text). Nesting beyond [`MAX_DEPTH`] is flattened, and what follows
//! [`MAX_NODES`] nodes is one plain paragraph, so that no answer can exhaust the stack or the page.

mod build;
mod math;
mod punycode;
mod stream;
mod url;

pub use build::{MAX_DEPTH, MAX_NODES, render};
pub use math::{MAX_MATH_DEPTH, MathAttribute, MathLook, MathNode, MathTag};
pub use stream::{AnswerRenderer, Continues, Patch, Piece, PieceChange, render_answer};
pub use url::SafeUrl;

use serde::{Deserialize, Serialize};

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Node {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A heading of level 1 to 6.
    Heading(u8, Vec<Inline>),
    /// A list.
    List {
        /// Numbered or not.
        ordered: bool,
        /// First number of a numbered list.
        start: u64,
        /// Its items.
        items: Vec<Item>,
    },
    /// Preformatted text.
    CodeBlock {
        /// The language named behind the fence, letters, digits and `+#._-` only.
        language: Option<String>,
        /// The code, without a trailing line end.
        text: String,
    },
    /// A block quotation.
    Quote(Vec<Node>),
    /// A table.
    Table {
        /// Cells of the first row.
        header: Vec<Vec<Inline>>,
        /// Cells of the other rows.
        rows: Vec<Vec<Vec<Inline>>>,
        /// One for each column.
        align: Vec<Align>,
    },
    /// A thematic break.
    Rule,
    /// The definition of a footnote; stands behind the other blocks, and is shown at the end of the answer.
    Footnote {
        /// What references name it by; the only one of its answer.
        label: String,
        /// What it says.
        nodes: Vec<Node>,
    },
}

/// An item of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// `Some` for `- [ ]` and `- [x]`.
    pub checked: Option<bool>,
    /// What it holds.
    pub nodes: Vec<Node>,
}

/// How a column of a table is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    /// As the page sets it.
    Start,
    /// To the left.
    Left,
    /// Centred.
    Center,
    /// To the right.
    Right,
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Inline {
    /// Plain text; to be set as a text node.
    Text(String),
    /// Strongly emphasised.
    Strong(Vec<Inline>),
    /// Emphasised.
    Emphasis(Vec<Inline>),
    /// Struck through.
    Strike(Vec<Inline>),
    /// Code within text.
    Code(String),
    /// A link; where it leads must be shown before it is followed.
    Link {
        /// Where it leads.
        url: SafeUrl,
        /// Its text.
        text: Vec<Inline>,
    },
    /// An image that is not loaded.
    BlockedImage {
        /// What the answer says it shows.
        alt: String,
        /// Where it would come from: text to show, never to load.
        url: String,
    },
    /// A formula.
    Math {
        /// As the answer writes it, delimiters and all.
        source: String,
        /// On a line of its own.
        is_display: bool,
        /// What to draw; nothing when it is not TeX, or too much of it.
        nodes: Vec<MathNode>,
    },
    /// A reference to a footnote.
    Footnote {
        /// Its label.
        label: String,
        /// Whether there is such a footnote.
        is_defined: bool,
    },
    /// A citation: its place in the citations given to `render`.
    Cite(u32),
    /// A line end of the source.
    SoftBreak,
    /// A line end that is meant.
    HardBreak,
}

/// The text of `inlines` alone.
pub fn plain_text(inlines: &[Inline]) -> String {
    let mut out = String::new();
    // The tree is at most MAX_DEPTH deep, so is the recursion.
    fn push(inlines: &[Inline], out: &mut String) {
        for inline in inlines {
            match inline {
                Inline::Text(text) | Inline::Code(text) => out.push_str(text),
                Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Strike(inner) => push(inner, out),
                Inline::Link { text, .. } => push(text, out),
                Inline::BlockedImage { alt, .. } => out.push_str(alt),
                Inline::Math { source, .. } => out.push_str(source),
                Inline::Cite(_) | Inline::Footnote { .. } => {}
                Inline::SoftBreak | Inline::HardBreak => out.push(' '),
            }
        }
    }
    push(inlines, &mut out);
    out
}
