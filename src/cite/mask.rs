//! An answer → the text that its Markdown is parsed from: as long as the answer, so that offsets stay.
//!
//! The brackets of citation markers become control characters: `[1]` can be neither a link reference nor cut into pieces by
//! the parser. Formulas become what the parser takes for one whatever stands in them; dollars that are none become
//! another control character. `unmask` turns all of it back, in code too.

use super::formulas::{self, Delimiter};

/// Stands for `[` of a marker.
const OPEN: char = '\u{1}';
/// Stands for `]`.
const CLOSE: char = '\u{2}';
/// Stands before the text of a piece where a line or a paragraph must seem to have begun; never shown.
pub const LEAD: char = '\u{3}';
/// Stands behind a dollar: the two are `\(`.
const PAREN_OPEN: char = '\u{4}';
/// Stands before a dollar: the two are `\)`.
const PAREN_CLOSE: char = '\u{5}';
/// Stands behind a dollar: the two are `\[`.
const BRACKET_OPEN: char = '\u{6}';
/// Stands before a dollar: the two are `\]`.
const BRACKET_CLOSE: char = '\u{7}';
/// A dollar that delimits no formula.
const DOLLAR: char = '\u{e}';
/// `|` within a formula, which ends no cell of a table.
const BAR: char = '\u{f}';
/// A line end within a formula, behind which no block begins.
const LINE: char = '\u{10}';

/// Longest bracket that can be a marker.
pub const MAX_MARKER_BYTES: usize = 80;

/// `answer` with the brackets of possible markers and what concerns formulas masked, and other control characters
/// blanked; the same length, and the same offsets.
pub fn mask(answer: &str) -> String {
    let mut out = String::with_capacity(answer.len());
    let mut at = 0;
    // Inside the target of a link or an autolink, where brackets are part of the address.
    let mut in_target = false;
    let mut fence = Fences::default();
    while let Some(rest) = answer.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(len) = marker_len(rest).filter(|_| !in_target) {
            let inside = rest.get(1..len - 1).unwrap_or("");
            out.push(OPEN);
            out.push_str(inside);
            out.push(CLOSE);
            at += len;
            continue;
        }
        let Some(c) = rest.chars().next() else { break };
        if matches!(c, '$' | '\\') {
            let formula = formulas::at(answer, at).filter(|_| !in_target);
            at += match formula {
                Some((delimiter, len)) => push_formula(delimiter, len, rest, fence.is_open, &mut out),
                None => push_escape(rest, &mut out),
            };
            continue;
        }
        if at == 0 || answer.as_bytes().get(at - 1) == Some(&b'\n') {
            fence.line(rest);
        }
        in_target = match c {
            ']' => in_target || rest.starts_with("](http") || rest.starts_with("](<http"),
            '<' => rest.starts_with("<http"),
            ')' | '>' => false,
            _ => in_target && !c.is_whitespace(),
        };
        out.push(plain(c));
        at += c.len_utf8();
    }
    out
}

/// NUL and friends are of no use in an answer; tab, LF and CR are Markdown's.
fn plain(c: char) -> char {
    if c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r') { ' ' } else { c }
}

/// Dollars that delimit nothing, or a backslash with the next one or dollar, which it makes text; gives their length.
fn push_escape(rest: &str, out: &mut String) -> usize {
    if let Some(escaped) = [r"\\", r"\$"].into_iter().find(|escaped| rest.starts_with(escaped)) {
        out.push_str(escaped);
        return escaped.len();
    }
    let run = formulas::dollars(rest);
    if run == 0 {
        out.push('\\');
    }
    out.extend(std::iter::repeat_n(DOLLAR, run));
    run.max(1)
}

