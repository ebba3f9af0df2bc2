//! Blocks in reading order → `Document`.
//!
//! Every format pushes its blocks here, so that the invariants of `Document` hold in one place: cleaned text,
//! blocks in order and disjoint, only white space between them, pages in order.

use super::clean::{Removed, clean_into, clean_name};
use super::{Error, limits};
use crate::types::problem::warning;
use crate::types::{Block, BlockKind, Document, Format, Span, UserError, Warning, sha256};

/// A document in the making.
#[derive(Debug, Default)]
pub struct Builder {
    text: String,
    blocks: Vec<Block>,
    pages: Vec<Span>,
    removed: Removed,
    /// The document's own title, where it has one.
    pub title: Option<String>,
    /// What went partly wrong so far.
    pub warnings: Vec<Warning>,
    /// How many bytes of text did not fit.
    overflow: usize,
    /// Text that was left out because a reader of the file would not see it.
    hidden: String,
}

impl Builder {
    /// Adds a block; blank text is no block.
    pub fn block(&mut self, kind: BlockKind, raw: &str) {
        self.block_marked(kind, raw, &[]);
    }

    /// Adds a block in which pages end at the byte offsets `breaks` of `raw` (ascending).
    pub fn block_marked(&mut self, kind: BlockKind, raw: &str, breaks: &[usize]) {
        if self.text.len() + raw.len() > limits::TEXT_BYTES {
            self.overflow += raw.len();
            return;
        }
        let mut clean = String::new();
        let mut marks = Vec::new();
        let mut from = 0;
        for &at in breaks.iter().chain(std::iter::once(&raw.len())) {
            clean_into(raw.get(from..at).unwrap_or(""), &mut clean, &mut self.removed);
            from = at.max(from);
            marks.push(clean.len());
        }
        marks.pop();
        let body = clean.trim_start_matches(['\n', ' ']).trim_end();
        if body.trim().is_empty() {
            return;
        }
        let lead = clean.len() - clean.trim_start_matches(['\n', ' ']).len();
        self.separate(kind);
        let start = self.text.len();
        self.text.push_str(body);
        self.blocks.push(Block { kind, span: Span::new(start, self.text.len()) });
        for mark in marks {
            self.end_page(start + mark.saturating_sub(lead).min(body.len()));
        }
    }

    /// Adds text that already has its shape: paragraphs parted by blank lines.
    pub fn verbatim(&mut self, raw: &str) {
        let mut clean = String::new();
        clean_into(raw, &mut clean, &mut self.removed);
        if clean.len() > limits::TEXT_BYTES {
            self.overflow += clean.len();
            return;
        }
        let base = self.text.len();
        let mut open: Option<(usize, usize)> = None;
        let mut at = 0;
        for line in clean.split_inclusive('\n') {
            let body = line.trim();
            if body.is_empty() {
                if let Some((start, end)) = open.take() {
                    self.blocks.push(Block {
                        kind: BlockKind::Paragraph,
                        span: Span::new(base + start, base + end),
                    });
                }
            } else {
                let end = at + line.trim_end().len();
                let start = at + (line.len() - line.trim_start().len());
                open = Some((open.map_or(start, |(start, _)| start), end));
            }
            at += line.len();
        }
        if let Some((start, end)) = open {
            self.blocks.push(Block { kind: BlockKind::Paragraph, span: Span::new(base + start, base + end) });
        }
        self.text.push_str(&clean);
    }

    /// Ends the page that is open here, after everything pushed so far.
    #[cfg(feature = "pdf")]
    pub fn page_break(&mut self) {
        self.end_page(self.text.len());
    }

    /// Ends the open page at byte `at` of the text.
    fn end_page(&mut self, at: usize) {
        let start = self.pages.last().map_or(0, |page| page.end as usize);
        self.pages.push(Span::new(start.min(at), at));
    }

    /// Says that something went partly wrong.
    pub fn warn(&mut self, what: UserError) {
        if self.warnings.len() < 100 && !self.warnings.iter().any(|warning| warning.what == what) {
            self.warnings.push(Warning { what });
        }
    }

    /// Blocks pushed so far.
    pub fn block_count(&self) -> usize {
        self.blocks.len()
    }

    /// Leaves text out that the file hides from its readers; the document has a warning then.
    pub fn hide(&mut self, text: &str) {
        if self.hidden.len() + text.len() <= limits::TEXT_BYTES {
            self.hidden.push_str(text);
        }
    }

    /// White space between blocks: one line end within a list, a blank line elsewhere.
    fn separate(&mut self, next: BlockKind) {
        match self.blocks.last() {
            None => {}
            Some(last) if last.kind == BlockKind::ListItem && next == BlockKind::ListItem => {
                self.text.push('\n');
            }
            Some(_) => self.text.push_str("\n\n"),
        }
    }

    /// The finished document; a document without a block is `NoText`.
    pub fn finish(mut self, name: &str, bytes: &[u8], format: Format) -> Result<super::Parsed, Error> {
        if self.overflow > 0 {
            return Err(Error::TooLarge {
                what: "its text".to_owned(),
                size_bytes: u64::try_from(self.text.len() + self.overflow).unwrap_or(u64::MAX),
                limit_bytes: limits::TEXT_BYTES as u64,
            });
        }
        if self.blocks.is_empty() {
            let pages = (!self.pages.is_empty()).then(|| u32::try_from(self.pages.len()).unwrap_or(u32::MAX));
            return Err(Error::NoText { pages });
        }
        let Removed { tags, bidi } = self.removed;
        if tags > 0 {
            self.warn(warning::tags_removed(tags));
        }
        if bidi > 0 {
            self.warn(warning::bidi_removed(bidi));
        }
        let hidden = one_line(&self.hidden, MAX_QUOTED_CHARS);
        if !hidden.is_empty() {
            let count = self.hidden.chars().filter(|c| !c.is_whitespace()).count();
            self.warn(warning::hidden_text(count, hidden));
        }
        let title = self
            .title
            .as_deref()
            .map(|title| one_line(title, MAX_TITLE_CHARS))
            .filter(|title| !title.is_empty());
        let document = Document {
            id: sha256(bytes),
            name: clean_name(name),
            format,
            title,
            text: self.text,
            blocks: self.blocks,
            pages: self.pages,
        };
        Ok(super::Parsed { document, warnings: self.warnings })
    }
}

/// Longest title.
const MAX_TITLE_CHARS: usize = 300;
/// How much of hidden text its warning quotes.
const MAX_QUOTED_CHARS: usize = 120;

/// A text on one line, cleaned, at most that long.
fn one_line(raw: &str, max_chars: usize) -> String {
    let mut clean = String::new();
    clean_into(raw, &mut clean, &mut Removed::default());
    let line = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or("")),
        None => line,
    }
}
