//! Passages → the one to three sentences to quote.
//!
//! A sentence is worth the question's words in it, rare words more (inverse document frequency over the sentences at
//! hand), a little of what its neighbours and its passage have of them, and more when it has what the question word
//! asks for. Further sentences must be nearly as good and say something else (maximal marginal relevance, Carbonell
//! and Goldstein 1998), or have much of the question that those chosen lack: the other half of a question that needs two
//! documents (explicit query aspects, Santos et al., xQuAD 2010).

use super::LONGEST;
use super::hint::{Hint, fits, hint, is_date};
use super::question::{Asked, nearness};
use crate::chunk::sentences;
use crate::lexical::{Role, inverse_document_frequency, terms};
use crate::types::{Passage, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Most sentences quoted.
const MOST: usize = 3;
/// Share of the question's weight that the best sentence and what surrounds it must have.
const MIN_COVERAGE: f32 = 0.3;
/// Share of the best sentence's worth that a further one must have.
const NEARLY: f32 = 0.6;
/// Share of the question's weight, of what is chosen not yet in it, that makes a weaker sentence worth quoting.
const ASPECT: f32 = 0.25;
/// Terms in common, as a share of the smaller sentence's, from which two sentences say the same.
const SAME: f32 = 0.6;
/// Passages that retrieval trusts most.
const FIRST: u32 = 2;
/// Terms from which a question has many: one of them alone is in a sentence by chance.
const MANY: usize = 4;
/// What a part of a date weighs beside another word.
const DATE: f32 = 0.5;
/// Share of the question's weight that a passage must have for a sentence with one term of many.
const HALF: f32 = 0.5;
/// Share of the question's weight from which a number answers though what is measured is not named.
const MEASURED: f32 = 0.25;
/// Share of the question's weight from which it does not matter which of its terms are missing.
const MOSTLY: f32 = 0.6;

/// Fields of a mail's head, in English, German and French.
const MAIL_FIELDS: [&str; 12] =
    ["From", "To", "Cc", "Date", "Sent", "Subject", "Von", "An", "Datum", "Betreff", "De", "Objet"];

/// A sentence to quote, to the byte as it stands in the passage.
pub(super) struct Quote<'a> {
    /// The number of its passage.
    pub number: u32,
    /// Its text.
    pub text: &'a str,
}

struct Candidate<'a> {
    passage: &'a Passage,
    order: usize,
    span: Span,
    terms: BTreeSet<String>,
    /// The head of the table that it is a row of, which says what its cells are.
    head: Option<Span>,
    worth: f32,
    coverage: f32,
    /// Share of the question's weight that it has, by term of the question.
    has: Vec<f32>,
    /// It has what the question word asks for.
    suits: bool,
}

/// What to quote.
pub(super) struct Best<'a> {
    /// The sentences, best first; none when no sentence comes near the question.
    pub quotes: Vec<Quote<'a>>,
    /// One document has a part of the question and another a large part of the rest.
    pub needs_several: bool,
}

/// The sentences to quote.
pub(super) fn best<'a>(question: &str, passages: &'a [Passage]) -> Best<'a> {
    let asked = Asked::of(question);
    let hint = hint(question);
    let mut candidates = candidates(passages);
    score(&asked, hint, passages, &mut candidates);
    candidates.sort_by(|a, b| b.worth.total_cmp(&a.worth).then(a.order.cmp(&b.order)));
    let mut chosen: Vec<&Candidate<'a>> = Vec::new();
    for candidate in &candidates {
        let least = chosen.first().map_or(0.0, |best| best.worth * NEARLY);
        if chosen.len() == MOST || candidate.worth <= least || candidate.coverage < MIN_COVERAGE {
            break;
        }
        if chosen.iter().all(|other| similarity(&candidate.terms, &other.terms) < SAME) {
            chosen.push(candidate);
        }
    }
    let has_room = (1..MOST).contains(&chosen.len()) && !asked.is_list;
    let another = candidates.iter().find(|candidate| has_room && adds(&chosen, candidate) >= ASPECT);
    chosen.extend(another);
    // What retrieval puts first may say it in other words, when it has what the question word asks for.
    if chosen.is_empty() {
        chosen.extend(candidates.iter().find(|c| c.suits && c.worth > 0.0 && c.passage.number <= FIRST));
    }
    // Few sentences say how often, so that no word in common is needed.
    if chosen.is_empty() && hint == Some(Hint::Frequency) {
        chosen.extend(candidates.iter().filter(|c| c.suits && c.passage.number == 1).take(MOST));
    }
    if asked.is_list {
        chosen.truncate(1);
    }
    let mut quotes: Vec<Quote<'a>> = Vec::new();
    for Candidate { passage, span, head, .. } in chosen {
        let text = match asked.is_list {
            true => with_what_follows(&passage.text, *span),
            false => excerpt(&passage.text, *span, &asked.terms),
        };
        // The heads of a table's rows are one.
        let head = head.map(|head| excerpt(&passage.text, head, &asked.terms));
        let texts = [Some(text), head].into_iter().flatten();
        for text in texts {
            if quotes.iter().all(|quote| quote.number != passage.number || quote.text != text) {
                quotes.push(Quote { number: passage.number, text });
            }
        }
    }
    Best { quotes, needs_several: another.is_some() }
}

