//! Citations that a host states beside the text (Anthropic, Cohere) → the same `Citation` as `[n]` in the text.
//!
//! Mechanism: each is woven into the text as a marker `[n]` behind the words that it backs, and then read, verified and
//! drawn like any other. A passage is found by the words quoted from it, else by its number, else by its document's name;
//! what names no passage that was sent becomes `[0]`, which leads nowhere and is flagged.

use super::fold::{Folded, fold};
use super::quote;
use super::{Citation, Target, cite};
use crate::types::{NativeCitation, Passage, Span};

/// Most native citations of one answer; what follows is left out.
const MAX_NATIVE: usize = 2_000;

/// The answer to draw, with its native citations woven in, and all its citations. `sent` is how many of `passages` were in
/// the prompt: the first `sent`.
pub fn cite_all(
    answer: &str,
    natives: &[NativeCitation],
    passages: &[Passage],
    sent: u32,
) -> (String, Vec<Citation>) {
    if natives.is_empty() {
        return (answer.to_owned(), cite(answer, passages, sent));
    }
    let sent_passages = passages.get(..(sent as usize).min(passages.len())).unwrap_or(passages);
    let folded: Vec<Folded> = sent_passages.iter().map(|passage| fold(&passage.text)).collect();
    let (text, woven) = weave(answer, natives, sent_passages, &folded);
    let mut citations = cite(&text, passages, sent);
    for citation in &mut citations {
        let Some(native) = woven.iter().find(|native| native.marker == citation.group) else { continue };
        let Target::Passage { index, support, .. } = &citation.target else { continue };
        let Some(words) = &native.quote else { continue };
        let (index, support) = (*index, support.clone());
        let passage = sent_passages.get(index as usize).zip(folded.get(index as usize));
        let found = passage.and_then(|(passage, folded)| quote::locate_text(words, folded, passage.span));
        citation.target = match found {
            Some(span) => Target::Passage { index, support, quote: Some(span) },
            None => Target::Unsupported { index },
        };
    }
    (text, citations)
}

/// A marker that was woven in.
struct Woven {
    marker: Span,
    quote: Option<String>,
}

fn weave(
    answer: &str,
    natives: &[NativeCitation],
    passages: &[Passage],
    folded: &[Folded],
) -> (String, Vec<Woven>) {
    let mut places: Vec<(usize, u32, Option<&String>)> = natives
        .iter()
        .take(MAX_NATIVE)
        .flat_map(|native| {
            let at = place(answer, native.span.end as usize);
            numbers(native, passages, folded)
                .into_iter()
                .map(move |number| (at, number, native.quote.as_ref()))
        })
        .collect();
    // Hosts send them late and out of order.
    places.sort_by_key(|(at, number, _)| (*at, *number));
    places.dedup_by_key(|(at, number, _)| (*at, *number));
    let (mut text, mut woven) = (String::with_capacity(answer.len() + places.len() * 4), Vec::new());
    let mut from = 0;
    for (at, number, quote) in places {
        text.push_str(answer.get(from..at).unwrap_or(""));
        from = at;
        let marker = format!("[{number}]");
        // The model may have written it itself.
        if answer.get(at..).is_some_and(|rest| rest.trim_start().starts_with(&marker)) {
            continue;
        }
        let start = text.len();
        text.push_str(&marker);
        woven.push(Woven { marker: Span::new(start, text.len()), quote: quote.cloned() });
    }
    text.push_str(answer.get(from..).unwrap_or(""));
    (text, woven)
}

/// Where a marker for words that end at `end` goes: on a character boundary, before white space.
fn place(answer: &str, end: usize) -> usize {
    let mut end = end.min(answer.len());
    while !answer.is_char_boundary(end) {
        end -= 1;
    }
    answer.get(..end).map_or(end, |before| before.trim_end().len())
}

/// The passages that a citation means, by number; `[0]` when it means none of them.
fn numbers(native: &NativeCitation, passages: &[Passage], folded: &[Folded]) -> Vec<u32> {
    let quoted = native.quote.as_ref().and_then(|words| {
        let spans = passages.iter().zip(folded);
        let mut found =
            spans.filter(|(passage, folded)| quote::locate_text(words, folded, passage.span).is_some());
        found.next().map(|(passage, _)| passage.number)
    });
    if let Some(number) = quoted {
        return vec![number];
    }
    let mut numbers: Vec<u32> = native
        .sources
        .iter()
        .map(|source| {
            let stated = source.trim_matches(['[', ']']).parse::<u32>().ok();
            let known = stated.filter(|number| passages.iter().any(|passage| passage.number == *number));
            let named = || passages.iter().find(|passage| &passage.document_name == source);
            known.or_else(|| named().map(|passage| passage.number)).unwrap_or(0)
        })
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    // Of several sources it is enough that one is ours.
    if numbers.len() > 1 {
        numbers.retain(|number| *number != 0);
    }
    if numbers.is_empty() { vec![0] } else { numbers }
}
