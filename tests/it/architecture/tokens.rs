//! Rust source → words and marks, each with its line; comments and literals are dropped.
//!
//! Enough of the language to find paths in it, and no more.

/// A word (`crate`, `web_sys`), `::`, or a single other mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// The tokens of `source`, whose first line is 1.
pub fn tokens(source: &str) -> Vec<Token> {
    let text: Vec<char> = source.chars().collect();
    let at = |i: usize| text.get(i).copied().unwrap_or('\0');
    let (mut found, mut i, mut line) = (Vec::new(), 0, 1);
    while i < text.len() {
        let start = i;
        let c = at(i);
        if c == '/' && at(i + 1) == '/' {
            i = skip_while(&text, i, |c| c != '\n');
        } else if c == '/' && at(i + 1) == '*' {
            i = after_block_comment(&text, i);
        } else if let Some(end) = after_raw_string(&text, i) {
            i = end;
        } else if c == '"' || (c == 'b' && at(i + 1) == '"') {
            i = after_quote(&text, i + usize::from(c == 'b') + 1, '"');
        } else if c == '\'' && (at(i + 1) == '\\' || at(i + 2) == '\'') {
            // A character; otherwise it is a lifetime, whose name is a harmless word.
            i = after_quote(&text, i + 1, '\'');
        } else if c.is_alphanumeric() || c == '_' {
            i = skip_while(&text, i, |c| c.is_alphanumeric() || c == '_');
            found.push(Token { text: text[start..i].iter().collect(), line });
        } else if c == ':' && at(i + 1) == ':' {
            i += 2;
            found.push(Token { text: "::".to_owned(), line });
        } else {
            i += 1;
            if !c.is_whitespace() {
                found.push(Token { text: c.to_string(), line });
            }
        }
        line += text[start..i.min(text.len())].iter().filter(|c| **c == '\n').count();
    }
    found
}

fn skip_while(text: &[char], from: usize, holds: impl Fn(char) -> bool) -> usize {
    text[from..].iter().position(|c| !holds(*c)).map_or(text.len(), |length| from + length)
}

fn after_quote(text: &[char], from: usize, quote: char) -> usize {
    let mut i = from;
    while i < text.len() && text[i] != quote {
        i += if text[i] == '\\' { 2 } else { 1 };
    }
    (i + 1).min(text.len())
}

fn after_raw_string(text: &[char], from: usize) -> Option<usize> {
    let inside_word = from > 0 && (text[from - 1].is_alphanumeric() || text[from - 1] == '_');
    let r = from + usize::from(text[from] == 'b');
    if inside_word || text.get(r) != Some(&'r') {
        return None;
    }
    let quote = skip_while(text, r + 1, |c| c == '#');
    if text.get(quote) != Some(&'"') {
        return None;
    }
    let hashes = quote - r - 1;
    let closes =
        |i: &usize| text[*i] == '"' && text[i + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    let end = (quote + 1..text.len()).find(closes).map_or(text.len(), |i| i + 1 + hashes);
    Some(end)
}

fn after_block_comment(text: &[char], from: usize) -> usize {
    let (mut i, mut depth) = (from, 0);
    while i < text.len() {
        match (text[i], text.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            break;
        }
    }
    i
}
