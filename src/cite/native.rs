//! Citations that a host states beside the text (Anthropic, Cohere) → the same `Citation` as `[n]` in the text.
//!
//! Mechanism: each is woven into the text as a marker `[n]` behind the words that it backs, and then read, verified and
//! drawn like any other. A passage is found by the words quoted from it, else by its number, else by its document's name;
//! what names no passage that was sent becomes `[0]`, which leads nowhere and is flagged.

use super::{Citation, Sources, Target};
use crate::types::{NativeCitation, Span};

/// Most native citations of one answer; what follows is left out.
pub const MAX_NATIVE: usize = 2_000;

/// Binds the citations that were woven in to the words that the host quotes.
pub(super) fn verify(citations: &mut [Citation], woven: &[Woven], sources: &mut Sources) {
    for citation in citations {
        let Some(native) = woven.iter().find(|native| native.marker == citation.group) else { continue };
        let Target::Passage { index, support, .. } = &citation.target else { continue };
        let Some(words) = &native.quote else { continue };
        let (index, support) = (*index, support.clone());
        citation.target = match sources.locate(index as usize, words) {
            Some(span) => Target::Passage { index, support, quote: Some(span) },
            None => Target::Unsupported { index },
        };
    }
}

/// A marker that was woven in.
#[derive(Clone, Debug)]
pub struct Woven {
    marker: Span,
    quote: Option<String>,
}

/// `answer` with its native citations written into it.
pub fn weave(answer: &str, natives: &[NativeCitation], sources: &mut Sources) -> (String, Vec<Woven>) {
    let mut places: Vec<(usize, u32, Option<&String>)> = natives
        .iter()
        .take(MAX_NATIVE)
        .flat_map(|native| {
            let at = place(answer, native.span.end as usize);
            numbers(native, sources).into_iter().map(move |number| (at, number, native.quote.as_ref()))
        })
        .collect();
    // Hosts send them late and out of order.
    places.sort_by_key(|(at, number, quote)| (*at, *number, quote.is_none(), *quote));
    places.dedup_by_key(|(at, number, _)| (*at, *number));
    let (mut text, mut woven) = (String::with_capacity(answer.len() + places.len() * 4), Vec::new());
    let mut from = 0;
    for (at, number, quote) in places {
        text.push_str(answer.get(from..at).unwrap_or(""));
        from = at;
        let marker = format!("[{number}]");
        // The model may have written it itself.
        if answer.get(at..).is_some_and(|rest| rest.trim_start_matches(' ').starts_with(&marker)) {
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
pub fn place(answer: &str, end: usize) -> usize {
    let mut end = end.min(answer.len());
    while !answer.is_char_boundary(end) {
        end -= 1;
    }
    answer.get(..end).map_or(end, |before| before.trim_end().len())
}

/// The passages that a citation means, by number; `[0]` when it means none of them.
fn numbers(native: &NativeCitation, sources: &mut Sources) -> Vec<u32> {
    let quoted = native.quote.as_ref().and_then(|words| {
        let mut places = 0..sources.sent().len();
        places.find(|index| sources.locate(*index, words).is_some())
    });
    let passages = sources.sent();
    let quoted = quoted.and_then(|index| passages.get(index)).map(|passage| passage.number);
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
