//! The built-in embedder's token vectors as a reranker: free, and nothing is sent.

use super::{BuiltIn, Corpus, Error, Rerank};
use crate::chunk::Tokens;
use crate::lexical::{LexicalIndex, inverse_document_frequency};
use crate::retrieve::{TokenVectors, late_scores, late_weight, piece_weights};
use crate::types::{Sha256, sha256};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// Numbers that the token vectors of passages found before may take, four bytes each.
const MAX_NUMBERS: usize = 16 << 20;

/// Token vectors of passages that were candidates before, the one used last is the last.
#[derive(Default)]
pub struct TokenCache {
    kept: VecDeque<(Sha256, Rc<TokenVectors>)>,
    numbers: usize,
}

impl TokenCache {
    fn get(&mut self, key: Sha256) -> Option<Rc<TokenVectors>> {
        let place = self.kept.iter().position(|(known, _)| *known == key)?;
        let found = self.kept.remove(place)?;
        let vectors = Rc::clone(&found.1);
        self.kept.push_back(found);
        Some(vectors)
    }

    fn put(&mut self, key: Sha256, vectors: Rc<TokenVectors>) {
        self.numbers += vectors.numbers();
        self.kept.push_back((key, vectors));
        while self.numbers > MAX_NUMBERS
            && let Some((_, oldest)) = self.kept.pop_front()
        {
            self.numbers -= oldest.numbers();
        }
    }
}

/// Late interaction over the passages of one search.
pub struct Late<'a, P> {
    /// The embedder.
    pub model: &'a BuiltIn,
    /// What the words of the question are rare or common in.
    pub corpus: &'a RefCell<Corpus>,
    /// Token vectors of before.
    pub cache: &'a RefCell<TokenCache>,
    /// Awaited between passages; says whether to go on.
    pub pause: P,
}

impl<P: AsyncFn() -> bool> Late<'_, P> {
    async fn vectors(&self, text: &str) -> Result<Rc<TokenVectors>, Error> {
        let key = sha256(text.as_bytes());
        if let Some(known) = self.cache.borrow_mut().get(key) {
            return Ok(known);
        }
        if !(self.pause)().await {
            return Err(Error::Stopped);
        }
        let vectors = Rc::new(self.model.token_vectors(text));
        self.cache.borrow_mut().put(key, Rc::clone(&vectors));
        Ok(vectors)
    }
}

impl<P: AsyncFn() -> bool> Rerank for Late<'_, P> {
    async fn scores(&self, question: &str, passages: Vec<String>) -> Result<Vec<f32>, Error> {
        let asked = self.model.token_vectors(question);
        let weights = {
            let corpus = self.corpus.borrow();
            let texts = corpus.lexical.len();
            let idf = |term: &str| inverse_document_frequency(texts, corpus.lexical.holding(term));
            piece_weights(question, &self.model.token_spans(question), idf)
        };
        let mut vectors = Vec::with_capacity(passages.len());
        for passage in &passages {
            vectors.push(self.vectors(passage).await?);
        }
        let vectors: Vec<&TokenVectors> = vectors.iter().map(AsRef::as_ref).collect();
        Ok(late_scores(&asked, &weights, &vectors))
    }

    fn weight(&self, question: &str) -> Option<f32> {
        Some(late_weight(question, Some(self.model.token_spans(question).len())))
    }
}