/// Share of the question's weight that `candidate` has and none of those chosen, from a document of which none is chosen.
fn adds(chosen: &[&Candidate<'_>], candidate: &Candidate<'_>) -> f32 {
    let is_new = |at: usize| chosen.iter().all(|c| c.has.get(at).is_none_or(|has| *has <= 0.0));
    let document = |c: &Candidate<'_>| c.passage.document;
    if candidate.worth <= 0.0 || chosen.iter().any(|c| document(c) == document(candidate)) {
        return 0.0;
    }
    candidate.has.iter().enumerate().filter(|(at, _)| is_new(*at)).map(|(_, has)| has).sum()
}

/// The sentence and those behind it, as far as a quotation goes.
fn with_what_follows(text: &str, span: Span) -> &str {
    let start = span.start as usize;
    let ends = sentences(text).into_iter().map(|sentence| sentence.end as usize);
    let end = ends.filter(|end| (start + 1..=start + LONGEST).contains(end)).max();
    end.and_then(|end| text.get(start..end)).unwrap_or_else(|| span.of(text))
}

fn candidates(passages: &[Passage]) -> Vec<Candidate<'_>> {
    let mut found: Vec<Candidate<'_>> = Vec::new();
    for passage in passages {
        let spans = sentences(&passage.text);
        let is_row = |span: Option<&Span>| span.is_some_and(|span| span.of(&passage.text).contains('\t'));
        let mut head = None;
        for (at, span) in spans.iter().enumerate() {
            let text = span.of(&passage.text);
            if !is_row(Some(span)) {
                head = None;
            } else if head.is_none() && is_head(text) && is_row(spans.get(at + 1)) {
                head = Some(*span);
                continue;
            }
            let terms = content_terms(text);
            // Headings and fragments share words with the question without answering it.
            if terms.len() >= 3 && !is_mail_head(text) {
                found.push(Candidate {
                    passage,
                    order: found.len(),
                    span: *span,
                    terms,
                    head,
                    worth: 0.0,
                    coverage: 0.0,
                    has: Vec::new(),
                    suits: false,
                });
            }
        }
    }
    found
}

/// The terms of a text that say something.
fn content_terms(text: &str) -> BTreeSet<String> {
    let telling = terms(text).into_iter().filter(|term| matches!(term.role, Role::Word | Role::Extra));
    telling.map(|term| term.text).collect()
}

/// Whether the first row of a table names its columns: it has no number but years.
fn is_head(row: &str) -> bool {
    let mut words = row.split(|c: char| !c.is_alphanumeric());
    words.all(|word| is_date(&word.to_lowercase()) || !word.contains(char::is_numeric))
}

/// Whether it is the head of a mail: names of people, which questions name too.
fn is_mail_head(sentence: &str) -> bool {
    let is_field =
        |line: &&str| line.split_once(':').is_some_and(|(name, _)| MAIL_FIELDS.contains(&name.trim()));
    sentence.lines().filter(is_field).count() >= 2
}

