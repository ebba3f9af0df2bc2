//! Text → its sentences, as spans.
//!
//! One pass over the characters. A full stop ends a sentence only when what stands before it is no known
//! abbreviation, initial or list number and what follows looks like a beginning; CJK stops always end one; a
//! blank line, a list bullet and a table row do too. It refuses to guess by language or by model: the rules
//! are few, the same for every text, and linear in its length.

use crate::text::is_cjk;
use crate::types::Span;

/// Abbreviations after which a sentence never ends (compared in lower case, without the last full stop).
const NEVER_LAST: [&str; 62] = [
    "dr", "mr", "mrs", "ms", "mx", "prof", "st", "mt", "gen", "col", "sgt", "capt", "lt", "cmdr", "adm",
    "rev", "hon", "gov", "sen", "rep", "pres", "messrs", "mme", "mlle", "vs", "cf", "ca", "e.g", "i.e",
    "viz", "fig", "figs", "eq", "eqs", "eqn", "sec", "ch", "vol", "vols", "pp", "ed", "eds", "al", "resp",
    "approx", "incl", "excl", "tel", "z.b", "d.h", "bzw", "nr", "str", "hr", "fr", "usw", "p.ex", "sr",
    "sra", "dept", "univ", "assn",
];

/// Abbreviations after which a sentence may end: it does when the next word commonly opens one.
const MAYBE_LAST: [&str; 36] = [
    "etc", "inc", "ltd", "co", "corp", "bros", "jr", "no", "nos", "art", "op", "cit", "jan", "feb", "mar",
    "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "wed", "thu", "fri", "a.m",
    "p.m", "ph.d", "max", "min", "ave", "est",
];

/// What follows the number of a day in German dates.
const GERMAN_MONTHS: [&str; 13] = [
    "Januar",
    "Jänner",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// Words that commonly open a sentence and seldom follow an abbreviation as a name.
const OPENERS: [&str; 48] = [
    "The", "A", "An", "In", "On", "At", "It", "Its", "He", "She", "They", "We", "I", "You", "His", "Her",
    "Their", "This", "That", "These", "Those", "There", "But", "And", "However", "For", "From", "By", "With",
    "After", "Before", "When", "While", "If", "As", "Since", "Although", "Some", "Many", "Most", "All",
    "What", "How", "Why", "Where", "Who", "Our", "To",
];

/// The sentences of `text` in order: disjoint, without outer white space, never empty, covering every
/// character that is not white space.
pub fn sentences(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let after = at + c.len_utf8();
        let end = match c {
            '\n' if line_break_ends(text, at) => Some(at),
            '.' | '!' | '?' | '…' | '‽' | '؟' | '۔' | '।' | '॥' | '։' => {
                let mut close = after;
                while let Some((_, next)) = rest.next_if(|(_, next)| is_stop(*next) || is_closer(*next)) {
                    close += next.len_utf8();
                }
                stop_ends(text, start, at, c, close).then_some(close)
            }
            '。' | '！' | '？' | '｡' | '．' => {
                let mut close = after;
                while let Some((_, next)) = rest.next_if(|(_, next)| is_stop(*next) || is_closer(*next)) {
                    close += next.len_utf8();
                }
                // A full-width point inside a number (３．５) is a decimal point.
                let decimal = c == '．' && text.get(close..).is_some_and(|t| t.starts_with(char::is_numeric));
                (!decimal).then_some(close)
            }
            _ => None,
        };
        if let Some(end) = end {
            push_trimmed(text, start, end, &mut found);
            start = end;
        }
    }
    push_trimmed(text, start, text.len(), &mut found);
    found
}

/// Adds `start..end` without outer white space, unless nothing is left.
fn push_trimmed(text: &str, start: usize, end: usize, found: &mut Vec<Span>) {
    let Some(piece) = text.get(start..end) else { return };
    let lead = piece.len() - piece.trim_start().len();
    let trimmed = piece.trim();
    if !trimmed.is_empty() {
        found.push(Span::new(start + lead, start + lead + trimmed.len()));
    }
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '‽' | '؟' | '。' | '！' | '？' | '｡')
}

fn is_closer(c: char) -> bool {
    matches!(
        c,
        ')' | ']' | '}' | '"' | '\'' | '”' | '’' | '»' | '」' | '』' | '）' | '】' | '》' | '〉' | '］'
    )
}

/// Whether the line break at `at` parts two sentences: hard-wrapped prose goes on over it, while a blank
/// line, a list item and a table row (cells parted by tabs) do not.
fn line_break_ends(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let after = after.strip_prefix('\n').unwrap_or(after);
    // Only so many characters are looked at that a text of very long lines stays linear.
    let line: String = after.chars().take_while(|c| *c != '\n').take(120).collect();
    let last: String = before.chars().rev().take_while(|c| *c != '\n').take(120).collect();
    line.trim().is_empty() || line.contains('\t') || last.contains('\t') || opens_item(line.trim_start())
}

