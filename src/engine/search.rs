use super::{Corpus, Error};
use crate::evidence::freeze;
use crate::lexical;
use crate::retrieve::{Place, distinct, retrieve};
use crate::types::{Evidence, RetrievalMode, RetrievalSettings, Span};

/// Question → evidence: embedded by `embed` (asked only when meaning takes part), looked up by meaning and by words,
/// fused, frozen. `now` counts milliseconds.
pub fn search(
    corpus: &Corpus,
    question: &str,
    embed: impl FnOnce(&str) -> Option<Vec<f32>>,
    settings: &RetrievalSettings,
    now: &dyn Fn() -> f64,
) -> Result<Evidence, Error> {
    let question = question.trim();
    if question.is_empty() {
        return Err(Error::EmptyQuestion);
    }
    if corpus.is_empty() {
        return Err(Error::EmptyCorpus);
    }
    let started = now();
    let vector = match settings.mode {
        RetrievalMode::Lexical => None,
        RetrievalMode::Dense | RetrievalMode::Hybrid => embed(question),
    };
    let embedded = now();
    let found = retrieve(question, vector.as_deref(), &corpus.vectors, &corpus.words, settings, None, now)?;
    let mut timing = found.timing;
    let place = |key| {
        let (entry, chunk) = corpus.chunk(key)?;
        let text = chunk.span.of(&entry.document.text);
        Some(Place { document: entry.manifest.id, span: chunk.span, text })
    };
    let passages = distinct(&found.ranked, settings.top_k as usize, place)
        .kept
        .iter()
        .filter_map(|scored| {
            let (entry, chunk) = corpus.chunk(scored.key)?;
            Some((scored.scores, chunk, &entry.document))
        })
        .collect();
    timing.embed_millis = embedded - started;
    timing.chunks = u32::try_from(corpus.len()).unwrap_or(u32::MAX);
    timing.total_millis = now() - started;
    Ok(freeze(question, *settings, passages, timing))
}

/// The question's words in each passage, as spans of its document; for the page to mark.
pub fn marks(evidence: &Evidence) -> Vec<Vec<Span>> {
    let of_passage = |passage: &crate::types::Passage| {
        let shift =
            |span: Span| Span { start: span.start + passage.span.start, end: span.end + passage.span.start };
        lexical::matches(&evidence.question, &passage.text).into_iter().map(shift).collect()
    };
    evidence.passages.iter().map(of_passage).collect()
}
