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
mod markers;
mod native;
mod prose;
mod quote;
mod support;

pub use native::cite_all;
pub use prose::{mask, options, unmask};

use crate::types::{Passage, Span};
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
pub fn cite(answer: &str, passages: &[Passage], sent: u32) -> Vec<Citation> {
    let markers = markers::find(answer);
    if markers.is_empty() {
        return Vec::new();
    }
    let groups: Vec<Span> = {
        let mut groups: Vec<Span> = markers.iter().map(|marker| marker.group).collect();
        groups.dedup();
        groups
    };
    let quotes = quote::find(answer, &groups);
    let mut folded: Vec<Option<fold::Folded>> = passages.iter().map(|_| None).collect();
    let mut words: Vec<Option<support::Words>> = passages.iter().map(|_| None).collect();
    let mut claim = (Span::default(), Vec::new());

    let resolve = |marker: &markers::Marker| {
        let index = marker.number.checked_sub(1).filter(|_| marker.number <= sent)? as usize;
        let passage = passages.get(index)?;
        let index_u32 = marker.number - 1;
        let mut quote = None;
        for quoted in quotes.iter().filter(|quoted| quoted.group == marker.group) {
            let folded = folded.get_mut(index)?.get_or_insert_with(|| fold::fold(&passage.text));
            match quote::locate(quoted, folded, passage.span) {
                Some(span) => quote = quote.or(Some(span)),
                None if quote::is_title(quoted, passage) => {}
                None => return Some(Target::Unsupported { index: index_u32 }),
            }
        }
        if claim.0 != marker.group {
            claim = (marker.group, support::words_of(&claim::of(answer, marker.group, &groups)));
        }
        let words = words.get_mut(index)?.get_or_insert_with(|| support::Words::of(&passage.text));
        let support = support::find(&claim.1, words, passage.span);
        Some(Target::Passage { index: index_u32, support, quote })
    };
    let targets: Vec<Option<Target>> = markers.iter().map(resolve).collect();
    let mut citations: Vec<Citation> = markers
        .iter()
        .zip(targets)
        .map(|(marker, target)| Citation {
            marker: marker.span,
            group: marker.group,
            number: marker.number,
            target: target.unwrap_or(Target::OutOfRange),
        })
        .collect();
    excuse_shared_quotes(&mut citations);
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
