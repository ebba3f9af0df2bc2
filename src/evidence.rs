//! Scored chunks → `Evidence`, frozen and hashed.
//!
//! [`render`] is the one function that makes the text a model reads, a pure function of the passages:
//!
//! ```text
//! [1] Handbook.pdf › Leave › Sick leave (page 12)
//! The passage, as it stands in the document.
//!
//! [2] Notes.md
//! …
//! ```
//!
//! Documents are untrusted. `Passage::text` stays `document.text[span]` to the byte, because citations are verified
//! against it; only the rendered text is made safe, visibly and by as little as possible:
//!
//! - `<evidence>` and `</evidence>` in any spelling lose their `<` to `‹`, so a document cannot end the evidence;
//! - a line of a passage that begins like a marker (`[3] …`) gets `⟦3⟧`, so that exactly the lines that begin with
//!   `[n] ` start a passage. Brackets elsewhere (a paper's references) are left alone;
//! - names and headings are one line without invisible characters, at most 120 characters each.

mod cache;

pub use cache::EvidenceCache;

use crate::text::is_hidden;
use crate::types::{
    Chunk, Document, Evidence, Folded, Passage, RetrievalSettings, Scores, SearchTiming, Span, sha256,
};

/// What stands in the prompt when retrieval found nothing.
const NOTHING: &str = "(No passage was found.)";
/// Longest name or heading in a passage's first line, in characters.
const MAX_NAME: usize = 120;

/// Numbers the passages in the given order and fixes the text that every column gets.
///
/// ```
/// use sidecite::evidence::{freeze, render};
/// # use sidecite::types::{Chunk, Document, Format, RetrievalSettings, Scores, SearchTiming, Span, sha256};
/// # let text = "Tariff\n\nA ticket costs 12 euros.".to_owned();
/// # let (name, id) = ("tariff.md".to_owned(), sha256(text.as_bytes()));
/// # let document = Document { id, name, format: Format::Markdown, title: None, text, blocks: vec![], pages: vec![] };
/// # let headings = vec!["Tariff".to_owned()];
/// # let chunk = Chunk { document: id, ordinal: 0, span: Span::new(8, 32), tokens: 6, page: None, headings };
/// # let (settings, timing) = (RetrievalSettings::default(), SearchTiming::default());
///
/// let evidence = freeze("What does a ticket cost?", settings, vec![(Scores::default(), &chunk, &document)], timing);
/// assert_eq!(evidence.text, "[1] tariff.md › Tariff\nA ticket costs 12 euros.");
/// // The same passages give the same text, and the same text the same hash, in every column.
/// assert_eq!(render(&evidence.passages), evidence.text);
/// assert_eq!(evidence.sha256, sha256(evidence.text.as_bytes()));
/// ```
pub fn freeze<'a>(
    question: &str,
    retrieval: RetrievalSettings,
    found: Vec<impl Into<Hit<'a>>>,
    timing: SearchTiming,
) -> Evidence {
    let passages: Vec<Passage> = (1u32..)
        .zip(found.into_iter().map(Into::into))
        .map(|(number, Hit { scores, chunk, document, first, span, folded })| Passage {
            number,
            document: document.id,
            document_name: document.name.clone(),
            ordinal: chunk.ordinal,
            span,
            hit: chunk.span,
            page: first.page,
            headings: first.headings.clone(),
            text: span.of(&document.text).to_owned(),
            scores,
            folded,
        })
        .collect();
    let text = render(&passages);
    let sha256 = sha256(text.as_bytes());
    let queries = Vec::new();
    Evidence { question: question.to_owned(), queries, retrieval, passages, text, sha256, timing }
}

/// A chunk that was found, and what of its document becomes evidence.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// What each stage thought of it.
    pub scores: Scores,
    /// The chunk.
    pub chunk: &'a Chunk,
    /// Its document.
    pub document: &'a Document,
    /// The chunk with which the evidence begins.
    pub first: &'a Chunk,
    /// The part of the document that becomes evidence.
    pub span: Span,
    /// Chunks that say the same.
    pub folded: Vec<Folded>,
}

impl<'a> From<(Scores, &'a Chunk, &'a Document)> for Hit<'a> {
    /// The chunk alone.
    fn from((scores, chunk, document): (Scores, &'a Chunk, &'a Document)) -> Self {
        Self { scores, chunk, document, first: chunk, span: chunk.span, folded: Vec::new() }
    }
}

/// The text of `passages` for the prompt. Any first few passages render to the beginning of what all render to.
pub fn render(passages: &[Passage]) -> String {
    if passages.is_empty() {
        return NOTHING.to_owned();
    }
    passages.iter().map(render_one).collect::<Vec<_>>().join(SEPARATOR)
}

/// What stands between two passages.
pub const SEPARATOR: &str = "\n\n";

/// One passage of the text: its marker, where it is from, and its words.
pub fn render_one(passage: &Passage) -> String {
    let mut text = format!("[{}] {}", passage.number, one_line(&passage.document_name));
    for heading in
        passage.headings.iter().map(|heading| one_line(heading)).filter(|heading| !heading.is_empty())
    {
        text.push_str(" › ");
        text.push_str(&heading);
    }
    if let Some(page) = passage.page {
        text.push_str(&format!(" (page {page})"));
    }
    text.push('\n');
    text.push_str(&disarm(passage.text.trim_matches('\n')));
    text
}

/// A name in one line: no control, bidi, tag or other invisible characters, no delimiter, not too long.
fn one_line(name: &str) -> String {
    let visible: String =
        name.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = disarm(&line);
    match line.char_indices().nth(MAX_NAME) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or("").trim_end()),
        None => line,
    }
}

/// Takes the power from what looks like the prompt's own marks.
fn disarm(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut at_line_start = true;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        if at_line_start
            && c == '['
            && let Some(number) = marker(after)
        {
            safe.push('⟦');
            safe.push_str(number);
            safe.push('⟧');
            rest = after.get(number.len() + 1..).unwrap_or("");
            at_line_start = false;
            continue;
        }
        safe.push(if c == '<' && is_delimiter(after) { '‹' } else { c });
        at_line_start = is_line_end(c);
        rest = after;
    }
    safe
}

/// Whether a reader, or a tokenizer, may take what follows for a new line.
fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The digits of `3] …` when the text behind a `[` completes a passage's marker.
fn marker(after: &str) -> Option<&str> {
    let (digits, _) = after.split_once(']')?;
    (1..=4)
        .contains(&digits.len())
        .then_some(digits)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether the text behind a `<` makes it `<evidence` or `</evidence`, in any case and with any white space.
fn is_delimiter(after: &str) -> bool {
    let skipped = |c: char| c.is_whitespace() || c == '/' || is_hidden(c);
    let name = after.trim_start_matches(skipped);
    let mut letters = name.chars().filter(|c| !is_hidden(*c)).flat_map(char::to_lowercase);
    "evidence".chars().all(|expected| letters.next() == Some(expected))
}
