//! A ranking → passages, and what became of every other candidate.

use super::{Corpus, Entry};
use crate::evidence::Hit;
use crate::lexical::terms;
use crate::retrieve::{ChunkText, ScoredKey, dedup, surroundings};
use crate::types::{
    Candidate, Chunk, ChunkRef, DocumentId, Fate, Folded, PassageContext, RetrievalSettings, Span,
};
use std::collections::{HashMap, HashSet};

/// Candidates on their way to become passages.
pub(super) struct Selection {
    /// Best first, none of which says what another says.
    pub(super) best: Vec<ScoredKey>,
    /// Keys that were folded into each of them.
    folded: HashMap<u32, Vec<u32>>,
    /// What was left out on the way, with why.
    lost: Vec<(ScoredKey, Fate)>,
}

impl Selection {
    /// The best `many` of `ranked` that reach the least score and do not repeat each other.
    pub(super) fn new(corpus: &Corpus, ranked: &[ScoredKey], many: usize, min_score: Option<f32>) -> Self {
        let least = min_score.unwrap_or(f32::NEG_INFINITY);
        let (enough, below): (Vec<ScoredKey>, Vec<ScoredKey>) =
            ranked.iter().partition(|scored| scored.scores.fused >= least);
        let place = |key| {
            let (entry, chunk) = corpus.chunk(key)?;
            let text = chunk.span.of(&entry.document.text);
            Some(ChunkText { document: entry.manifest.id, span: chunk.span, text })
        };
        let selected = dedup(&enough, many, place);
        let mut folded: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut fates: HashMap<u32, Fate> =
            selected.kept.iter().map(|kept| (kept.key, Fate::Fusion)).collect();
        for duplicate in &selected.duplicates {
            folded.entry(duplicate.kept).or_default().push(duplicate.key);
            if let Some(chunk) = chunk_ref(corpus, duplicate.kept) {
                fates.insert(duplicate.key, Fate::Folded(chunk));
            }
        }
        let is_kept: HashSet<u32> = selected.kept.iter().map(|kept| kept.key).collect();
        let others = enough.iter().filter(|scored| !is_kept.contains(&scored.key));
        let mut lost: Vec<(ScoredKey, Fate)> =
            others.map(|scored| (*scored, fates.get(&scored.key).copied().unwrap_or(Fate::Fusion))).collect();
        lost.extend(below.into_iter().map(|scored| (scored, Fate::BelowMinScore)));
        Self { best: selected.kept, folded, lost }
    }

