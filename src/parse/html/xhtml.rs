//! XHTML → HTML that an HTML parser reads alike (XHTML 1.0, appendix C): elements closed within their tag get an end tag,
//! CDATA sections become text. Without this, all that follows `<title/>` or `<script src="…"/>` belongs to that element.

use std::borrow::Cow;

/// Elements that never have content (HTML standard §13.1.2).
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Characters of a file among which an XHTML file says what it is.
const HEAD: usize = 1_024;

/// Whether a page is XHTML, by its declaration or its namespace.
pub fn is_xhtml(text: &str) -> bool {
    let head: String =
        text.trim_start_matches(['\u{FEFF}', ' ', '\n', '\r', '\t']).chars().take(HEAD).collect();
    head.starts_with("<?xml") || head.contains("http://www.w3.org/1999/xhtml")
}

/// The page as HTML.
pub fn to_html(text: &str) -> Cow<'_, str> {
    if !text.contains("/>") && !text.contains("<![CDATA[") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        rest = if let Some(cdata) = tag.strip_prefix("<![CDATA[") {
            let (data, after) = cdata.split_once("]]>").unwrap_or((cdata, ""));
            escape_into(data, &mut out);
            after
        } else if tag.starts_with("<!--") {
            let end = tag.find("-->").map_or(tag.len(), |end| end + 3);
            copy(tag, end, &mut out)
        } else {
            element(tag, &mut out)
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Copies the tag that `text` begins with, and the content where it is no markup. Gives what follows.
fn element<'a>(text: &'a str, out: &mut String) -> &'a str {
    let Some(end) = tag_end(text) else { return copy(text, text.len(), out) };
    let name = text.get(1..end).unwrap_or("");
    let name = name.split(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').next().unwrap_or("");
    let is_begin = name.starts_with(|c: char| c.is_ascii_alphabetic());
    let Some(open) = text.get(..end).and_then(|tag| tag.strip_suffix("/>")).filter(|_| is_begin) else {
        // Scripts and styles may hold anything up to their end tag.
        let is_raw = is_begin && matches!(name, "script" | "style");
        let close = is_raw.then(|| text.find(&format!("</{name}"))).flatten();
        return copy(text, close.unwrap_or(end), out);
    };
    out.push_str(open);
    if VOID.contains(&name) {
        out.push_str("/>");
    } else {
        out.push_str("></");
        out.push_str(name);
        out.push('>');
    }
    text.get(end..).unwrap_or("")
}

/// Where the tag that `text` begins with ends: after the first `>` outside quotation marks.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

fn copy<'a>(text: &'a str, end: usize, out: &mut String) -> &'a str {
    let (copied, after) = text.split_at_checked(end).unwrap_or((text, ""));
    out.push_str(copied);
    after
}

fn escape_into(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
}
