use super::vectors::of_question;
use super::{Corpus, Embedder, Error, embedded_text};
use crate::evidence::freeze;
use crate::index::{Flat, VectorIndex};
use crate::lexical;
use crate::retrieve::{ChunkText, ScoredKey, dedup, retrieve};
use crate::types::{Evidence, Passage, RetrievalMode, RetrievalSettings, Span};
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

/// Question → evidence: embedded (only when meaning takes part and there is something to compare with), looked up by meaning
/// and by words, fused, reranked where a reranker is given, frozen. `now` counts milliseconds.
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
) -> Result<Evidence, Error> {
    let question = question.trim();
    if question.is_empty() {
        return Err(Error::EmptyQuestion);
    }
    if corpus.borrow().is_empty() {
        return Err(Error::EmptyCorpus);
    }
    let started = now();
    let id = embedder.map(Embedder::id).unwrap_or_default();
    let expected = corpus.borrow().dense_index(&id).map(Flat::dimension);
    let vector = match (settings.mode, embedder, expected) {
        (RetrievalMode::Lexical, ..) | (RetrievalMode::Hybrid, Some(_), None) => None,
        (RetrievalMode::Dense, Some(_), None) => return Err(Error::NotEmbedded { embedder: id }),
        (_, None, _) => None,
        (_, Some(embedder), expected) => Some(of_question(embedder, question, expected).await?),
    };
    let embedded = now();
    let wanted = settings.top_k as usize;
    let many = if reranker.is_some() { (wanted * RERANKED_PER_PASSAGE).max(MIN_RERANKED) } else { wanted };
    let (mut best, mut timing, texts) = {
        let corpus = corpus.borrow();
        let index = corpus.dense_index(&id);
        // Without vectors to compare with, words alone decide; `unembedded` says so.
        let blank;
        let index = match index {
            Some(index) => index,
            None => {
                blank = Flat::new(1)?;
                &blank
            }
        };
        let mode = match (settings.mode, &vector, embedder) {
            (RetrievalMode::Hybrid, None, Some(_)) => RetrievalMode::Lexical,
            (mode, ..) => mode,
        };
        let asked = RetrievalSettings { mode, ..*settings };
        let found = retrieve(question, vector.as_deref(), index, &corpus.lexical, &asked, None, now)?;
        let mut timing = found.timing;
        if settings.mode != RetrievalMode::Lexical {
            timing.unembedded = count(corpus.len().saturating_sub(index.len()));
        }
        let place = |key| {
            let (entry, chunk) = corpus.chunk(key)?;
            let text = chunk.span.of(&entry.document.text);
            Some(ChunkText { document: entry.manifest.id, span: chunk.span, text })
        };
        let best = dedup(&found.ranked, many, place).kept;
        let text = |scored: &ScoredKey| {
            corpus.chunk(scored.key).map(|(entry, chunk)| embedded_text(&entry.document, chunk))
        };
        let texts: Vec<String> = match reranker {
            Some(_) => best.iter().map(|scored| text(scored).unwrap_or_default()).collect(),
            None => Vec::new(),
        };
        (best, timing, texts)
    };
    if let (Some(reranker), false) = (reranker, texts.is_empty()) {
        let before = now();
        let expected = texts.len();
        let scores = reranker.scores(question, texts).await?;
        if scores.len() != expected {
            return Err(Error::Missing { expected, got: scores.len() });
        }
        best.iter_mut().zip(&scores).for_each(|(scored, score)| scored.scores.rerank = Some(*score));
        let score = |scored: &ScoredKey| scored.scores.rerank.unwrap_or(f32::NEG_INFINITY);
        // Stable: where the reranker sees no difference, the order before stays.
        best.sort_by(|a, b| score(b).total_cmp(&score(a)));
        timing.rerank_millis = now() - before;
    }
    best.truncate(wanted);
    let corpus = corpus.borrow();
    let passages = best.iter().filter_map(|scored| {
        let (entry, chunk) = corpus.chunk(scored.key)?;
        Some((scored.scores, chunk, &entry.document))
    });
    timing.embed_millis = embedded - started;
    timing.chunks = count(corpus.len());
    timing.total_millis = now() - started;
    Ok(freeze(question, *settings, passages.collect(), timing))
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
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
