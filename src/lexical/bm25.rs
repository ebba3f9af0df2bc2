//! An inverted index with BM25 scores.
//!
//! `score = Σ idf · tf / (tf + k1 (1 − b + b · length / mean length))`, `idf = ln(1 + (N − df + ½) / (df + ½))`:
//! Robertson & Zaragoza 2009 as Lucene ≥ 8 computes it (Kamphuis et al. 2020), with exact lengths. A list of
//! (slot, count) per term, sorted by slot, and the list of terms per slot for removal; slots are used again.
//! A text has a title beside it: `tf` and `length` are sums over both, those of the title times its weight (BM25F with one length
//! normalisation; Robertson, Zaragoza & Taylor, CIKM 2004).
//! Scores depend only on what is held, not on the order in which it came.

use super::{LexicalIndex, Match, Role, Weighting, each_term, query_terms, terms};
use crate::index::{Entry, Filter, Top};
use std::collections::HashMap;

/// Occurrences of a term in one text.
#[derive(Clone, Copy, Debug)]
struct Posting {
    slot: u32,
    /// In the text.
    count: u32,
    /// In the title.
    in_title: u32,
}

/// One text.
#[derive(Clone, Debug, Default)]
struct Slot {
    key: u32,
    length: u32,
    title_length: u32,
    terms: Box<[u32]>,
}

/// The index.
///
/// ```
/// use sidecite::lexical::{Bm25, LexicalIndex, Weighting};
///
/// let mut index = Bm25::new();
/// index.insert(1, "tariff.md", "Tickets cost 12 euros.");
/// index.insert(2, "summit.md", "The summit station has a cafe.");
/// let matches = index.search("ticket", 5, Weighting::default(), None);
/// assert_eq!(matches.iter().map(|found| found.key).collect::<Vec<_>>(), [1]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Bm25 {
    dictionary: HashMap<String, u32>,
    postings: Vec<Vec<Posting>>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    places: HashMap<u32, u32>,
    total_length: u64,
    total_title_length: u64,
}

impl Bm25 {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// Distinct terms ever seen.
    pub fn terms(&self) -> usize {
        self.dictionary.len()
    }

    /// How many texts have a term, in the text or in the title.
    pub fn holding(&self, term: &str) -> usize {
        let postings = self.dictionary.get(term).and_then(|id| self.postings.get(*id as usize));
        postings.map_or(0, Vec::len)
    }

    /// The words of the query that the text under `key` has, as they are written in the query, with what each adds to its score,
    /// greatest first.
    pub fn contributions(&self, query: &str, key: u32, weighting: Weighting) -> Vec<(String, f32)> {
        let Some(slot) = self.places.get(&key).map(|slot| *slot as usize) else { return Vec::new() };
        let written = terms(query);
        let mut found = Vec::new();
        for (term, times) in query_terms(query) {
            let mut scores = vec![0f32; self.slots.len()];
            self.score_term(&term, times, weighting, &mut scores);
            let score = scores.get(slot).copied().unwrap_or(0.0);
            let span = written.iter().find(|known| known.text == term).map(|known| known.span);
            if let Some(span) = span.filter(|_| score > 0.0) {
                found.push((span.of(query).to_owned(), score));
            }
        }
        found.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        found
    }

    fn term_id(&mut self, term: &str) -> u32 {
        if let Some(id) = self.dictionary.get(term) {
            return *id;
        }
        let id = self.postings.len() as u32;
        self.dictionary.insert(term.to_owned(), id);
        self.postings.push(Vec::new());
        id
    }

