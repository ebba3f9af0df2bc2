//! Text → terms, each with the bytes it stands on.
//!
//! A word becomes NFKC, lower case, ß → ss, and, when it is all ASCII letters, its English stem (Snowball's Porter 2).
//! Joined words give their parts and the whole, so `ERR-4032` is found by `4032` and best by itself. Stop words
//! are terms too, but a query uses them only when it has nothing else ("The Who", "to be or not to be").

use super::grams::characters;
use super::stop::is_stop_word;
use super::words::{Word, Words};
use crate::types::Span;
use rust_stemmers::{Algorithm, Stemmer};
use std::borrow::Cow;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// One term of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Normalised and stemmed.
    pub text: String,
    /// The bytes of the text it stands on.
    pub span: Span,
    /// What it is good for.
    pub role: Role,
}

/// What a term is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Says something; counts towards the text's length.
    Word,
    /// Parts of it have been counted: the whole of a joined word, the number within a version.
    Extra,
    /// Says nothing in English; used by queries that consist of such words only.
    Stop,
    /// A single character of writing without spaces; used by queries that consist of one character only.
    Single,
}

/// Longest term in characters; longer ones (encoded data) are cut.
const LONGEST: usize = 64;
/// Most parts of a joined word that is also kept whole.
const MAX_PARTS: usize = 8;

/// The terms of `text` in order.
pub fn terms(text: &str) -> Vec<Term> {
    let mut found = Vec::new();
    each_term(text, |term, span, role| found.push(Term { text: term.to_owned(), span, role }));
    found
}

/// The terms a query asks for, in order of first appearance, with how often it names each.
pub fn query_terms(query: &str) -> Vec<(String, u32)> {
    let all = terms(query);
    let telling = all.iter().any(|term| matches!(term.role, Role::Word | Role::Extra));
    let mut wanted: Vec<(String, u32)> = Vec::new();
    for term in all {
        let asked = match term.role {
            Role::Word | Role::Extra => true,
            Role::Stop => !telling,
            Role::Single => false,
        };
        if !asked {
            continue;
        }
        match wanted.iter_mut().find(|(text, _)| *text == term.text) {
            Some((_, count)) => *count += 1,
            None => wanted.push((term.text, 1)),
        }
    }
    wanted
}

/// Calls `emit(term, span, role)` for each term of `text` in order; the string lives until `emit` returns.
pub fn each_term(text: &str, mut emit: impl FnMut(&str, Span, Role)) {
    let stemmer = Stemmer::create(Algorithm::English);
    for word in Words::new(text) {
        match word {
            Word::Unspaced(run) => pairs(text, run, &mut emit),
            Word::Spaced(parts) => match parts.as_slice() {
                [part] => one(text, part.clone(), &stemmer, &mut emit),
                parts => joined(text, parts, &stemmer, &mut emit),
            },
        }
    }
}

fn one(text: &str, part: Range<usize>, stemmer: &Stemmer, emit: &mut impl FnMut(&str, Span, Role)) {
    let word = normalise(text.get(part.clone()).unwrap_or(""));
    let span = Span::new(part.start, part.end);
    if word.is_empty() {
    } else if is_stop_word(&word) {
        emit(&word, span, Role::Stop);
    } else if word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        emit(&stemmer.stem(&word), span, Role::Word);
    } else {
        emit(&word, span, Role::Word);
    }
}

fn joined(text: &str, parts: &[Range<usize>], stemmer: &Stemmer, emit: &mut impl FnMut(&str, Span, Role)) {
    let all = |test: fn(&str) -> bool| parts.iter().all(|part| test(text.get(part.clone()).unwrap_or("")));
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return };
    let range = first.start..last.end;
    let span = Span::new(range.start, range.end);
    let written = text.get(range.clone()).unwrap_or("");
    let dotted = !written.contains(['-', '_', '@', ':', '\u{2010}', '\u{2011}', '\u{2013}']);
    let short = parts.len() <= MAX_PARTS && written.len() <= LONGEST;
    if dotted && short && all(|part| part.len() == 1 && part.bytes().all(|byte| byte.is_ascii_alphabetic())) {
        // U.S.A., e.g.: an acronym is one word.
        one_spelled(&normalise(&written.replace('.', "")), span, emit);
        return;
    }
    if dotted && short && all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        // 3.14, 12.05.2021: one number; a part is worth finding alone from three digits on (a year).
        emit(written, span, Role::Word);
        for part in parts.iter().filter(|part| part.len() >= 3) {
            emit(text.get(part.clone()).unwrap_or(""), Span::new(part.start, part.end), Role::Extra);
        }
        return;
    }
    if short {
        let whole = normalise_joined(text, parts);
        emit(&whole, span, Role::Extra);
        let mut chars = whole.chars();
        if chars.next() == Some('v') && chars.clone().next().is_some_and(|c| c.is_ascii_digit()) {
            emit(chars.as_str(), span, Role::Extra);
        }
    }
    for part in parts {
        one(text, part.clone(), stemmer, emit);
    }
}

fn one_spelled(word: &str, span: Span, emit: &mut impl FnMut(&str, Span, Role)) {
    if !word.is_empty() {
        emit(word, span, if is_stop_word(word) { Role::Stop } else { Role::Word });
    }
}

/// The whole of a joined word, all kinds of hyphen made one.
fn normalise_joined(text: &str, parts: &[Range<usize>]) -> String {
    let mut whole = String::new();
    let mut end = None;
    for part in parts {
        if let Some(end) = end {
            let joiner = text.get(end..part.start).unwrap_or("");
            whole.push_str(if matches!(joiner, "\u{2010}" | "\u{2011}" | "\u{2013}") { "-" } else { joiner });
        }
        whole.push_str(&normalise(text.get(part.clone()).unwrap_or("")));
        end = Some(part.end);
    }
    whole
}

fn pairs(text: &str, run: Range<usize>, emit: &mut impl FnMut(&str, Span, Role)) {
    let written = text.get(run.clone()).unwrap_or("");
    let characters = characters(written);
    let mut emit_at = |from: usize, to: usize, role: Role| {
        let term: String = written.get(from..to).unwrap_or("").nfkc().collect();
        emit(&term, Span::new(run.start + from, run.start + to), role);
    };
    if let [only] = characters.as_slice() {
        emit_at(only.start, only.end, Role::Word);
        return;
    }
    for character in &characters {
        emit_at(character.start, character.end, Role::Single);
    }
    for pair in characters.windows(2) {
        if let [left, right] = pair {
            emit_at(left.start, right.end, Role::Word);
        }
    }
}

/// `word` in the form in which words are compared.
fn normalise(word: &str) -> Cow<'_, str> {
    let tail = word.char_indices().nth(LONGEST).map_or(word.len(), |(at, _)| at);
    let word = word.get(..tail).unwrap_or(word);
    if word.is_ascii() {
        let as_is = word.bytes().all(|byte| !byte.is_ascii_uppercase() && byte != b',');
        return if as_is {
            Cow::Borrowed(word)
        } else {
            Cow::Owned(word.to_ascii_lowercase().replace(',', ""))
        };
    }
    let mut folded = String::with_capacity(word.len());
    for c in word.nfkc().flat_map(char::to_lowercase) {
        match c {
            'ß' => folded.push_str("ss"),
            'ς' => folded.push('σ'),
            // What NFKC leaves of invisible joiners, fraction bars and grouping commas.
            '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{2044}' | ',' => {}
            c => folded.push(c),
        }
    }
    Cow::Owned(folded)
}
