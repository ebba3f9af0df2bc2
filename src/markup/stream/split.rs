//! The text of an answer as it grows → the pieces in which it is rendered.
//!
//! A piece ends where the block structure is closed whatever follows: before a line that stands behind a blank line and
//! belongs to no open list, fence or HTML block. What grows beyond a limit without such a place (one endless paragraph,
//! list, fence, table) is cut all the same, between items, lines or words, and the next piece gets a *lead*: Markdown
//! that is parsed in front of it, and not shown, so that its first block goes on as what it was.
//!
//! Where a piece ends depends on the text alone, never on how it arrived: each decision waits for the bytes it needs.

use super::line::{Fence, Line, Marker};
use super::{Continues, LEAD};
use std::ops::Range;

/// Weight beyond which a piece is cut at the next place that the eye does not notice.
const MAX_WEIGHT: usize = 16_384;
/// The same where the text is shown as it is.
const MAX_PLAIN_WEIGHT: usize = 2_048;
/// Weight that makes it worth while to end a piece.
const MIN_WEIGHT: usize = 512;
/// Weight after which the next item of a list begins a piece.
const MAX_LIST_WEIGHT: usize = 4_096;
/// What a byte that may become an element weighs more than another.
const MARK_WEIGHT: usize = 16;
/// Bytes of a line that decide what it begins.
const HEAD_BYTES: usize = 256;
/// Longest header of a table that is parsed again for each piece of its rows.
const MAX_HEADER_BYTES: usize = 1_024;

/// A piece has ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// Where.
    pub end: usize,
    /// What is parsed before the next one.
    pub lead: String,
    /// How the next one goes on.
    pub continues: Continues,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Verbatim {
    Code(Fence),
    Html(&'static str, &'static str),
}

/// What is open at the top level.
#[derive(Debug, Default)]
struct Open {
    verbatim: Option<Verbatim>,
    list: Option<Marker>,
    /// Header and delimiter row.
    table: Option<Range<usize>>,
    /// The line before, where it may be a table's header.
    header: Option<Range<usize>>,
    quote: bool,
    /// A paragraph that stands in nothing else.
    paragraph: bool,
    indented: bool,
}

/// Finds the ends of pieces.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    start: usize,
    /// Where the line under consideration begins.
    line: usize,
    /// That line began in the piece before.
    is_mid_line: bool,
    /// How far the text was weighed.
    seen: usize,
    weight: usize,
    /// The weight before the line.
    line_weight: usize,
    after_blank: bool,
    open: Open,
    /// Only size counts: the text is not read as Markdown any more.
    pub plain: bool,
}

enum Scan {
    Line(usize),
    Full(usize),
    More,
}

impl Splitter {
    /// Where the piece under way begins.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// The next end of a piece in `text`, which may still grow unless it `is_finished`.
    pub(super) fn next(&mut self, text: &str, is_finished: bool) -> Option<Cut> {
        loop {
            if self.line > self.start {
                let head = self.head(text, is_finished)?;
                if let Some(cut) = self.boundary(head) {
                    return Some(cut);
                }
            }
            match self.scan(text.as_bytes()) {
                Scan::Line(end) => {
                    self.consume(text.as_bytes(), end);
                    (self.line, self.line_weight) = (end, self.weight);
                }
                Scan::Full(at) => return Some(self.force(text, at)),
                Scan::More => return None,
            }
        }
    }

