use super::filter::allowed;
use super::ingest::count;
use super::select::{Likeness, Selection};
use super::vectors::of_questions;
use super::{Corpus, Embedder, Error, embedded_text};
use crate::evidence::freeze;
use crate::index::VectorIndex;
use crate::lexical;
use crate::retrieve::{
    Query, ScoredKey, best_of_queries, dense_weight, diversify, rank, rerank_late, retrieve,
};
use crate::types::{
    Candidate, DocumentFilter, DocumentId, Evidence, IndexEngine, Passage, RetrievalMode, RetrievalSettings,
    RewriteKind, SearchTiming, Span,
};
use std::cell::RefCell;
use std::collections::HashSet;

/// Candidates that are reranked, or chosen from by MMR, for each passage wanted, and at least.
const RERANKED_PER_PASSAGE: usize = 5;
const MIN_RERANKED: usize = 50;

/// What puts passages into a better order: a host, the embedder's token vectors, or something small in tests.
#[allow(async_fn_in_trait)]
pub trait Rerank {
    /// One score a passage, in their order; higher is better.
    async fn scores(&self, question: &str, passages: Vec<String>) -> Result<Vec<f32>, Error>;

    /// The weight of its scores beside the fused ones; nothing where they alone decide.
    fn weight(&self, _question: &str) -> Option<f32> {
        None
    }
}

/// What is searched for, and how.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// As the person typed it.
    pub text: &'a str,
    /// What a model made of it.
    pub rewritten: Option<(RewriteKind, &'a [String])>,
    /// How passages are found.
    pub settings: &'a RetrievalSettings,
    /// Among which documents; all where there is nothing.
    pub filter: Option<&'a DocumentFilter>,
}

impl<'a> Question<'a> {
    /// A question to all documents, as it stands.
    pub fn new(text: &'a str, settings: &'a RetrievalSettings) -> Self {
        Self { text, rewritten: None, settings, filter: None }
    }
}

/// What takes part in a search beside the corpus.
pub struct Models<'a, E, R> {
    /// What makes a vector of the question. Without one, as before its weights are loaded, words alone decide.
    pub embedder: Option<&'a E>,
    /// What has the last word on the order.
    pub reranker: Option<&'a R>,
    /// A graph over the same vectors, under the same keys; asked in place of the exact index where it has all of them and nothing
    /// is filtered.
    pub graph: Option<&'a dyn VectorIndex>,
}

/// What a search found, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The passages, frozen.
    pub evidence: Evidence,
    /// Every chunk that a ranking named, and what became of it.
    pub candidates: Vec<Candidate>,
}

/// Question → evidence: embedded (only when meaning takes part and there is something to compare with), looked up by meaning
/// and by words, fused, what repeats folded, reranked where a reranker is given, diversified, taken with the text around it, frozen.
/// `now` counts milliseconds.
///
/// # Errors
/// A host that fails makes the search fail: its part is never left out silently.
pub async fn search<E: Embedder, R: Rerank>(
    corpus: &RefCell<Corpus>,
    question: Question<'_>,
    models: Models<'_, E, R>,
    now: &dyn Fn() -> f64,
) -> Result<Found, Error> {
    let Question { settings, rewritten, .. } = question;
    let text = question.text.trim();
    if text.is_empty() {
        return Err(Error::EmptyQuestion);
    }
    if corpus.borrow().is_empty() {
        return Err(Error::EmptyCorpus);
    }
    let started = now();
    let Ranked { ranked, mut timing } = ranking(corpus, Question { text, ..question }, &models, now).await?;
    let wanted = settings.top_k as usize;
    let chooses = models.reranker.is_some() || settings.mmr.is_some();
    // Parents and neighbours join hits: more are needed than there will be passages.
    let joins = settings.context != Default::default();
    let many = if chooses || joins { (wanted * RERANKED_PER_PASSAGE).max(MIN_RERANKED) } else { wanted };
    let mut selection = Selection::new(&corpus.borrow(), &ranked, many, settings.min_score);
    if let Some(reranker) = models.reranker {
        let before = now();
        if rerank(corpus, reranker, text, &mut selection.best).await? {
            timing.rerank_millis = now() - before;
        }
    }
    let corpus = corpus.borrow();
    if let Some(lambda) = settings.mmr {
        let id = models.embedder.map(Embedder::id).unwrap_or_default();
        let best = &selection.best;
        let likeness = Likeness::new(&corpus, &id, best.iter().map(|scored| scored.key));
        selection.best = diversify(best, best.len(), lambda, |a, b| likeness.of(a, b));
    }
    let (hits, candidates) = selection.passages(&corpus, settings);
    timing.chunks = count(corpus.len());
    timing.total_millis = now() - started;
    let mut evidence = freeze(text, *settings, hits, timing);
    evidence.queries = rewritten.map(|(_, queries)| queries.to_vec()).unwrap_or_default();
    Ok(Found { evidence, candidates })
}

