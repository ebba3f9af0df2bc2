//! Characters as found → characters that are safe to store, show and send.
//!
//! Line ends become `\n`; control characters, terminal escape sequences, byte order marks, Unicode tag
//! characters and bidi overrides go. It refuses to change anything else: no normalisation, no case.

use crate::text::{is_bidi_override, is_tag};

/// What `clean` took away that a person should hear of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Unicode tag characters (U+E0000–E007F), which can carry invisible instructions.
    pub tags: usize,
    /// Bidi embeddings, overrides and isolates, which can make text look like other text.
    pub bidi: usize,
}

/// Appends `raw` to `out`, cleaned.
pub fn clean_into(raw: &str, out: &mut String, removed: &mut Removed) {
    out.reserve(raw.len());
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' => {
                rest.next_if_eq(&'\n');
                out.push('\n');
            }
            '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            // A terminal escape sequence (ECMA-48 §5.4): ESC [ parameters, final byte.
            '\u{1B}' if rest.peek() == Some(&'[') => {
                rest.next();
                while rest.next_if(|c| matches!(c, '\u{20}'..='\u{3F}')).is_some() {}
                rest.next_if(|c| matches!(c, '\u{40}'..='\u{7E}'));
            }
            c if c.is_control() => {}
            '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => {}
            c if is_tag(c) => removed.tags += 1,
            c if is_bidi_override(c) => removed.bidi += 1,
            c => out.push(c),
        }
    }
}

/// A file name made safe to show: one line, no control, tag or bidi-override characters, no path, at most
/// 255 characters; `unnamed` when nothing is left.
pub fn clean_name(name: &str) -> String {
    let mut clean = String::new();
    clean_into(name, &mut clean, &mut Removed::default());
    let last = clean.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or("");
    let flat: String = last.chars().map(|c| if c == '\n' || c == '\t' { ' ' } else { c }).take(255).collect();
    match flat.trim() {
        "" => "unnamed".to_owned(),
        shown => shown.to_owned(),
    }
}

/// White space as HTML and XML see it collapsed to single blanks, outer white space kept as one blank.
pub fn collapse_into(raw: &str, out: &mut String) {
    for c in raw.chars() {
        if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{0C}') {
            if !out.is_empty() && !out.ends_with([' ', '\n', '\t']) {
                out.push(' ');
            }
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: &str) {
        let mut out = String::new();
        clean_into(raw, &mut out, &mut Removed::default());
        assert_eq!(out, expected);
    }

    #[test]
    fn text() {
        check("a\r\nb\rc\nd\te", "a\nb\nc\nd\te");
        check("\u{FEFF}a\u{0}b\u{7}c\u{1B}[31;1mred\u{1B}[0m", "abcred");
        check("a\u{E0041}\u{202E}b\u{2066}c\u{200F}", "abc\u{200F}");
    }

    #[test]
    fn names() {
        assert_eq!(clean_name("\u{202E}txt.exe"), "txt.exe");
        assert_eq!(clean_name("../../etc/pass\nwd"), "pass wd");
        assert_eq!(clean_name("C:\\x\\"), "x");
        assert_eq!(clean_name("\u{0}"), "unnamed");
    }
}