    /// The first bytes of the line, once they cannot change.
    fn head<'t>(&self, text: &'t str, is_finished: bool) -> Option<Line<'t>> {
        let rest = text.as_bytes().get(self.line..)?;
        let head = rest.get(..HEAD_BYTES.min(rest.len()))?;
        let line = match head.iter().position(|byte| *byte == b'\n') {
            Some(end) => head.get(..end)?,
            None if head.len() == HEAD_BYTES || (is_finished && !head.is_empty()) => head,
            None => return None,
        };
        Some(Line::of(line))
    }

    /// Weighs on to the end of the line or of what fits into a piece.
    fn scan(&mut self, bytes: &[u8]) -> Scan {
        let max = if self.plain { MAX_PLAIN_WEIGHT } else { MAX_WEIGHT };
        while let Some(byte) = bytes.get(self.seen) {
            let ends_with =
                |mark: &str| bytes.get(..=self.seen).is_some_and(|so_far| so_far.ends_with(mark.as_bytes()));
            let marks = matches!(byte, b'\n' | b'*' | b'_' | b'~' | b'[' | b'`' | b'|' | b'$')
                || (*byte == b'(' && ends_with(r"\("))
                || (*byte == 0x90 && ends_with("【"));
            self.weight += 1 + if marks { MARK_WEIGHT } else { 0 };
            self.seen += 1;
            if self.weight >= max {
                return Scan::Full(self.seen);
            }
            if *byte == b'\n' {
                return Scan::Line(self.seen);
            }
        }
        Scan::More
    }

    fn boundary(&mut self, line: Line<'_>) -> Option<Cut> {
        if self.plain || self.open.verbatim.is_some() || line.is_blank() || line.indent >= 4 {
            return None;
        }
        if let Some(list) = self.open.list {
            if line.indent >= list.offset {
                return None;
            }
            if let Some(marker) = line.marker()
                && marker.kind == list.kind
            {
                let full = self.line_weight >= MAX_LIST_WEIGHT;
                return full.then(|| self.cut(self.line, String::new(), Continues::List));
            }
        }
        if !self.after_blank {
            return None;
        }
        self.open = Open::default();
        (self.line_weight >= MIN_WEIGHT).then(|| self.cut(self.line, String::new(), Continues::Nothing))
    }

    fn cut(&mut self, end: usize, lead: String, continues: Continues) -> Cut {
        (self.start, self.seen, self.weight, self.line_weight) = (end, end, 0, 0);
        self.is_mid_line = end > self.line;
        self.line = end;
        Cut { end, lead, continues }
    }

    /// Ends the piece within what it may hold: before the line under way, or in its middle.
    fn force(&mut self, text: &str, full: usize) -> Cut {
        let size = full - self.start;
        if self.line > self.start + size / 4 {
            let (lead, continues) = self.lead(text);
            return self.cut(self.line, lead, continues);
        }
        let from = text.floor_char_boundary(self.start + size / 4 * 3);
        let to = text.floor_char_boundary(full);
        let tail = text.get(from..to).unwrap_or("");
        let sentence = [". ", "! ", "? "].iter().filter_map(|end| tail.rfind(end)).max().map(|at| at + 2);
        let word = || tail.rfind(' ').map(|at| at + 1);
        let end = sentence.or_else(word).map_or(to, |at| from + at);
        let verbatim = self.open.verbatim.as_ref().map(verbatim_lead);
        if verbatim.is_none() {
            self.open = Open::default();
        }
        let continues = if verbatim.is_some() { Continues::Line } else { Continues::Block };
        // A letter before it: whatever it begins with stands within a line.
        self.cut(end, verbatim.unwrap_or_else(|| format!("{LEAD} ")), continues)
    }

    /// What makes the line under way go on with what is open.
    fn lead(&mut self, text: &str) -> (String, Continues) {
        let head = text.as_bytes().get(self.line..).unwrap_or_default();
        let line = Line::of(
            head.get(..HEAD_BYTES).unwrap_or(head).split(|byte| *byte == b'\n').next().unwrap_or_default(),
        );
        if self.plain {
            return (String::new(), Continues::Block);
        }
        if let Some(verbatim) = &self.open.verbatim {
            return (verbatim_lead(verbatim), Continues::Block);
        }
        if let Some(list) = self.open.list.as_mut().filter(|list| list.offset < usize::MAX) {
            if line.indent >= list.offset {
                list.offset = line.indent.clamp(2, 8);
            }
            let blanks = (list.offset.clamp(2, 8) - 1).min(4);
            let before = list.offset.clamp(2, 8) - 1 - blanks;
            return (format!("{:before$}-{:blanks$}{LEAD}\n\n", "", ""), Continues::Item);
        }
        let table = self.open.table.clone().and_then(|rows| text.get(rows));
        if let Some(rows) = table.filter(|rows| rows.len() <= MAX_HEADER_BYTES && is_table(rows)) {
            return (rows.to_owned(), Continues::Table);
        }
        self.open.table = None;
        let lead = match (self.open.quote, self.after_blank || self.open.indented) {
            (_, true) => String::new(),
            (true, _) if line.is_quote() => String::new(),
            (true, _) => format!("> {LEAD}\n"),
            (false, _) => format!("{LEAD}\n"),
        };
        (lead, Continues::Block)
    }

    fn consume(&mut self, bytes: &[u8], end: usize) {
        let place = self.line..end;
        let line = Line::of(bytes.get(place.clone()).unwrap_or_default());
        let is_mid_line = std::mem::take(&mut self.is_mid_line);
        let after_blank = std::mem::replace(&mut self.after_blank, line.is_blank() && !is_mid_line);
        match &self.open.verbatim {
            _ if self.plain => return,
            Some(Verbatim::Code(fence)) => {
                if line.closes(fence) && !is_mid_line {
                    self.open.verbatim = None;
                }
                return;
            }
            Some(Verbatim::Html(_, close)) => {
                if line.contains(close) {
                    self.open.verbatim = None;
                }
                return;
            }
            None if is_mid_line => return,
            None => {}
        }
        if line.is_blank() {
            if let Some(list) = self.open.list.as_mut().filter(|list| list.is_empty) {
                // An item that begins with two empty lines holds nothing.
                list.offset = usize::MAX;
            }
            self.open.table = None;
            self.open.header = None;
            self.open.quote = false;
            return;
        }
        // The start of the text is like a blank line before it.
        self.block_line(line, place.clone(), after_blank || place.start == 0);
    }

    /// A line at the top level that is not blank.
    fn block_line(&mut self, line: Line<'_>, place: Range<usize>, after_blank: bool) {
        let open = &mut self.open;
        if let Some(list) = open.list.as_mut().filter(|list| line.indent >= list.offset) {
            list.is_empty = false;
            return;
        }
        // An item that begins with an empty line has no paragraph that could go on outside of it.
        open.list = open.list.filter(|list| !list.is_empty || after_blank);
        if line.indent >= 4 {
            open.indented |= after_blank;
            return;
        }
        open.indented = false;
        let verbatim = match (line.fence(), line.html()) {
            (Some(fence), _) => Some(Some(Verbatim::Code(fence))),
            (None, Some((lead, close))) => {
                let rest = Line { rest: line.rest.get(2..).unwrap_or_default(), ..line };
                Some((!rest.contains(close)).then_some(Verbatim::Html(lead, close)))
            }
            (None, None) => None,
        };
        if let Some(verbatim) = verbatim {
            *open = Open { verbatim, ..Open::default() };
        } else if line.is_quote() || line.is_heading_or_rule() {
            *open = Open { quote: line.is_quote(), ..Open::default() };
        } else if let Some(marker) =
            line.marker().filter(|marker| after_blank || marker.interrupts || !open.paragraph)
        {
            *open = Open { list: Some(marker), ..Open::default() };
        } else {
            let header = open.header.take();
            if let Some(header) = header.filter(|_| open.table.is_none() && line.is_table_delimiter()) {
                open.table = Some(header.start..place.end);
            }
            let is_top = !open.quote && open.list.is_none();
            open.paragraph = is_top && open.table.is_none();
            open.header = is_top.then_some(place);
        }
    }
}

fn verbatim_lead(verbatim: &Verbatim) -> String {
    match verbatim {
        Verbatim::Code(Fence { mark, len, indent, info }) => {
            let fence = char::from(*mark).to_string().repeat(*len);
            format!("{:indent$}{fence}{info}\n", "")
        }
        Verbatim::Html(open, _) => (*open).to_owned(),
    }
}

fn is_table(rows: &str) -> bool {
    use pulldown_cmark::{Event, Parser, Tag};
    matches!(Parser::new_ext(rows, crate::cite::options()).next(), Some(Event::Start(Tag::Table(_))))
}
