//! An answer's text + the passages it was given → citations, each bound to a passage's words or flagged.
//!
//! Mechanism: `markers` finds `[1]`, `[1][2]`, `[1, 3]`, `[1-3]`, `【1】`, `[Passage 1]` outside code and links; `claim`
//! takes the sentence that each stands in; `support` finds the words of that sentence in the passage; `quote` finds what
//! the answer puts in quotation marks. All spans into documents address exactly the words that were found.
//!
//! What counts as a citation, decided:
//! - `Paris[1]` counts: models often leave the space out. `a[1]`, `my_list[1]`, `x[1] = 2`, `rows[1].name` do not.
//! - `[2024]` does not (four digits are a year); `[99]` does, and is out of range when 99 passages were not sent.
//! - `[1](https://…)` is a link and `[^1]` a footnote; neither counts. `[1]: …` at the start of a line defines no
//!   link here, so that an answer cannot turn its citations into links.
//! - A quotation of four words or more that the cited passage does not contain makes the citation `Unsupported`,
//!   unless it is the name of the document or of a heading above the passage.
//!   A sentence that merely shares no word with the passage does not: it may be a translation.

mod claim;
mod fold;
mod formulas;
mod markers;
mod mask;
mod native;
mod prose;
mod quote;
mod sources;
mod support;

pub use mask::{LEAD, formula, unmask};
pub use native::{MAX_NATIVE, Woven, place, weave};
pub use prose::{Events, Links, Source, label_key, note_label, options};
pub use sources::Sources;

use crate::types::{NativeCitation, Passage, Span};
use serde::{Deserialize, Serialize};

/// One cited number in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Where it stands in the ANSWER: `[n]` with its brackets, or one number (or range `1-3`) of a list in brackets.
    pub marker: Span,
    /// The whole bracket in the ANSWER; the same for all numbers of one list.
    pub group: Span,
    /// The number as written.
    pub number: u32,
    /// What it leads to.
    pub target: Target,
}

/// What a citation leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// A passage that was sent.
    Passage {
        /// Its place among the passages, from 0.
        index: u32,
        /// Words of the cited sentence found in it: spans of the DOCUMENT's text, in order, disjoint.
        support: Vec<Span>,
        /// Where the quoted words stand in the DOCUMENT's text, when the answer quotes.
        quote: Option<Span>,
    },
    /// No passage of that number was sent.
    OutOfRange,
    /// The answer quotes words that the passage does not contain.
    Unsupported {
        /// The passage's place, from 0.
        index: u32,
    },
}

/// The citations in `answer`, in order. `sent` is how many of `passages` were in the prompt: the first `sent`.
///
/// ```
/// use sidecite::cite::{Target, cite};
/// # use sidecite::types::{Chunk, Document, Format, RetrievalSettings, Scores, SearchTiming, Span, sha256};
/// # use sidecite::evidence::freeze;
/// # let text = "Tariff\n\nA ticket costs 12 euros.".to_owned();
/// # let (name, id) = ("tariff.md".to_owned(), sha256(text.as_bytes()));
/// # let document = Document { id, name, format: Format::Markdown, title: None, text, blocks: vec![], pages: vec![] };
/// # let headings = vec!["Tariff".to_owned()];
/// # let chunk = Chunk { document: id, ordinal: 0, span: Span::new(8, 32), tokens: 6, page: None, headings };
/// # let (settings, timing) = (RetrievalSettings::default(), SearchTiming::default());
/// # let evidence = freeze("?", settings, vec![(Scores::default(), &chunk, &document)], timing);
///
/// let answer = "A ticket costs 12 euros [1]. Dogs travel free [2].";
/// let citations = cite(answer, &evidence.passages, 1);
/// let Target::Passage { index: 0, support, .. } = &citations[0].target else { panic!("{citations:?}") };
/// // Words of the answer's sentence, where they stand in the document.
/// assert!(support.iter().any(|span| span.of(&document.text).contains("12 euros")));
/// assert_eq!(citations[1].target, Target::OutOfRange);
/// ```
pub fn cite(answer: &str, passages: &[Passage], sent: u32) -> Vec<Citation> {
    let (source, links) = (Source::new("", answer), Links::default());
    cite_parsed(answer, &source.events(&links), &[], &mut Sources::new(passages.to_vec(), sent))
}

/// The same, with the native citations of the host woven into the answer; that answer comes first.
pub fn cite_all(
    answer: &str,
    natives: &[NativeCitation],
    passages: &[Passage],
    sent: u32,
) -> (String, Vec<Citation>) {
    let mut sources = Sources::new(passages.to_vec(), sent);
    let (text, woven) = weave(answer, natives, &mut sources);
    let (source, links) = (Source::new("", &text), Links::default());
    let citations = cite_parsed(&text, &source.events(&links), &woven, &mut sources);
    (text, citations)
}

/// The citations in `text`, whose parser says `events` and in which the citations `woven` were written by `weave`.
pub fn cite_parsed(text: &str, events: &Events<'_>, woven: &[Woven], sources: &mut Sources) -> Vec<Citation> {
    let markers = markers::find(text, events);
    if markers.is_empty() {
        return Vec::new();
    }
    let mut groups: Vec<Span> = markers.iter().map(|marker| marker.group).collect();
    groups.dedup();
    let quotes = quote::find(text, &groups);
    let mut claim = (Span::default(), String::new());
    let mut citations: Vec<Citation> = Vec::with_capacity(markers.len());
    for marker in markers {
        if claim.0 != marker.group {
            claim = (marker.group, claim::of(text, marker.group, &groups));
        }
        let quoted = quotes.iter().filter(|quoted| quoted.group == marker.group);
        let target = sources.resolve(marker.number, quoted, &claim.1);
        citations.push(Citation { marker: marker.span, group: marker.group, number: marker.number, target });
    }
    excuse_shared_quotes(&mut citations);
    native::verify(&mut citations, woven, sources);
    citations
}

/// `"…" [1][2]` or `[1, 2]`: it is enough that one of the passages of a bracket holds the quoted words.
fn excuse_shared_quotes(citations: &mut [Citation]) {
    let quoted_elsewhere: Vec<Span> = citations
        .iter()
        .filter(|citation| matches!(citation.target, Target::Passage { quote: Some(_), .. }))
        .map(|citation| citation.group)
        .collect();
    for citation in citations {
        if let Target::Unsupported { index } = citation.target
            && quoted_elsewhere.contains(&citation.group)
        {
            citation.target = Target::Passage { index, support: Vec::new(), quote: None };
        }
    }
}
