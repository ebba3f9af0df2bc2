//! Where a formula begins in an answer → how far it goes.
//!
//! `$…$` and `\(…\)` within a line of text, `$$…$$` and `\[…\]` over several. Dollars are prices and variables of a shell more
//! often than TeX, and `\[` is also how Markdown writes a bracket: what does not look like a formula is none. A formula
//! never goes over a blank line, so that it stays in one block and in one piece of a stream.

/// Most bytes of a formula within one line.
const MAX_INLINE_BYTES: usize = 1_000;
/// Most bytes of one over several lines.
pub(super) const MAX_BYTES: usize = 4_000;

/// How a formula is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delimiter {
    /// `$…$`
    Dollar,
    /// `$$…$$`
    Dollars,
    /// `\(…\)`
    Paren,
    /// `\[…\]`
    Bracket,
}

impl Delimiter {
    fn open(self) -> &'static str {
        match self {
            Self::Dollar => "$",
            Self::Dollars => "$$",
            Self::Paren => r"\(",
            Self::Bracket => r"\[",
        }
    }

    fn close(self) -> &'static str {
        match self {
            Self::Dollar => "$",
            Self::Dollars => "$$",
            Self::Paren => r"\)",
            Self::Bracket => r"\]",
        }
    }
}

/// The formula whose delimiter stands at `at`, and the length of what it encloses.
pub(super) fn at(text: &str, at: usize) -> Option<(Delimiter, usize)> {
    let rest = text.get(at..)?;
    let delimiter = match dollars(rest) {
        0 if rest.starts_with(r"\(") => Delimiter::Paren,
        0 if rest.starts_with(r"\[") => Delimiter::Bracket,
        1 => Delimiter::Dollar,
        2 => Delimiter::Dollars,
        _ => return None,
    };
    let inside = rest.get(delimiter.open().len()..)?;
    let len = match delimiter {
        Delimiter::Dollar => {
            let before = text.get(..at)?.chars().next_back();
            inline(before, inside)?
        }
        _ => over_lines(delimiter, inside)?,
    };
    let content = inside.get(..len)?;
    let looks_like_one = match delimiter {
        // Markdown writes a bracket so, but leaves no room within: `\[sic\]`.
        Delimiter::Bracket if !content.starts_with(char::is_whitespace) => content.contains(is_tex),
        _ => !is_prose(content),
    };
    looks_like_one.then_some((delimiter, len))
}

/// How many dollars stand at the start.
pub(super) fn dollars(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'$').count()
}

/// The length of what `$…$` encloses; `before` stands in front of it.
fn inline(before: Option<char>, inside: &str) -> Option<usize> {
    if before.is_some_and(|c| c.is_ascii_alphanumeric()) || inside.starts_with(char::is_whitespace) {
        return None;
    }
    let bytes = inside.as_bytes();
    let mut len = 0;
    loop {
        match bytes.get(len).filter(|_| len <= MAX_INLINE_BYTES)? {
            b'$' => break,
            b'\\' => len += 2,
            b'\n' | b'`' => return None,
            _ => len += 1,
        }
    }
    let content = inside.get(..len)?;
    let after = inside.get(len..)?;
    // `$5-$7`, `$HOME/$PATH`; but `$n$th` and `$x$s`.
    let follows = after.get(1..)?;
    let suffix = follows.bytes().take_while(u8::is_ascii_alphabetic).count();
    let is_suffix = matches!(follows.get(..suffix), Some("" | "th" | "st" | "nd" | "rd" | "s"));
    let closes = dollars(after) == 1
        && !content.ends_with(char::is_whitespace)
        && is_suffix
        && !follows.starts_with(|c: char| c.is_ascii_digit());
    (closes && len > 0).then_some(len)
}

/// The length of what delimiters enclose that may stand on lines of their own.
fn over_lines(delimiter: Delimiter, inside: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let (mut len, mut line_start) = (0, None);
    loop {
        let rest = bytes.get(len..).filter(|rest| !rest.is_empty() && len <= MAX_BYTES)?;
        if rest.starts_with(delimiter.close().as_bytes()) {
            break;
        }
        match rest {
            [b'`', ..] | [b'\\', b'(' | b'[', ..] => return None,
            [b'\\', ..] => len += 2,
            [b'\n', ..] => {
                line_start = Some(len + 1);
                len += 1;
            }
            _ => len += 1,
        }
        if line_start == Some(len) && !may_go_on(bytes.get(len..)?) {
            return None;
        }
    }
    let content = inside.get(..len)?;
    let is_run = delimiter == Delimiter::Dollars && dollars(inside.get(len..)?) != 2;
    (!content.trim().is_empty() && !is_run).then_some(len)
}

/// Whether a formula may go on with this line: it is not blank, and begins nothing that would take the formula apart.
fn may_go_on(rest: &[u8]) -> bool {
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let blank = line.is_empty();
    let tag =
        matches!(line, [b'<', next, ..] if next.is_ascii_alphabetic() || matches!(next, b'!' | b'?' | b'/'));
    !(blank || tag || line.starts_with(b"~~~") || line.starts_with(b"|"))
}

/// Signs that TeX has and sentences have not.
fn is_tex(c: char) -> bool {
    matches!(c, '\\' | '^' | '_' | '=' | '+' | '<' | '>' | '{' | '}')
}

/// Words between two dollars, or Markdown.
fn is_prose(content: &str) -> bool {
    if content.contains("**") || content.contains("](") {
        return true;
    }
    let words = content.split(|c: char| !c.is_alphabetic()).map(|word| word.chars().count());
    let (long, short) = words.fold((0, 0), |(long, short), letters| match letters {
        0 | 1 => (long, short),
        2 => (long, short + 1),
        _ => (long + 1, short),
    });
    let has_words = long > 0 || short > 1;
    let has_blanks = content.starts_with(' ') || content.trim().contains(char::is_whitespace);
    has_blanks && has_words && !content.contains(is_tex)
}