/// Whether a line opens with a bullet or a list number.
fn opens_item(line: &str) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('-' | '*' | '+' | '•' | '‣' | '▪' | '●' | '○' | '◦' | '–' | '·') => {
            chars.next().is_some_and(char::is_whitespace)
        }
        Some(c) if c.is_ascii_digit() => {
            let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
            line.len() - rest.len() <= 3 && (rest.starts_with(". ") || rest.starts_with(") "))
        }
        _ => false,
    }
}

/// Whether the stop `c` at `at`, whose closing quotes and brackets reach to `close`, ends the sentence that
/// began at `start`.
fn stop_ends(text: &str, start: usize, at: usize, c: char, close: usize) -> bool {
    let rest = text.get(close..).unwrap_or("");
    let Some(next) = rest.chars().next() else { return true };
    if !next.is_whitespace() {
        // Only scripts written without url_params go on directly: "3.5", "e.g.", "example.com" do not end here.
        return is_cjk(next) && !matches!(c, '.') || matches!(c, '।' | '॥' | '۔');
    }
    let following = rest.trim_start();
    let Some(opening) = following.chars().find(|c| c.is_alphanumeric()) else { return true };
    if opening.is_lowercase() {
        return false;
    }
    if c != '.' || close > at + 1 && text.get(at + 1..close).is_some_and(|t| t.contains(is_stop)) {
        return true;
    }
    let sentence = text.get(start..at).unwrap_or("");
    let word = last_word(sentence);
    let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    if bare.is_empty() {
        return true;
    }
    // "am 1. Oktober" is a date.
    if bare.len() <= 2 && bare.chars().all(|c| c.is_ascii_digit()) {
        let month = following.split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
        if GERMAN_MONTHS.contains(&month) {
            return false;
        }
    }
    // "1. First" at the head of a line is a list number, not a sentence.
    if bare.len() <= 3 && bare.chars().all(|c| c.is_ascii_digit()) {
        let before = sentence.get(..sentence.len() - word.len()).unwrap_or("");
        return !(before.trim().is_empty() || before.ends_with('\n'));
    }
    let lower = bare.to_lowercase();
    if NEVER_LAST.contains(&lower.as_str()) {
        return false;
    }
    let opener = following
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .is_some_and(|first| OPENERS.contains(&first));
    // An initial ("J. Smith"), a dotted acronym ("U.S. Army") and "Inc." go on unless the next word says no.
    let initial = bare.chars().count() == 1 && bare.chars().all(char::is_uppercase);
    let acronym = bare.contains('.') && bare.split('.').all(|part| part.chars().count() <= 1);
    if initial || acronym || MAYBE_LAST.contains(&lower.as_str()) {
        return opener;
    }
    true
}

/// The characters after the last white space; at most 24 are looked at, abbreviations are shorter.
fn last_word(sentence: &str) -> &str {
    let mut from = sentence.len();
    for (at, c) in sentence.char_indices().rev().take(24) {
        if c.is_whitespace() {
            break;
        }
        from = at;
    }
    sentence.get(from..).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = sentences(text).into_iter().map(|span| span.of(text)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn stops() {
        check("", &[]);
        check("  \n ", &[]);
        check("One. Two! Three? Four", &["One.", "Two!", "Three?", "Four"]);
        check("He said \"Go.\" Then he went.", &["He said \"Go.\"", "Then he went."]);
        check("Wait... What? \"Really?\" he asked.", &["Wait...", "What?", "\"Really?\" he asked."]);
    }

    #[test]
    fn abbreviations() {
        check(
            "See e.g. Figure 3. It shows 3.14 by Dr. Who.",
            &["See e.g. Figure 3.", "It shows 3.14 by Dr. Who."],
        );
        check("J. K. Rowling of Acme Inc. wrote it.", &["J. K. Rowling of Acme Inc. wrote it."]);
        check("He lives in the U.S. The rest do not.", &["He lives in the U.S.", "The rest do not."]);
        check("The U.S. Army left.", &["The U.S. Army left."]);
        check("In 1990. Then more.", &["In 1990.", "Then more."]);
        check("1. First thing. 2. Second", &["1. First thing.", "2. Second"]);
    }

    #[test]
    fn lines() {
        check("A wrapped\nline goes on.\n\nNew one", &["A wrapped\nline goes on.", "New one"]);
        check("Items\n- one\n- two", &["Items", "- one", "- two"]);
        check("a\tb\nc\td", &["a\tb", "c\td"]);
    }

    #[test]
    fn scripts() {
        check(
            "今日は晴れ。「はい！」と言った。３．５です",
            &["今日は晴れ。", "「はい！」", "と言った。", "３．５です"],
        );
        check("नमस्ते। आप कैसे", &["नमस्ते।", "आप कैसे"]);
    }
}