    /// Adds one query term to the running scores of the texts that hold it.
    fn score_term(&self, term: &str, times: u32, weighting: Weighting, scores: &mut [f32]) {
        let Some(postings) = self.dictionary.get(term).and_then(|id| self.postings.get(*id as usize)) else {
            return;
        };
        let idf = inverse_document_frequency(self.places.len(), postings.len()) * times as f32;
        let Weighting { k1, b, title } = weighting;
        let total_length = self.total_length as f64 + f64::from(title) * self.total_title_length as f64;
        let mean_length = (total_length / self.places.len() as f64).max(1.0) as f32;
        for posting in postings {
            let place = posting.slot as usize;
            if let (Some(slot), Some(score)) = (self.slots.get(place), scores.get_mut(place)) {
                let count = posting.count as f32 + title * posting.in_title as f32;
                let length = slot.length as f32 + title * slot.title_length as f32;
                // A word that only a title of no weight has.
                if count > 0.0 {
                    *score += idf * count / (count + k1 * (1.0 - b + b * length / mean_length));
                }
            }
        }
    }
}

/// How much a term tells that `holding` of `texts` texts have: `ln(1 + (N − df + ½) / (df + ½))`.
pub fn inverse_document_frequency(texts: usize, holding: usize) -> f32 {
    let (texts, holding) = (texts as f64, holding as f64);
    (1.0 + (texts - holding + 0.5) / (holding + 0.5)).ln() as f32
}

impl LexicalIndex for Bm25 {
    fn insert(&mut self, key: u32, title: &str, text: &str) {
        self.remove(key);
        let mut ids: Vec<(u32, bool)> = Vec::new();
        let mut lengths = [0u32; 2];
        for ((field, is_title), length) in [(text, false), (title, true)].into_iter().zip(&mut lengths) {
            each_term(field, |term, _, role| {
                *length += u32::from(role == Role::Word);
                ids.push((self.term_id(term), is_title));
            });
        }
        let [length, title_length] = lengths;
        ids.sort_unstable();
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        let mut distinct = Vec::new();
        for same in ids.chunk_by(|(a, _), (b, _)| a == b) {
            let Some((id, _)) = same.first() else { continue };
            distinct.push(*id);
            let in_title = same.iter().filter(|(_, is_title)| *is_title).count();
            if let Some(postings) = self.postings.get_mut(*id as usize) {
                // Usually the end; inside only when a slot is used again.
                let at = postings.partition_point(|posting| posting.slot < slot);
                postings.insert(
                    at,
                    Posting { slot, count: (same.len() - in_title) as u32, in_title: in_title as u32 },
                );
            }
        }
        let taken = Slot { key, length, title_length, terms: distinct.into_boxed_slice() };
        match self.slots.get_mut(slot as usize) {
            Some(place) => *place = taken,
            None => self.slots.push(taken),
        }
        self.places.insert(key, slot);
        self.total_length += u64::from(length);
        self.total_title_length += u64::from(title_length);
    }

    fn remove(&mut self, key: u32) -> bool {
        let Some(slot) = self.places.remove(&key) else { return false };
        let Some(left) = self.slots.get_mut(slot as usize).map(std::mem::take) else { return false };
        for id in &left.terms {
            if let Some(postings) = self.postings.get_mut(*id as usize)
                && let Ok(at) = postings.binary_search_by_key(&slot, |posting| posting.slot)
            {
                postings.remove(at);
            }
        }
        self.total_length -= u64::from(left.length);
        self.total_title_length -= u64::from(left.title_length);
        self.free.push(slot);
        true
    }

    fn len(&self) -> usize {
        self.places.len()
    }

    fn search(&self, query: &str, k: usize, weighting: Weighting, filter: Option<Filter<'_>>) -> Vec<Match> {
        let mut scores = vec![0f32; self.slots.len()];
        for (term, times) in query_terms(query) {
            self.score_term(&term, times, weighting, &mut scores);
        }
        let mut best = Top::new(k);
        for (place, (&score, slot)) in (0u32..).zip(scores.iter().zip(&self.slots)) {
            if score > 0.0 && score >= best.floor() && filter.is_none_or(|filter| filter(slot.key)) {
                best.push(Entry { score, key: slot.key, place });
            }
        }
        best.into_sorted().into_iter().map(|entry| Match { key: entry.key, score: entry.score }).collect()
    }
}
