//! One WordprocessingML part → pieces of text with their kinds.
//!
//! A flat walk with explicit stacks: paragraphs may hold text boxes, which hold paragraphs; tables may hold
//! tables. Text of a box comes after the paragraph that anchors it.

use super::super::{Error, xml};
use super::numbering::Numbering;
use super::styles::Styles;
use super::symbols::symbol;
use crate::types::BlockKind;

/// A paragraph or table as read.
#[derive(Clone, Debug)]
pub struct Piece {
    /// What it is.
    pub kind: BlockKind,
    /// Its text.
    pub text: String,
    /// The id of the note that it belongs to, in a notes part.
    pub note: Option<String>,
}

/// A reference to a note, in the order of the text.
#[derive(Clone, Debug)]
pub struct Cited {
    /// `footnotes` or `endnotes`.
    pub kind: &'static str,
    /// The note's id.
    pub id: String,
}

/// What a part holds.
#[derive(Debug, Default)]
pub struct Content {
    /// Paragraphs and tables, in order.
    pub pieces: Vec<Piece>,
    /// References to notes.
    pub cited: Vec<Cited>,
    /// Text that is formatted as hidden.
    pub hidden: String,
}

#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    style: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: Option<usize>,
    /// Its end mark is deleted: it goes on in the next paragraph.
    mark_deleted: bool,
    in_properties: bool,
    /// Pieces of the text boxes anchored in it.
    boxes: Vec<Piece>,
}

#[derive(Debug, Default)]
struct Table {
    rows: Vec<Vec<Vec<Piece>>>,
    row_deleted: bool,
    in_row_properties: bool,
}

/// Where finished paragraphs go.
#[derive(Debug)]
enum Frame {
    Paragraph(Paragraph),
    Table(Table),
}

/// The reader of one part.
#[derive(Debug)]
pub struct Body<'a> {
    styles: &'a Styles,
    numbering: &'a mut Numbering,
    frames: Vec<Frame>,
    content: Content,
    /// What the open run says about being shown.
    run_hidden: Option<bool>,
    note: Option<String>,
    /// Text of a paragraph whose end mark is deleted.
    carried: String,
    /// The element whose content is passed over, and how deep we are in elements of its name.
    skipping: Option<(String, usize)>,
    in_text: bool,
}

impl<'a> Body<'a> {
    /// A reader with the document's styles and the state of its lists.
    pub fn new(styles: &'a Styles, numbering: &'a mut Numbering) -> Self {
        Self {
            styles,
            numbering,
            frames: Vec::new(),
            content: Content::default(),
            run_hidden: None,
            note: None,
            carried: String::new(),
            skipping: None,
            in_text: false,
        }
    }

    /// Walks over a part; what was read before an error stays.
    pub fn read(&mut self, what: &str, text: &str) -> Result<(), Error> {
        xml::walk(what, text, |node| {
            match node {
                xml::Node::Open(element) => self.open(&element),
                xml::Node::Close(name) => self.close(name),
                xml::Node::Text(text) if self.in_text => self.push(&text),
                xml::Node::Text(_) => {}
            }
            Ok(())
        })
    }

    /// What was read.
    pub fn finish(mut self) -> Content {
        // Damage may leave frames open: their text counts all the same.
        while let Some(frame) = self.frames.pop() {
            match frame {
                Frame::Paragraph(paragraph) => self.end_paragraph(paragraph),
                Frame::Table(table) => self.end_table(table),
            }
        }
        if !self.carried.trim().is_empty() {
            let text = std::mem::take(&mut self.carried);
            self.emit(Piece { kind: BlockKind::Paragraph, text, note: self.note.clone() });
        }
        self.content
    }