    /// The passages, and all candidates with their fates, passages first.
    pub(super) fn passages<'a>(
        self,
        corpus: &'a Corpus,
        settings: &RetrievalSettings,
    ) -> (Vec<Hit<'a>>, Vec<Candidate>) {
        let wanted = settings.top_k as usize;
        let mut taken: Vec<(DocumentId, Hit<'a>)> = Vec::new();
        let mut candidates: Vec<(ScoredKey, Fate)> = Vec::new();
        // Their places before MMR and before the reranker, which say what either took away.
        let before_mmr = order(&self.best, |scored| scored.scores.rerank_rank.or(scored.scores.fused_rank));
        let before_rerank = order(&self.best, |scored| scored.scores.fused_rank);
        let is_within = |places: &HashMap<u32, usize>, key| places.get(&key).is_some_and(|at| *at < wanted);
        for scored in &self.best {
            let Some((entry, chunk)) = corpus.chunk(scored.key) else { continue };
            let (first, span) = context(entry, chunk, settings.context);
            let id = entry.manifest.id;
            let touches = |(document, hit): &(DocumentId, Hit<'a>)| {
                settings.context != PassageContext::Chunk
                    && *document == id
                    && hit.span.start < span.end
                    && span.start < hit.span.end
            };
            let fate = if let Some(at) = taken.iter().position(touches) {
                if let Some((_, hit)) = taken.get_mut(at) {
                    if span.start < hit.span.start {
                        hit.first = first;
                    }
                    hit.span =
                        Span { start: hit.span.start.min(span.start), end: hit.span.end.max(span.end) };
                }
                Fate::Within(number(at))
            } else if taken.len() < wanted {
                let folded = self.folded.get(&scored.key).into_iter().flatten();
                let folded = folded.filter_map(|key| folded_of(corpus, *key)).collect();
                let document = entry.document.as_ref();
                taken.push((id, Hit { scores: scored.scores, chunk, document, first, span, folded }));
                Fate::Passage(number(taken.len() - 1))
            } else if scored.scores.mmr.is_some() && is_within(&before_mmr, scored.key) {
                Fate::Mmr
            } else if scored.scores.rerank.is_some() && is_within(&before_rerank, scored.key) {
                Fate::Rerank
            } else {
                Fate::Fusion
            };
            candidates.push((*scored, fate));
        }
        candidates.extend(self.lost);
        let named = |(scored, fate): (ScoredKey, Fate)| {
            Some(Candidate { chunk: chunk_ref(corpus, scored.key)?, scores: scored.scores, fate })
        };
        let hits = taken.into_iter().map(|(_, hit)| hit).collect();
        (hits, candidates.into_iter().filter_map(named).collect())
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

/// The place of each when ordered by that rank.
fn order(best: &[ScoredKey], rank: impl Fn(&ScoredKey) -> Option<u32>) -> HashMap<u32, usize> {
    let mut ordered: Vec<(u32, Option<u32>)> = best.iter().map(|scored| (scored.key, rank(scored))).collect();
    ordered.sort_by_key(|(_, rank)| rank.unwrap_or(u32::MAX));
    ordered.into_iter().enumerate().map(|(at, (key, _))| (key, at)).collect()
}

/// The part of the document that becomes evidence for a hit, and the chunk that it begins with.
fn context<'a>(entry: &'a Entry, chunk: &'a Chunk, context: PassageContext) -> (&'a Chunk, Span) {
    let around = surroundings(&entry.chunks, chunk.ordinal as usize, context);
    match entry.chunks.get(around) {
        Some([first, .., last]) => (first, Span { start: first.span.start, end: last.span.end }),
        _ => (chunk, chunk.span),
    }
}

fn chunk_ref(corpus: &Corpus, key: u32) -> Option<ChunkRef> {
    let (entry, chunk) = corpus.chunk(key)?;
    Some(ChunkRef { document: entry.manifest.id, ordinal: chunk.ordinal })
}

fn folded_of(corpus: &Corpus, key: u32) -> Option<Folded> {
    let (entry, chunk) = corpus.chunk(key)?;
    let document_name = entry.document.name.clone();
    Some(Folded { document: entry.manifest.id, document_name, ordinal: chunk.ordinal, span: chunk.span })
}

/// How much two chunks are alike, 0 to 1: the cosine of their vectors, or the share of terms that both have where there are none.
pub(super) struct Likeness<'a> {
    corpus: &'a Corpus,
    embedder: &'a str,
    terms: HashMap<u32, HashSet<String>>,
}

impl<'a> Likeness<'a> {
    pub(super) fn new(corpus: &'a Corpus, embedder: &'a str, keys: impl Iterator<Item = u32>) -> Self {
        let terms_of = |key: u32| {
            let (entry, chunk) = corpus.chunk(key)?;
            let terms = terms(chunk.span.of(&entry.document.text));
            Some((key, terms.into_iter().map(|term| term.text).collect()))
        };
        Self { corpus, embedder, terms: keys.filter_map(terms_of).collect() }
    }

    pub(super) fn of(&self, a: u32, b: u32) -> f32 {
        if let Some(index) = self.corpus.dense_index(self.embedder)
            && let (Some(a), Some(b)) = (index.vector(a), index.vector(b))
        {
            return crate::kernel::dot::dot_f32(a, b).max(0.0);
        }
        let (Some(a), Some(b)) = (self.terms.get(&a), self.terms.get(&b)) else { return 0.0 };
        let both = a.intersection(b).count() as f32;
        both / (a.len() + b.len()) as f32 * 2.0
    }
}
