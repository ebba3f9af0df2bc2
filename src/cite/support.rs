//! A claim + a passage → the passage's words that the claim uses.
//!
//! Content words (no stop words, at least three letters, or digits) match when equal in lower case, or when they share a
//! long beginning and differ in a short ending (`employee`, `employees`): a stemmer for any language, and a weak one.
//! Words are marked only in the sentences of the passage that share most with the claim, so that a common word does not
//! light up all over the page. Marked words with only blanks between become one span.

use crate::types::Span;

/// Share of the best sentence's matches that another sentence needs to be marked too.
const KEEP_SHARE: f64 = 0.6;
/// Longest claim and passage looked at, in words.
const MAX_WORDS: usize = 3_000;

/// A passage cut into content words.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Folded word, start, end, sentence.
    words: Vec<(String, usize, usize, usize)>,
    /// Byte ranges between two consecutive words that hold only blanks: index of the first word.
    joined: Vec<bool>,
}

impl Words {
    /// The content words of a passage's text.
    pub fn of(text: &str) -> Self {
        let mut out = Self::default();
        let mut sentence = 0;
        let mut last_end = 0;
        for (start, word) in words_in(text).take(MAX_WORDS) {
            let gap = text.get(last_end..start).unwrap_or("");
            if gap.contains(['.', '!', '?', '。', '\n']) {
                sentence += 1;
            }
            let end = start + word.len();
            if let Some(folded) = content_word(word) {
                let joined = out.words.last().is_some_and(|(_, _, before, _)| *before == last_end)
                    && gap.chars().all(|c| c == ' ');
                out.joined.push(joined);
                out.words.push((folded, start, end, sentence));
            }
            last_end = end;
        }
        out
    }
}

/// The distinct content words of a claim.
pub fn words_of(claim: &str) -> Vec<String> {
    let mut words: Vec<String> =
        words_in(claim).take(MAX_WORDS).filter_map(|(_, word)| content_word(word)).collect();
    words.sort();
    words.dedup();
    words
}

/// Where the passage at `passage` in its document uses words of `claim`: spans of the document, in order.
pub fn find(claim: &[String], words: &Words, passage: Span) -> Vec<Span> {
    let matched: Vec<Option<usize>> =
        words.words.iter().map(|(word, ..)| claim.iter().position(|other| same_word(other, word))).collect();
    let sentences = words.words.last().map_or(0, |(.., sentence)| sentence + 1);
    let mut distinct: Vec<Vec<usize>> = vec![Vec::new(); sentences];
    for ((.., sentence), place) in words.words.iter().zip(&matched) {
        if let (Some(place), Some(seen)) = (place, distinct.get_mut(*sentence))
            && !seen.contains(place)
        {
            seen.push(*place);
        }
    }
    let best = distinct.iter().map(Vec::len).max().unwrap_or(0);
    let enough = (best as f64 * KEEP_SHARE).ceil().max(1.0) as usize;
    let mut spans: Vec<Span> = Vec::new();
    let mut last_marked = false;
    let offset = passage.start as usize;
    for (((_, start, end, sentence), place), joined) in words.words.iter().zip(&matched).zip(&words.joined) {
        let marked = place.is_some() && distinct.get(*sentence).is_some_and(|seen| seen.len() >= enough);
        if marked {
            let span = Span::new(offset + start, offset + end);
            match spans.last_mut() {
                Some(last) if last_marked && *joined => last.end = span.end,
                _ => spans.push(span),
            }
        }
        last_marked = marked;
    }
    spans
}

/// Equal, or equal but for a short ending.
fn same_word(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let numeric = |word: &str| word.bytes().any(|c| c.is_ascii_digit());
    if numeric(a) || numeric(b) {
        return false;
    }
    let shared = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let longest = a.chars().count().max(b.chars().count());
    shared >= 4 && longest - shared <= 3 && shared * 3 >= longest * 2
}

/// Words and where they start: runs of letters and digits, with single apostrophes inside words and `.` or `,` inside
/// numbers; a character each in scripts without word spacing. Simpler than UAX #29, whose tables the page would load
/// for nothing else.
fn words_in(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(char::is_alphanumeric)?;
        let mut end = start;
        let mut chars = text.get(start..)?.chars().peekable();
        let mut last = ' ';
        while let Some(c) = chars.next() {
            let next = chars.peek().copied().unwrap_or(' ');
            let inner = (matches!(c, '\'' | '’') && last.is_alphabetic() && next.is_alphabetic())
                || (matches!(c, '.' | ',') && last.is_numeric() && next.is_numeric());
            if !(c.is_alphanumeric() || inner || is_mark(c)) || (is_dense(c) && end > start) {
                break;
            }
            end += c.len_utf8();
            last = c;
            if is_dense(c) {
                break;
            }
        }
        at = end;
        Some((start, text.get(start..end)?))
    })
}

/// Combining marks of the common scripts, which stand inside words.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{652}' | '\u{93c}'..='\u{94d}' | '\u{e31}'..='\u{e4e}' | '\u{ad}')
}

fn is_dense(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e30}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}')
}

fn content_word(word: &str) -> Option<String> {
    let lower = word.to_lowercase();
    let digits = lower.chars().any(char::is_numeric);
    // Scripts without word spacing come one character or few at a time.
    let dense = lower.chars().any(|c| is_dense(c) || ('\u{ac00}'..='\u{d7af}').contains(&c));
    let long = lower.chars().count() >= 3;
    ((digits || dense || long) && STOP_WORDS.binary_search(&lower.as_str()).is_err()).then_some(lower)
}

/// English words that say nothing alone, of three letters or more, sorted.
const STOP_WORDS: [&str; 97] = [
    "about",
    "above",
    "according",
    "after",
    "again",
    "all",
    "also",
    "among",
    "and",
    "any",
    "are",
    "because",
    "been",
    "before",
    "being",
    "below",
    "between",
    "both",
    "but",
    "can",
    "could",
    "did",
    "does",
    "doing",
    "down",
    "during",
    "each",
    "few",
    "for",
    "from",
    "further",
    "had",
    "has",
    "have",
    "having",
    "her",
    "here",
    "hers",
    "him",
    "his",
    "how",
    "however",
    "into",
    "its",
    "itself",
    "may",
    "might",
    "more",
    "most",
    "must",
    "nor",
    "not",
    "now",
    "off",
    "once",
    "only",
    "other",
    "our",
    "out",
    "over",
    "own",
    "passage",
    "same",
    "shall",
    "she",
    "should",
    "some",
    "such",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "through",
    "too",
    "under",
    "until",
    "upon",
    "very",
    "was",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "will",
    "with",
    "would",
    "you",
];

#[cfg(test)]
mod tests {
    #[test]
    fn stop_words_are_sorted() {
        assert!(super::STOP_WORDS.is_sorted());
    }
}