    fn open(&mut self, element: &xml::Element<'_>) {
        let name = element.name();
        if let Some((skipped, depth)) = &mut self.skipping {
            *depth += usize::from(skipped == name);
            return;
        }
        if self.property(element) {
            return;
        }
        match name {
            // Deleted and moved-away text; the second copy of a text box; phonetic guides; field codes.
            // The formatting before a tracked change.
            "del" | "moveFrom" | "Fallback" | "rt" | "instrText" | "delText" | "rPrChange" => {
                self.skipping = Some((name.to_owned(), 1));
            }
            "p" => self.frames.push(Frame::Paragraph(Paragraph::default())),
            "tbl" => self.frames.push(Frame::Table(Table::default())),
            "tr" => {
                if let Some(Frame::Table(table)) = self.frames.last_mut() {
                    table.rows.push(Vec::new());
                    table.row_deleted = false;
                }
            }
            "tc" => {
                if let Some(Frame::Table(table)) = self.frames.last_mut()
                    && let Some(row) = table.rows.last_mut()
                {
                    row.push(Vec::new());
                }
            }
            "r" => self.run_hidden = None,
            "rStyle" | "vanish" | "sz" => {
                let of_style =
                    || element.attribute("val").and_then(|style| self.styles.meaning(&style).hidden);
                let hidden = if name == "rStyle" { of_style() } else { hides(element) };
                self.run_hidden = hidden.or(self.run_hidden);
            }
            "t" => self.in_text = true,
            "tab" | "ptab" => self.push("\t"),
            "br" | "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            "sym" => {
                let code = element.attribute("char").and_then(|code| u32::from_str_radix(&code, 16).ok());
                let font = element.attribute("font").unwrap_or_default();
                if let Some(c) = code.and_then(|code| symbol(code, &font)) {
                    self.push(c.encode_utf8(&mut [0; 4]));
                }
            }
            "footnoteReference" => self.cite("footnotes", element),
            "endnoteReference" => self.cite("endnotes", element),
            "footnote" | "endnote" => {
                // Separators are drawn lines, not notes.
                let drawn = element.attribute("type").is_some_and(|kind| kind != "normal");
                self.note = if drawn { None } else { element.attribute("id") };
            }
            _ => {}
        }
    }

    /// Properties of paragraphs and rows; whether the element was one.
    fn property(&mut self, element: &xml::Element<'_>) -> bool {
        let value = || element.attribute("val");
        match (self.frames.last_mut(), element.name()) {
            (Some(Frame::Paragraph(paragraph)), "pPr") => paragraph.in_properties = true,
            (Some(Frame::Paragraph(paragraph)), name) if paragraph.in_properties => match name {
                "pStyle" => paragraph.style = value(),
                "outlineLvl" => paragraph.outline = value().and_then(|value| value.parse().ok()),
                "numId" => paragraph.list = value(),
                "ilvl" => paragraph.level = value().and_then(|value| value.parse().ok()),
                "del" | "moveFrom" => paragraph.mark_deleted = true,
                // What the properties were before a tracked change counts no more.
                "pPrChange" | "sectPr" => self.skipping = Some((name.to_owned(), 1)),
                _ => {}
            },
            (Some(Frame::Table(table)), "trPr") => table.in_row_properties = true,
            (Some(Frame::Table(table)), "del") if table.in_row_properties => table.row_deleted = true,
            (Some(Frame::Table(table)), _) if table.in_row_properties => {}
            _ => return false,
        }
        true
    }

    fn close(&mut self, name: &str) {
        if let Some((skipped, depth)) = &mut self.skipping {
            if skipped == name {
                *depth -= 1;
                if *depth == 0 {
                    self.skipping = None;
                }
            }
            return;
        }
        match (name, self.frames.last_mut()) {
            ("t", _) => self.in_text = false,
            ("pPr", Some(Frame::Paragraph(paragraph))) => paragraph.in_properties = false,
            ("trPr", Some(Frame::Table(table))) => table.in_row_properties = false,
            ("tr", Some(Frame::Table(table))) if table.row_deleted => {
                table.rows.pop();
            }
            ("p", Some(Frame::Paragraph(_))) => {
                if let Some(Frame::Paragraph(paragraph)) = self.frames.pop() {
                    self.end_paragraph(paragraph);
                }
            }
            ("tbl", Some(Frame::Table(_))) => {
                if let Some(Frame::Table(table)) = self.frames.pop() {
                    self.end_table(table);
                }
            }
            ("footnote" | "endnote", _) => self.note = None,
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(Frame::Paragraph(paragraph)) = self.frames.last_mut()
            && !paragraph.in_properties
        {
            let of_style = || paragraph.style.as_deref().and_then(|style| self.styles.meaning(style).hidden);
            if self.run_hidden.or_else(of_style) == Some(true) {
                self.content.hidden.push_str(text);
            } else {
                paragraph.text.push_str(text);
            }
        }
    }

    fn cite(&mut self, kind: &'static str, element: &xml::Element<'_>) {
        let Some(id) = element.attribute("id") else { return };
        self.content.cited.push(Cited { kind, id });
        let mark = format!("[{}]", self.content.cited.len());
        self.push(&mark);
    }

    fn end_paragraph(&mut self, paragraph: Paragraph) {
        let mut text = std::mem::take(&mut self.carried);
        text.push_str(&paragraph.text);
        if paragraph.mark_deleted {
            self.carried = text;
        } else if !text.trim().is_empty() {
            let piece = self.shape(&paragraph, text);
            self.emit(piece);
        } else if let (Some(list), true) = (&paragraph.list, paragraph.style.is_none()) {
            // A blank item of a list still counts.
            self.numbering.next(list, paragraph.level.unwrap_or(0));
        }
        for piece in paragraph.boxes {
            self.emit(piece);
        }
    }

    /// The kind of a paragraph and its text with the list marker.
    fn shape(&mut self, paragraph: &Paragraph, text: String) -> Piece {
        let meaning = paragraph.style.as_deref().map(|style| self.styles.meaning(style)).unwrap_or_default();
        let own = match paragraph.outline {
            Some(level) if level < 6 => Some(BlockKind::Heading(level + 1)),
            Some(_) => Some(BlockKind::Paragraph),
            None => None,
        };
        let mut kind = own.or(meaning.kind).unwrap_or(BlockKind::Paragraph);
        let note = self.note.clone();
        if note.is_some() {
            kind = BlockKind::Note;
        }
        let (style_list, style_level) = meaning.numbering;
        let list = paragraph.list.clone().or(style_list).filter(|list| list != "0");
        if let (Some(list), BlockKind::Paragraph) = (list, kind)
            && let Some(marker) = self.numbering.next(&list, paragraph.level.or(style_level).unwrap_or(0))
        {
            let text = if marker.is_empty() { text } else { format!("{marker} {}", text.trim_start()) };
            return Piece { kind: BlockKind::ListItem, text, note };
        }
        Piece { kind, text, note }
    }

    /// Hands a piece to what encloses it: the cell of a table, the anchor of a text box, or the part.
    fn emit(&mut self, piece: Piece) {
        match self.frames.last_mut() {
            Some(Frame::Paragraph(anchor)) => anchor.boxes.push(piece),
            Some(Frame::Table(table)) => {
                if let Some(cell) = table.rows.last_mut().and_then(|row| row.last_mut()) {
                    cell.push(piece);
                } else {
                    self.content.pieces.push(piece);
                }
            }
            None => self.content.pieces.push(piece),
        }
    }

    /// A table as lines of cells; one with a single column, or with cells that are texts of their own,
    /// lays out a page and is read as its paragraphs.
    fn end_table(&mut self, table: Table) {
        let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
        let layout = columns <= 1
            || table.rows.iter().flatten().any(|cell| {
                cell.len() > 8
                    || cell.iter().any(|piece| matches!(piece.kind, BlockKind::Table | BlockKind::Heading(_)))
            });
        if layout {
            for piece in table.rows.into_iter().flatten().flatten() {
                self.emit(piece);
            }
            return;
        }
        let mut lines = Vec::new();
        for row in &table.rows {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| {
                    let words: Vec<&str> =
                        cell.iter().flat_map(|piece| piece.text.split_whitespace()).collect();
                    words.join(" ")
                })
                .collect();
            if cells.iter().any(|cell| !cell.is_empty()) {
                lines.push(cells.join("\t").trim_end().to_owned());
            }
        }
        if !lines.is_empty() {
            self.emit(Piece { kind: BlockKind::Table, text: lines.join("\n"), note: self.note.clone() });
        }
    }
}

/// Whether a property of a run hides its text: hidden, or at most one point high. Nothing where it does not matter.
pub(super) fn hides(property: &xml::Element<'_>) -> Option<bool> {
    let value = property.attribute("val");
    match property.name() {
        "vanish" => Some(!matches!(value.as_deref(), Some("0" | "false" | "off"))),
        // Half points.
        "sz" => value?.parse::<f64>().ok().filter(|size| *size <= 2.0).map(|_| true),
        _ => None,
    }
}