/// The formula at the start of `rest`, which encloses `len` bytes; gives its whole length. In code nothing is joined.
fn push_formula(delimiter: Delimiter, len: usize, rest: &str, is_code: bool, out: &mut String) -> usize {
    let dollar = |out: &mut String, c: Option<char>| {
        out.push('$');
        out.extend(c);
    };
    let width = if delimiter == Delimiter::Dollar { 1 } else { 2 };
    let content = rest.get(width..width + len).unwrap_or("");
    match delimiter {
        Delimiter::Dollar => dollar(out, None),
        Delimiter::Dollars => dollar(out, Some('$')),
        Delimiter::Paren => dollar(out, Some(PAREN_OPEN)),
        Delimiter::Bracket => dollar(out, Some(BRACKET_OPEN)),
    }
    let mut before = None;
    for (at, c) in content.char_indices() {
        let follows = content.get(at + 1..).unwrap_or("").trim_start_matches([' ', '\t']);
        out.push(match c {
            '$' => DOLLAR,
            // Behind a backslash it is what a table writes for it.
            '|' if before != Some('\\') => BAR,
            // A quotation's `>` is not the formula's.
            '\n' if !is_code && !follows.starts_with('>') => LINE,
            c => plain(c),
        });
        before = Some(c);
    }
    match delimiter {
        Delimiter::Dollar => out.push('$'),
        Delimiter::Dollars => out.push_str("$$"),
        Delimiter::Paren => out.extend([PAREN_CLOSE, '$']),
        Delimiter::Bracket => out.extend([BRACKET_CLOSE, '$']),
    }
    2 * width + len
}

/// Text of the masked answer as it was.
pub fn unmask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            OPEN => out.push('['),
            CLOSE => out.push(']'),
            DOLLAR => out.push('$'),
            BAR => out.push('|'),
            LINE => out.push('\n'),
            '$' if chars.next_if_eq(&PAREN_OPEN).is_some() => out.push_str(r"\("),
            '$' if chars.next_if_eq(&BRACKET_OPEN).is_some() => out.push_str(r"\["),
            PAREN_CLOSE | BRACKET_CLOSE => {
                chars.next_if_eq(&'$');
                out.push_str(if c == PAREN_CLOSE { r"\)" } else { r"\]" });
            }
            // Parted from their dollars, where an answer is cut.
            PAREN_OPEN => out.push('('),
            BRACKET_OPEN => out.push('['),
            c => out.push(c),
        }
    }
    out
}

/// What the parser says stands in a formula: its TeX, and whether it stands on a line of its own.
pub fn formula(content: &str) -> (String, bool) {
    let is_display = content.starts_with(BRACKET_OPEN);
    let tex = content.trim_start_matches([PAREN_OPEN, BRACKET_OPEN]);
    (unmask(tex.trim_end_matches([PAREN_CLOSE, BRACKET_CLOSE])), is_display)
}

/// Length of `[…]` at the start of `rest` when it may be a marker: digits, and not the text of a link.
fn marker_len(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('[')?;
    let end =
        inside.bytes().take(MAX_MARKER_BYTES).position(|b| matches!(b, b']' | b'[' | b'\n' | b'(' | b'`'))?;
    let (inside, after) = inside.split_at_checked(end)?;
    let after = after.strip_prefix(']')?;
    let is_marker = super::markers::numbers(inside).is_some() && !inside.trim().is_empty();
    (is_marker && !after.starts_with('(')).then_some(end + 2)
}

/// Whether a line stands in fenced code; as far as one can say without parsing the blocks.
#[derive(Default)]
struct Fences {
    is_open: bool,
    mark: char,
    len: usize,
    /// It stands in a quotation, and ends with it.
    in_quote: bool,
    /// Columns before it: a line that has fewer has left the item that it stands in.
    indent: usize,
}

impl Fences {
    /// The next line begins.
    fn line(&mut self, rest: &str) {
        let whole = rest.split('\n').next().unwrap_or("");
        let line = whole.trim_start_matches([' ', '\t', '>', '-', '*', '+']);
        let indent = whole.len() - whole.trim_start().len();
        let in_quote = whole.trim_start().starts_with('>');
        let has_left = self.in_quote && !in_quote || indent < self.indent && !whole.trim().is_empty();
        self.is_open = self.is_open && !has_left;
        let Some(mark) = line.chars().next().filter(|c| matches!(c, '`' | '~')) else { return };
        let len = line.chars().take_while(|c| *c == mark).count();
        let info = line.trim_start_matches(mark).trim();
        if self.is_open {
            self.is_open = !(mark == self.mark && len >= self.len && info.is_empty());
        } else if len >= 3 && !(mark == '`' && info.contains('`')) {
            let indent = if in_quote { 0 } else { whole.len() - line.len() };
            *self = Self { is_open: true, mark, len, in_quote, indent };
        }
    }
}
