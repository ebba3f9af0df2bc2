//! The text of a page and the geometry of its lines → paragraphs, headings, list items.
//!
//! The decoder's text has the words in reading order but only rough paragraphs. Each of its lines is found
//! again among the lines of the page by its letters, which gives its font size and weight.

use crate::text::{is_cjk, is_hangul};
use crate::types::BlockKind;
use pdf_oxide::layout::{TextChar, TextSpan};
use std::collections::HashMap;

/// A block of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: BlockKind,
    /// Its text.
    pub text: String,
}

/// How a line is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    size: f32,
    bold: bool,
}

/// The lines of a page by their letters without white space.
pub type Lines = HashMap<String, Look>;

/// Spans in drawing order → lines: a span goes on the line when its baseline lies near.
pub fn lines(spans: &[TextSpan]) -> Lines {
    let mut found = Lines::new();
    let mut spans_alone = Vec::new();
    let mut letters = String::new();
    let mut look = Look { size: 0.0, bold: true };
    let mut baseline = f32::NAN;
    let mut right = f32::NAN;
    for span in spans {
        let size = span.font_size.max(1.0);
        let same_line = (span.bbox.y - baseline).abs() < size.max(look.size) * 0.4
            && span.bbox.x - right < size * 8.0
            && span.bbox.x - right > -size * 2.0;
        if !same_line && !letters.is_empty() {
            found.insert(std::mem::take(&mut letters), look);
            look = Look { size: 0.0, bold: true };
        }
        baseline = span.bbox.y;
        right = span.bbox.x + span.bbox.width;
        let bare = bare(&span.text);
        if !bare.is_empty() {
            let bold = span.font_weight as u32 >= 600 || span.font_name.to_lowercase().contains("bold");
            look.size = look.size.max(size);
            look.bold &= bold;
            letters.push_str(&bare);
            spans_alone.push((bare, Look { size, bold }));
        }
    }
    if !letters.is_empty() {
        found.insert(letters, look);
    }
    // A line that the decoder put together otherwise may still begin with a span.
    for (letters, look) in spans_alone {
        found.entry(letters).or_insert(look);
    }
    found
}

/// How `line` is set: as the line or span of its letters, else as the longest span that it begins with.
fn look_up<'a>(line: &str, lines: &'a Lines) -> Option<&'a Look> {
    let letters = bare(line);
    lines.get(&letters).or_else(|| {
        let ends = line.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(at, _)| at);
        let longest =
            ends.filter_map(|end| line.get(..end)).map(bare).filter(|part| part.len() * 3 >= letters.len());
        longest.filter_map(|part| lines.get(&part)).next_back()
    })
}

/// Text without white space.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether a page gave so little text that its glyphs are worth a look.
pub fn is_sparse(text: &str) -> bool {
    text.len() < 4_000 && bare(text).chars().count() < 200
}

/// Whether `drawn` has more than twice the letters of `text`.
pub fn holds_far_more(drawn: &str, text: &str) -> bool {
    bare(drawn).chars().count() > bare(text).chars().count() * 2 + 5
}

/// Glyphs in drawing order → text: a new baseline is a new line, a gap is a blank.
pub fn text_of_chars(chars: &[TextChar]) -> String {
    let mut out = String::new();
    let mut before: Option<(f32, f32)> = None;
    for glyph in chars {
        let size = glyph.font_size.max(1.0);
        if let Some((right, baseline)) = before {
            let (rise, gap) = ((glyph.origin_y - baseline).abs(), glyph.origin_x - right);
            if rise > size * 2.0 {
                out.push_str("\n\n");
            } else if rise > size * 0.5 {
                out.push('\n');
            } else if (gap > size * 0.2 || gap < -size * 2.0) && !out.ends_with(' ') {
                out.push(' ');
            }
        }
        before = Some((glyph.origin_x + glyph.advance_width, glyph.origin_y));
        out.push(glyph.char);
    }
    out
}

/// How many letters a document sets in each font size.
#[derive(Debug, Default)]
pub struct Sizes(HashMap<i32, usize>);

impl Sizes {
    /// Counts the lines of a page.
    pub fn add(&mut self, lines: &Lines) {
        for (letters, look) in lines {
            *self.0.entry((look.size * 2.0).round() as i32).or_default() += letters.len();
        }
    }

    /// The size of running text: the one that most letters have.
    pub fn body(&self) -> f32 {
        let most = self.0.iter().max_by_key(|(size, letters)| (**letters, -**size));
        most.map_or(0.0, |(size, _)| *size as f32 / 2.0)
    }
}

/// The blocks of a page.
pub fn pieces(text: &str, lines: &Lines, body: f32) -> Vec<Piece> {
    let mut found = Vec::new();
    let split = unglue(text, lines);
    let mut open: Vec<&str> = Vec::new();
    let mut open_level = None;
    let longest = split.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let split = raise_bullets(&split);
    for line in split.iter().map(|line| line.trim()) {
        if line.is_empty() {
            close(&mut open, open_level, &mut found);
            continue;
        }
        let level = heading_level(line, look_up(line, lines), body);
        if !open.is_empty() && (level != open_level || level.is_none() && begins_block(&open, line, longest))
        {
            close(&mut open, open_level, &mut found);
        }
        open_level = level;
        open.push(line);
    }
    close(&mut open, open_level, &mut found);
    found
}

