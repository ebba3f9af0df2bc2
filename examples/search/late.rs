//! Candidates → their late scores, token vectors kept.

use sidecite::embed::{Minilm, Scratch};
use sidecite::lexical::{Bm25, inverse_document_frequency};
use sidecite::retrieve::{ScoredKey, TokenVectors, late_scores, piece_weights};
use std::collections::HashMap;

/// Late interaction over one collection.
pub struct Late<'a> {
    model: &'a Minilm,
    texts: &'a [String],
    scratch: Scratch,
    /// The token vectors of what has been a candidate before.
    known: HashMap<u32, TokenVectors>,
}

impl<'a> Late<'a> {
    pub fn new(model: &'a Minilm, texts: &'a [String]) -> Self {
        Self { model, texts, scratch: Scratch::default(), known: HashMap::new() }
    }

    pub fn scores(&mut self, question: &str, candidates: &[ScoredKey], words: &Bm25) -> Vec<f32> {
        let Self { model, texts, scratch, known } = self;
        let mut read = |text: &str| {
            let (ids, rows) = model.token_vectors(text, scratch);
            TokenVectors::new(&ids, &rows)
        };
        let idf = |term: &str| inverse_document_frequency(texts.len(), words.holding(term));
        let weights = piece_weights(question, &model.tokenizer().token_spans(question), idf);
        let question = read(question);
        for scored in candidates {
            let text = texts.get(scored.key as usize).map_or("", String::as_str);
            known.entry(scored.key).or_insert_with(|| read(text));
        }
        let passages: Vec<&TokenVectors> =
            candidates.iter().filter_map(|scored| known.get(&scored.key)).collect();
        late_scores(&question, &weights, &passages)
    }
}