struct Ranked {
    ranked: Vec<ScoredKey>,
    timing: SearchTiming,
}

/// Everything that either ranking names, best first.
async fn ranking<E: Embedder, R: Rerank>(
    corpus: &RefCell<Corpus>,
    question: Question<'_>,
    models: &Models<'_, E, R>,
    now: &dyn Fn() -> f64,
) -> Result<Ranked, Error> {
    let Question { settings, .. } = question;
    let started = now();
    let id = models.embedder.map(Embedder::id).unwrap_or_default();
    let (texts, of_meaning) = queries(&question);
    let vectors = vectors(corpus, &of_meaning, models.embedder, settings.mode).await?;
    let embedded = now();
    // Without vectors to compare with, words alone decide; `unembedded` says so.
    let mode = match (settings.mode, vectors.is_empty()) {
        (RetrievalMode::Hybrid | RetrievalMode::Rrf, true) => RetrievalMode::Lexical,
        (mode, _) => mode,
    };
    let asked = RetrievalSettings { mode, ..*settings };
    let documents = question.filter.and_then(|filter| allowed(&corpus.borrow(), filter));
    let mut rankings: Vec<Vec<ScoredKey>> = Vec::new();
    let mut timing = SearchTiming { embed_millis: embedded - started, ..SearchTiming::default() };
    for (at, text) in texts.iter().enumerate() {
        let pieces = models.embedder.and_then(|embedder| embedder.pieces(text));
        let query = Query {
            text,
            vector: vectors.get(at).map(Vec::as_slice),
            dense_weight: dense_weight(text, pieces),
        };
        // The borrow ends with the block; the answer may come later.
        let answer = {
            let corpus = corpus.borrow();
            let exact = corpus.dense_index(&id);
            let graph = models
                .graph
                .filter(|graph| documents.is_none() && exact.is_some_and(|exact| exact.len() == graph.len()));
            let index = if mode == RetrievalMode::Lexical { None } else { graph.or(exact) };
            timing.engine = index.map_or(IndexEngine::Exact, VectorIndex::engine);
            let is_allowed = |key: u32| is_of(&corpus, key, documents.as_ref());
            let filter = documents.as_ref().map(|_| &is_allowed as &dyn Fn(u32) -> bool);
            if settings.mode != RetrievalMode::Lexical {
                timing.unembedded = count(corpus.len().saturating_sub(exact.map_or(0, |index| index.len())));
            }
            retrieve(query, index, &corpus.lexical, &asked, filter, now)
        };
        let found = answer.await?;
        timing.dense_millis += found.timing.dense_millis;
        timing.lexical_millis += found.timing.lexical_millis;
        rankings.push(found.ranked);
    }
    let mut ranked = best_of_queries(rankings);
    rank(&mut ranked, |scores, rank| scores.fused_rank = Some(rank));
    Ok(Ranked { ranked, timing })
}

fn is_of(corpus: &Corpus, key: u32, documents: Option<&HashSet<DocumentId>>) -> bool {
    let Some(documents) = documents else { return true };
    corpus.chunk(key).is_some_and(|(entry, _)| documents.contains(&entry.manifest.id))
}