/// The decoder sometimes sets the first line of a paragraph directly behind the last one of the paragraph
/// before ("browser.We present"); where the rest is a line of the page, a line end goes between.
fn unglue(text: &str, lines: &Lines) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut from = 0;
        let mut before = ' ';
        if !lines.contains_key(&bare(line)) {
            for (at, c) in line.char_indices() {
                let glued = matches!(before, '.' | '!' | '?' | ':' | ')' | '”') && c.is_uppercase();
                if glued && line.get(at..).is_some_and(|rest| lines.contains_key(&bare(rest))) {
                    out.push_str(line.get(from..at).unwrap_or(""));
                    out.push('\n');
                    from = at;
                }
                before = c;
            }
        }
        out.push_str(line.get(from..).unwrap_or(""));
    }
    out
}

/// The decoder may set a bullet between the first and the second line of its item, when it hangs a little
/// low: a bullet before a lower-case letter belongs to the line before, when that begins a sentence; a
/// bullet alone belongs to the line after.
fn raise_bullets(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut alone = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed == "•" {
            alone = true;
            continue;
        }
        let item = if alone { Some(trimmed) } else { trimmed.strip_prefix("• ") };
        let goes_on = item.filter(|rest| rest.starts_with(char::is_lowercase));
        match (goes_on, item, found.last_mut()) {
            (Some(rest), _, Some(before)) if before.trim_start().starts_with(char::is_uppercase) => {
                before.insert_str(0, "• ");
                found.push(rest.to_owned());
            }
            (_, Some(rest), _) => found.push(format!("• {rest}")),
            _ => found.push(line.to_owned()),
        }
        alone = false;
    }
    if alone {
        found.push("•".to_owned());
    }
    found
}

/// Headings are short, larger than running text (or as large and bold), and no sentences.
fn heading_level(line: &str, look: Option<&Look>, body: f32) -> Option<u8> {
    let look = look?;
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let count = line.chars().count();
    if body <= 0.0 || letters < 2 || count > 120 || letters * 2 < count || is_item(line) && !look.bold {
        return None;
    }
    let ends_sentence = line.ends_with(['.', ',', ';', ':', '-']);
    match look.size / body {
        ratio if ratio >= 1.7 => Some(1),
        ratio if ratio >= 1.3 => Some(2),
        ratio if ratio >= 1.12 && !ends_sentence => Some(3),
        ratio if ratio >= 0.95 && look.bold && !ends_sentence && count <= 80 => Some(4),
        _ => None,
    }
}

/// Whether `line` begins a paragraph of its own after the lines that are open.
fn begins_block(open: &[&str], line: &str, longest: usize) -> bool {
    let last = open.last().copied().unwrap_or("");
    if is_item(line) {
        return true;
    }
    let ended = last.ends_with(['.', '!', '?', ':', '”', '"', '。']);
    let short = last.chars().count() * 5 < longest * 4;
    ended && short && line.starts_with(|c: char| c.is_uppercase() || c.is_numeric())
}

/// Whether a line begins with a bullet or a list number.
fn is_item(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('•' | '‣' | '▪' | '●' | '○' | '◦' | '■' | '\u{F0B7}') => true,
        Some('-' | '–' | '*') => chars.next() == Some(' '),
        Some('(') => {
            let inner: String = chars.by_ref().take_while(|c| *c != ')').take(4).collect();
            (1..=3).contains(&inner.len())
                && inner.chars().all(char::is_alphanumeric)
                && chars.next() == Some(' ')
        }
        Some(c) if c.is_ascii_digit() => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            line.len() - rest.len() <= 2 && (rest.starts_with(". ") || rest.starts_with(") "))
        }
        _ => false,
    }
}

/// Makes a block of the open lines. Running text loses its line ends, what may be verse or a table keeps them.
fn close(open: &mut Vec<&str>, level: Option<u8>, found: &mut Vec<Piece>) {
    if open.is_empty() {
        return;
    }
    let item = open.first().is_some_and(|line| is_item(line));
    let kind = match level {
        Some(level) => BlockKind::Heading(level),
        None if item => BlockKind::ListItem,
        None => BlockKind::Paragraph,
    };
    let text = if level.is_some() || item || is_prose(open) { flow(open) } else { open.join("\n") };
    found.push(Piece { kind, text });
    open.clear();
}

/// Lines of about one length that do not end in numbers are set prose.
fn is_prose(lines: &[&str]) -> bool {
    let Some((_, but_last)) = lines.split_last() else { return false };
    let lengths: Vec<usize> = but_last.iter().map(|line| line.chars().count()).collect();
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let long = lengths.iter().filter(|length| **length * 10 >= longest * 7).count();
    let numbers = but_last.iter().filter(|line| line.ends_with(|c: char| c.is_ascii_digit())).count();
    longest >= 25 && long * 10 >= lengths.len() * 6 && numbers * 3 <= but_last.len()
}

/// Lines as one line: a blank between, none between CJK letters, and hyphenated words made whole.
fn flow(lines: &[&str]) -> String {
    let mut out = String::new();
    for line in lines {
        let (before, first) = (out.chars().last(), line.chars().next());
        match (before, first) {
            (None, _) => {}
            (Some(before), Some(first)) if joins_lines(before) && joins_lines(first) => {}
            (Some('-' | '\u{AD}' | '\u{2010}'), Some(first))
                if first.is_lowercase() && ends_in_word_part(&out) =>
            {
                out.pop();
            }
            _ => out.push(' '),
        }
        out.push_str(line);
    }
    out
}

/// Whether the text ends in a letter and a hyphen.
pub fn ends_in_word_part(text: &str) -> bool {
    let mut end = text.chars().rev();
    matches!(end.next(), Some('-' | '\u{AD}' | '\u{2010}')) && end.next().is_some_and(char::is_alphabetic)
}

/// Scripts whose lines are joined without a blank.
pub fn joins_lines(c: char) -> bool {
    is_cjk(c) || is_hangul(c)
}
