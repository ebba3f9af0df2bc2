use super::ingest::count;
use super::vectors::of_question;
use super::{Corpus, Embedder, Error, embedded_text};
use crate::evidence::freeze;
use crate::index::IndexKind;
use crate::lexical;
use crate::retrieve::{ChunkText, Duplicate, Query, Retrieved, ScoredKey, dedup, dense_weight, retrieve};
use crate::types::{DocumentId, Evidence, Passage, RetrievalMode, RetrievalSettings, Scores, Span};
use std::cell::RefCell;

/// Candidates that a reranker gets for each passage wanted, and at least.
const RERANKED_PER_PASSAGE: usize = 5;
const MIN_RERANKED: usize = 50;

/// What puts passages into a better order: a host, or something small in tests.
#[allow(async_fn_in_trait)]
pub trait Rerank {
    /// One score a passage, in their order; higher is better.
    async fn scores(&self, question: &str, passages: Vec<String>) -> Result<Vec<f32>, Error>;
}

/// What a search found, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The passages, frozen.
    pub evidence: Evidence,
    /// The index that was asked for vectors near the question's; nothing where words alone decided.
    pub index: Option<IndexKind>,
    /// Chunks that ranked well enough but repeat a better one, best first.
    pub dropped: Vec<Dropped>,
}

/// A chunk that was left out because a better one says the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dropped {
    /// What was left out.
    pub chunk: ChunkRef,
    /// What each stage thought of it.
    pub scores: Scores,
    /// What was kept in its stead. A reranker may since have put it below the evidence.
    pub kept: ChunkRef,
}

/// A chunk by its place in the corpus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkRef {
    /// Its document.
    pub document: DocumentId,
    /// Its number in the document, from 0.
    pub ordinal: u32,
}

/// Question → evidence: embedded (only when meaning takes part and there is something to compare with), looked up by meaning
/// and by words, fused, reranked where a reranker is given, frozen. Without an embedder, as before its weights are loaded, words
/// alone decide. `now` counts milliseconds.
///
/// # Errors
/// A host that fails makes the search fail: its part is never left out silently.
pub async fn search<E: Embedder, R: Rerank>(
    corpus: &RefCell<Corpus>,
    question: &str,
    embedder: Option<&E>,
    reranker: Option<&R>,
    settings: &RetrievalSettings,
    now: &dyn Fn() -> f64,
) -> Result<Found, Error> {
    let question = question.trim();
    if question.is_empty() {
        return Err(Error::EmptyQuestion);
    }
    if corpus.borrow().is_empty() {
        return Err(Error::EmptyCorpus);
    }
    let started = now();
    let id = embedder.map(Embedder::id).unwrap_or_default();
    let vector = question_vector(corpus, question, embedder, settings.mode).await?;
    let embedded = now();
    // Without vectors to compare with, words alone decide; `unembedded` says so.
    let mode = match (settings.mode, &vector) {
        (RetrievalMode::Hybrid | RetrievalMode::Rrf, None) => RetrievalMode::Lexical,
        (mode, _) => mode,
    };
    let asked = RetrievalSettings { mode, ..*settings };
    // The borrow ends with the call; the answer may come later.
    let (index, unembedded, ranking) = {
        let corpus = corpus.borrow();
        let index = corpus.dense_index(&id);
        let unembedded = corpus.len().saturating_sub(index.map_or(0, |index| index.len()));
        let kind = index.filter(|_| mode != RetrievalMode::Lexical).map(|index| index.kind());
        let pieces = embedder.and_then(|embedder| embedder.pieces(question));
        let query =
            Query { text: question, vector: vector.as_deref(), dense_weight: dense_weight(question, pieces) };
        let ranking = retrieve(query, index, &corpus.lexical, &asked, None, now);
        (kind, unembedded, ranking)
    };
    let Retrieved { ranked, mut timing } = ranking.await?;
    timing.embed_millis = embedded - started;
    if settings.mode != RetrievalMode::Lexical {
        timing.unembedded = count(unembedded);
    }
    let wanted = settings.top_k as usize;
    let many = if reranker.is_some() { (wanted * RERANKED_PER_PASSAGE).max(MIN_RERANKED) } else { wanted };
    let (mut best, dropped) = select(&corpus.borrow(), &ranked, many);
    if let Some(reranker) = reranker {
        let before = now();
        if rerank(corpus, reranker, question, &mut best).await? {
            timing.rerank_millis = now() - before;
        }
    }
    best.truncate(wanted);
    let corpus = corpus.borrow();
    let passages = best.iter().filter_map(|scored| {
        let (entry, chunk) = corpus.chunk(scored.key)?;
        Some((scored.scores, chunk, entry.document.as_ref()))
    });
    timing.chunks = count(corpus.len());
    timing.total_millis = now() - started;
    Ok(Found { evidence: freeze(question, *settings, passages.collect(), timing), index, dropped })
}

/// The question's vector, where meaning takes part and there is something to compare it with.
async fn question_vector<E: Embedder>(
    corpus: &RefCell<Corpus>,
    question: &str,
    embedder: Option<&E>,
    mode: RetrievalMode,
) -> Result<Option<Vec<f32>>, Error> {
    let Some(embedder) = embedder.filter(|_| mode != RetrievalMode::Lexical) else { return Ok(None) };
    let id = embedder.id();
    let expected = corpus.borrow().dense_index(&id).map(|index| index.dimension());
    match (mode, expected) {
        (RetrievalMode::Dense, None) => Err(Error::NotEmbedded { embedder: id }),
        (_, None) => Ok(None),
        (_, expected) => of_question(embedder, question, expected).await.map(Some),
    }
}

/// The best `many` that do not repeat each other, and what was left out for that.
fn select(corpus: &Corpus, ranked: &[ScoredKey], many: usize) -> (Vec<ScoredKey>, Vec<Dropped>) {
    let place = |key| {
        let (entry, chunk) = corpus.chunk(key)?;
        let text = chunk.span.of(&entry.document.text);
        Some(ChunkText { document: entry.manifest.id, span: chunk.span, text })
    };
    let selected = dedup(ranked, many, place);
    let chunk_ref = |key| {
        let (entry, chunk) = corpus.chunk(key)?;
        Some(ChunkRef { document: entry.manifest.id, ordinal: chunk.ordinal })
    };
    let dropped = |Duplicate { key, kept }: &Duplicate| {
        let scores = ranked.iter().find(|scored| scored.key == *key)?.scores;
        Some(Dropped { chunk: chunk_ref(*key)?, scores, kept: chunk_ref(*kept)? })
    };
    (selected.kept, selected.duplicates.iter().filter_map(dropped).collect())
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
            corpus.chunk(scored.key).map(|(entry, chunk)| embedded_text(&entry.document, chunk))
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
    best.iter_mut().zip(&scores).for_each(|(scored, score)| scored.scores.rerank = Some(*score));
    let score = |scored: &ScoredKey| scored.scores.rerank.unwrap_or(f32::NEG_INFINITY);
    // Stable: where the reranker sees no difference, the order before stays.
    best.sort_by(|a, b| score(b).total_cmp(&score(a)));
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