/// What is looked up by words, and for each what is embedded: several texts count as their mean.
fn queries<'a>(question: &Question<'a>) -> (Vec<&'a str>, Vec<Vec<&'a str>>) {
    let own = question.text;
    let Some((kind, made)) = question.rewritten.filter(|(_, made)| !made.is_empty()) else {
        return (vec![own], vec![vec![own]]);
    };
    let made = made.iter().map(String::as_str);
    match kind {
        RewriteKind::Rewrite => made.take(1).map(|text| (text, vec![text])).unzip(),
        RewriteKind::MultiQuery => std::iter::once(own).chain(made).map(|text| (text, vec![text])).unzip(),
        RewriteKind::Hyde => (vec![own], vec![std::iter::once(own).chain(made).collect()]),
    }
}

/// The vector of the question, or of the first query that a model made of it.
pub(super) async fn first_vector<E: Embedder>(
    corpus: &RefCell<Corpus>,
    question: &Question<'_>,
    embedder: Option<&E>,
) -> Result<Option<Vec<f32>>, Error> {
    let (_, of_meaning) = queries(question);
    Ok(vectors(corpus, &of_meaning, embedder, question.settings.mode).await?.into_iter().next())
}

/// A vector for each query, where meaning takes part and there is something to compare it with.
async fn vectors<E: Embedder>(
    corpus: &RefCell<Corpus>,
    queries: &[Vec<&str>],
    embedder: Option<&E>,
    mode: RetrievalMode,
) -> Result<Vec<Vec<f32>>, Error> {
    let Some(embedder) = embedder.filter(|_| mode != RetrievalMode::Lexical) else { return Ok(Vec::new()) };
    let id = embedder.id();
    let expected = corpus.borrow().dense_index(&id).map(|index| index.dimension());
    match (mode, expected) {
        (RetrievalMode::Dense, None) => Err(Error::NotEmbedded { embedder: id }),
        (_, None) => Ok(Vec::new()),
        (_, expected) => {
            let texts: Vec<&str> = queries.iter().flatten().copied().collect();
            let mut made = of_questions(embedder, &texts, expected).await?.into_iter();
            Ok(queries.iter().map(|texts| mean(made.by_ref().take(texts.len()))).collect())
        }
    }
}

/// The mean of vectors of one length; the index brings it to unit length.
fn mean(mut vectors: impl Iterator<Item = Vec<f32>>) -> Vec<f32> {
    let mut sum = vectors.next().unwrap_or_default();
    for vector in vectors {
        sum.iter_mut().zip(vector).for_each(|(sum, value)| *sum += value);
    }
    sum
}

/// Puts `best` into the reranker's order; `false` when there was nothing to order.
async fn rerank<R: Rerank>(
    corpus: &RefCell<Corpus>,
    reranker: &R,
    question: &str,
    best: &mut [ScoredKey],
) -> Result<bool, Error> {
    let texts: Vec<String> = {
        let corpus = corpus.borrow();
        let text = |scored: &ScoredKey| {
            let (entry, chunk) = corpus.chunk(scored.key)?;
            Some(embedded_text(&entry.document, chunk, entry.manifest.chunking))
        };
        best.iter().map(|scored| text(scored).unwrap_or_default()).collect()
    };
    if texts.is_empty() {
        return Ok(false);
    }
    let expected = texts.len();
    let scores = reranker.scores(question, texts).await?;
    if scores.len() != expected {
        return Err(Error::Missing { expected, got: scores.len() });
    }
    match reranker.weight(question) {
        Some(weight) => rerank_late(best, &scores, weight),
        None => {
            best.iter_mut().zip(&scores).for_each(|(scored, score)| scored.scores.rerank = Some(*score));
            let score = |scored: &ScoredKey| scored.scores.rerank.unwrap_or(f32::NEG_INFINITY);
            // Stable: where the reranker sees no difference, the order before stays.
            best.sort_by(|a, b| score(b).total_cmp(&score(a)));
        }
    }
    rank(best, |scores, rank| scores.rerank_rank = Some(rank));
    Ok(true)
}

/// The question's words in each passage, as spans of its document; for the page to mark.
pub fn highlights(evidence: &Evidence) -> Vec<Vec<Span>> {
    let of_passage = |passage: &Passage| {
        let shift =
            |span: Span| Span { start: span.start + passage.span.start, end: span.end + passage.span.start };
        lexical::matches(&evidence.question, &passage.text).into_iter().map(shift).collect()
    };
    evidence.passages.iter().map(of_passage).collect()
}
