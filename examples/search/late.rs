//! Candidates → their late scores, token vectors kept.

use sidecite::embed::{MAX_TOKENS, Minilm, Scratch};
use sidecite::lexical::inverse_document_frequency;
use sidecite::retrieve::{ScoredKey, TokenVectors, late_scores};
use std::collections::{HashMap, HashSet};

/// Late interaction over one collection.
pub struct Late<'a> {
    model: &'a Minilm,
    texts: &'a [String],
    scratch: Scratch,
    /// Texts that have a piece.
    holding: HashMap<u32, usize>,
    /// The token vectors of what has been a candidate before.
    known: HashMap<u32, TokenVectors>,
}

impl<'a> Late<'a> {
    pub fn new(model: &'a Minilm, texts: &'a [String]) -> Self {
        let mut holding = HashMap::new();
        for text in texts {
            let pieces: HashSet<u32> = model.tokenizer().encode(text, MAX_TOKENS).into_iter().collect();
            pieces.into_iter().for_each(|piece| *holding.entry(piece).or_default() += 1);
        }
        Self { model, texts, scratch: Scratch::default(), holding, known: HashMap::new() }
    }

    pub fn scores(&mut self, question: &str, candidates: &[ScoredKey]) -> Vec<f32> {
        let Self { model, texts, scratch, holding, known } = self;
        let mut read = |text: &str| {
            let (ids, rows) = model.token_vectors(text, scratch);
            TokenVectors::new(&ids, &rows)
        };
        let question = read(question);
        let holding = |piece: &u32| holding.get(piece).copied().unwrap_or(0);
        let weight = |piece: &u32| inverse_document_frequency(texts.len(), holding(piece));
        let weights: Vec<f32> = question.pieces().iter().map(weight).collect();
        for scored in candidates {
            let text = texts.get(scored.key as usize).map_or("", String::as_str);
            known.entry(scored.key).or_insert_with(|| read(text));
        }
        let passages: Vec<&TokenVectors> =
            candidates.iter().filter_map(|scored| known.get(&scored.key)).collect();
        late_scores(&question, &weights, &passages)
    }
}
