use super::{DocumentId, Span, UserError};
use serde::{Deserialize, Serialize};

/// One parsed upload: its text, and what is known of the text's structure.
///
/// `text` is the only copy of the words. Blocks and pages point into it, so that every later span
/// (chunk, citation, highlight) addresses exactly what was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Hash of the original bytes.
    pub id: DocumentId,
    /// File name as the person gave it, bidi and control characters removed.
    pub name: String,
    /// What the bytes turned out to be (by content, not by name).
    pub format: Format,
    /// The document's own title, where it has one.
    pub title: Option<String>,
    /// The whole text: NFC is *not* applied, line ends are `\n`, no NUL or other control characters
    /// but `\n` and `\t`, no Unicode tag or bidi-override characters.
    pub text: String,
    /// Blocks in reading order, disjoint; text between blocks is white space only.
    pub blocks: Vec<Block>,
    /// Page spans in order (empty for formats without pages); page `n` for people is `pages[n - 1]`.
    pub pages: Vec<Span>,
}

/// A structural unit of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Where it is.
    pub span: Span,
}

/// Kinds of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockKind {
    /// A heading of level 1 to 6.
    Heading(u8),
    /// Running text.
    Paragraph,
    /// One item of a list.
    ListItem,
    /// A table: a line per row, cells parted by tabs.
    Table,
    /// Preformatted text.
    Code,
    /// A quotation.
    Quote,
    /// A footnote or endnote.
    Note,
}

/// What the bytes are. What each is stands in its row of `parse::format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Format {
    /// Plain text in any encoding.
    Text,
    /// Markdown (CommonMark with tables).
    Markdown,
    /// HTML.
    Html,
    /// PDF.
    Pdf,
    /// Office Open XML text document.
    Docx,
    /// EPUB 2 or 3.
    Epub,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Text, Self::Markdown, Self::Html, Self::Pdf, Self::Docx, Self::Epub];
}

/// Something that went partly wrong while reading a document; the rest was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// What it was.
    pub what: UserError,
}

impl Document {
    /// The 1-based page on which byte `offset` lies, where the format has pages.
    pub fn page_of(&self, offset: u32) -> Option<u32> {
        let after = self.pages.partition_point(|page| page.start <= offset);
        (after > 0).then(|| u32::try_from(after).unwrap_or(u32::MAX))
    }

    /// The headings above byte `offset`, outermost first.
    pub fn heading_path(&self, offset: u32) -> Vec<String> {
        let mut path: Vec<(u8, &str)> = Vec::new();
        for block in self.blocks.iter().take_while(|block| block.span.start <= offset) {
            if let BlockKind::Heading(level) = block.kind {
                path.retain(|(above, _)| *above < level);
                path.push((level, block.span.of(&self.text).trim()));
            }
        }
        path.into_iter().map(|(_, text)| text.to_owned()).collect()
    }
}
