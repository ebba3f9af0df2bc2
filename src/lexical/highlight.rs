//! A question and a passage → where the question's words stand in the passage.

use super::terms::{each_term, query_terms};
use crate::types::Span;

/// The bytes of `text` whose term is one of the query's terms (equal after stemming), in order, disjoint; what
/// touches or overlaps is joined, so a run of character pairs is one span.
pub fn matches(query: &str, text: &str) -> Vec<Span> {
    let wanted: std::collections::HashSet<String> =
        query_terms(query).into_iter().map(|(term, _)| term).collect();
    let mut spans: Vec<Span> = Vec::new();
    each_term(text, |term, span, _| {
        if wanted.contains(term) {
            spans.push(span);
        }
    });
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}