fn score(asked: &Asked, hint: Option<Hint>, passages: &[Passage], candidates: &mut [Candidate<'_>]) {
    let best = |term: &str, terms: &BTreeSet<String>| {
        terms.iter().map(|other| nearness(term, other)).fold(0.0, f32::max)
    };
    // As if there were twenty more sentences without these words, or one sentence alone would make its words worthless;
    // and a word that is nowhere weighs half of a rare one, since it is often only spelled otherwise.
    let count = candidates.len() + 20;
    let weights: BTreeMap<&str, f32> = asked
        .terms
        .iter()
        .map(|term| {
            let having = candidates.iter().filter(|candidate| best(term, &candidate.terms) > 0.0).count();
            let share = if having > 0 { 1.0 } else { 0.5 };
            // A date says which of several, and stands in the head of a document as often as where the answer is.
            let share = if is_date(term) { share * DATE } else { share };
            (term.as_str(), share * inverse_document_frequency(count, having.max(1)))
        })
        .collect();
    let total: f32 = weights.values().sum();
    if total <= 0.0 {
        return;
    }
    let has = |terms: &BTreeSet<String>| -> Vec<f32> {
        weights.iter().map(|(term, weight)| best(term, terms) * weight / total).collect()
    };
    let share = |terms: &BTreeSet<String>| -> f32 { has(terms).iter().sum() };
    // A row is read under the head of its table, when the row itself is asked for.
    let read = |c: &Candidate<'_>| match c.head {
        Some(head) if share(&c.terms) > 0.0 => {
            c.terms.union(&content_terms(head.of(&c.passage.text))).cloned().collect()
        }
        _ => c.terms.clone(),
    };
    let read: Vec<BTreeSet<String>> = candidates.iter().map(read).collect();
    for (candidate, terms) in candidates.iter_mut().zip(&read) {
        candidate.has = has(terms);
    }
    let own: Vec<(u32, f32)> =
        candidates.iter().map(|c| (c.passage.number, c.has.iter().sum::<f32>())).collect();
    let wholes: BTreeMap<u32, f32> = passages
        .iter()
        .map(|passage| {
            let around =
                format!("{}\n{}\n{}", passage.document_name, passage.headings.join("\n"), passage.text);
            (passage.number, share(&content_terms(&around)))
        })
        .collect();
    for (at, candidate) in candidates.iter_mut().enumerate() {
        let number = candidate.passage.number;
        let shared = own.get(at).map_or(0.0, |(_, share)| *share);
        let beside = |at: Option<usize>| {
            at.and_then(|at| own.get(at))
                .filter(|(other, _)| *other == number)
                .map_or(0.0, |(_, share)| *share)
        };
        let neighbours = beside(at.checked_sub(1)).max(beside(Some(at + 1)));
        let whole = wholes.get(&number).copied().unwrap_or(0.0);
        // What retrieval thought: the first passage is worth a tenth more than one far down.
        let prior = 0.1 / (1.0 + (number.saturating_sub(1)) as f32);
        let suits =
            hint.is_some_and(|hint| fits(hint, candidate.span.of(&candidate.passage.text), &asked.terms));
        // Very long sentences share words by their length alone.
        let length = 1.0 / (1.0 + candidate.terms.len() as f32 / 200.0);
        let base = shared + 0.15 * neighbours + 0.3 * whole * f32::from(u8::from(shared > 0.0)) + prior;
        let terms = read.get(at).unwrap_or(&candidate.terms);
        let tells = shared > 0.0 && tells_something(asked, terms, (shared, whole), suits);
        // A list stands under its heading, which has little else than the question's words.
        let is_heading = asked.is_list && candidate.terms.len() <= asked.terms.len() + 1;
        let factor = if suits || is_heading { 1.3 } else { 1.0 };
        candidate.worth = if tells { base * length * factor } else { 0.0 };
        candidate.suits = suits;
        candidate.coverage = shared.max(0.7 * (shared + whole) / 2.0);
    }
}

/// Whether a sentence with these terms, which has `shared` of the question and whose passage has `whole` of it, can answer it:
/// it has more than names and more than a single one of many terms, what "how many" counts, a number where one is asked for,
/// and something that the question does not have.
fn tells_something(
    asked: &Asked,
    terms: &BTreeSet<String>,
    (shared, whole): (f32, f32),
    suits: bool,
) -> bool {
    let is_here = |term: &&String| terms.iter().any(|other| nearness(term, other) > 0.0);
    let here: Vec<&String> = asked.terms.iter().filter(is_here).collect();
    let only_names =
        asked.terms.len() > asked.names.len() && here.iter().all(|term| asked.names.contains(term));
    let is_counted = asked.counted.is_empty() || here.iter().any(|term| asked.counted.contains(term));
    let by_chance =
        here.len() < 2 && asked.terms.len() >= MANY && (whole < HALF || !asked.counted.is_empty());
    let is_measured = asked.measures.is_empty()
        || suits && (shared >= MEASURED || here.iter().any(|term| asked.measures.contains(term)));
    let new = terms.iter().filter(|term| !asked.has(term)).count();
    let is_new = asked.is_list || new >= if suits { 1 } else { 2 };
    let is_near = shared >= MOSTLY || is_counted && !by_chance;
    is_near && is_measured && is_new && !only_names
}

/// Terms in common, as a share of the smaller set.
fn similarity(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f32 {
    let smaller = a.len().min(b.len()).max(1);
    a.intersection(b).count() as f32 / smaller as f32
}

/// The sentence, or of one that is too long the part with most of the question's words, cut between words.
fn excerpt<'a>(text: &'a str, span: Span, asked: &[String]) -> &'a str {
    let sentence = span.of(text);
    if sentence.len() <= LONGEST {
        return sentence;
    }
    let hits: Vec<usize> = terms(sentence)
        .iter()
        .filter(|term| asked.contains(&term.text))
        .map(|term| term.span.start as usize)
        .collect();
    let within =
        |start: usize| hits.iter().filter(|hit| (start..start + LONGEST * 3 / 4).contains(hit)).count();
    let first = hits.iter().copied().fold(None, |best: Option<usize>, hit| match best {
        Some(best) if within(best) >= within(hit) => Some(best),
        _ => Some(hit),
    });
    let begin = first.unwrap_or(0).saturating_sub(LONGEST / 4);
    let begin = if begin == 0 { 0 } else { boundary(sentence, begin) };
    let end = begin + LONGEST;
    let end = if end >= sentence.len() { sentence.len() } else { boundary(sentence, end - LONGEST / 10) };
    sentence.get(begin..end).unwrap_or(sentence).trim()
}

/// The first place from `at` on that is behind white space, or at least between characters.
fn boundary(text: &str, at: usize) -> usize {
    let at = (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let near = text.get(at..).unwrap_or("").char_indices().take(40).find(|(_, c)| c.is_whitespace());
    near.map_or(at, |(offset, c)| at + offset + c.len_utf8())
}
