//! Graphs over the vectors of a corpus: what goes into one, whether it still holds, and how much of the exact answer it finds.

use super::{Corpus, Embedder, Error};
use crate::index::VectorIndex;
use crate::provider::embeddings::Purpose;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

/// Neighbours that a graph is compared by: recall@10.
const NEIGHBOURS: usize = 10;
/// Questions whose vectors are kept, an embedder.
const MAX_QUESTIONS: usize = 32;
/// Stored chunks that stand in for questions.
const CHUNKS: usize = 64;

/// The state of an embedder's vectors: two that are equal have the same vectors under the same keys, as no key is used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    next_key: u32,
    vectors: usize,
}

impl Corpus {
    /// The state of that embedder's vectors; nothing where there are none.
    pub fn stamp(&self, embedder: &str) -> Option<Stamp> {
        let vectors = self.dense_index(embedder)?.len();
        Some(Stamp { next_key: self.next_key(), vectors })
    }

    /// The keys of that embedder's vectors, ascending.
    pub fn dense_keys(&self, embedder: &str) -> Vec<u32> {
        let of = self.entries().filter(|entry| entry.manifest.embedder == embedder);
        let mut keys: Vec<u32> = of.flat_map(|entry| entry.keys()).collect();
        keys.sort_unstable();
        keys
    }
}

/// How much of the exact answer a graph finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    /// The share of the exact neighbours that it found, 0 to 1.
    pub share: f32,
    /// Neighbours asked for.
    pub k: u32,
    /// The person's last questions among what was asked.
    pub questions: u32,
    /// Stored chunks among what was asked.
    pub chunks: u32,
}

/// The vectors of the last questions, for each embedder.
#[derive(Debug, Default)]
pub struct LastQuestions(BTreeMap<String, VecDeque<Vec<f32>>>);

impl LastQuestions {
    /// Notes a question. One that is there already becomes the last.
    pub fn note(&mut self, embedder: &str, vector: &[f32]) {
        let questions = self.0.entry(embedder.to_owned()).or_default();
        questions.retain(|known| known != vector);
        questions.push_back(vector.to_vec());
        if questions.len() > MAX_QUESTIONS {
            questions.pop_front();
        }
    }

    /// Those of an embedder, oldest first.
    pub fn of(&self, embedder: &str) -> Vec<Vec<f32>> {
        self.0.get(embedder).map(|questions| questions.iter().cloned().collect()).unwrap_or_default()
    }
}

/// An embedder whose questions are noted.
pub struct Noting<'a, E> {
    /// What embeds.
    pub embedder: &'a E,
    /// Where they are noted.
    pub questions: &'a RefCell<LastQuestions>,
}

impl<E: Embedder> Embedder for Noting<'_, E> {
    fn id(&self) -> String {
        self.embedder.id()
    }

    async fn embed(
        &self,
        texts: &[&str],
        purpose: Purpose,
        mut keep: impl AsyncFnMut(usize, Vec<Vec<f32>>) -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        let id = self.id();
        let noted = async |first: usize, vectors: Vec<Vec<f32>>| {
            if purpose == Purpose::Query {
                let mut questions = self.questions.borrow_mut();
                vectors.iter().for_each(|vector| questions.note(&id, vector));
            }
            keep(first, vectors).await
        };
        self.embedder.embed(texts, purpose, noted).await
    }

    fn pieces(&self, text: &str) -> Option<usize> {
        self.embedder.pieces(text)
    }

    fn most_unwritten(&self) -> usize {
        self.embedder.most_unwritten()
    }
}

/// Asks the exact index and `graph` for the neighbours of the last questions, and of stored chunks spread evenly over all. Nothing when
/// `pause` said to stop.
///
/// # Errors
/// Where the graph does not answer.
pub async fn measure(
    corpus: &RefCell<Corpus>,
    embedder: &str,
    graph: &dyn VectorIndex,
    questions: &[Vec<f32>],
    pause: impl AsyncFn() -> bool,
) -> Result<Option<Recall>, Error> {
    let keys = corpus.borrow().dense_keys(embedder);
    let chunks: Vec<u32> = spread(&keys, CHUNKS).collect();
    let stored = |key: &u32| {
        let corpus = corpus.borrow();
        Some(corpus.dense_index(embedder)?.vector(*key)?.to_vec())
    };
    let (mut hits, mut of, mut asked) = (0, 0, [0, 0]);
    let questions = questions.iter().map(|vector| (0, Some(vector.clone())));
    for (kind, vector) in questions.chain(chunks.iter().map(|key| (1, stored(key)))) {
        let Some(vector) = vector else { continue };
        let exact = {
            let corpus = corpus.borrow();
            let index = corpus.dense_index(embedder).filter(|index| index.dimension() == vector.len());
            index.map(|index| index.search(&vector, NEIGHBOURS, None))
        };
        let Some(exact) = exact else { continue };
        let exact = exact.await?;
        let found = graph.search(&vector, NEIGHBOURS, None).await?;
        // Of several that are equally near at the end, any is right.
        let least = exact.last().map_or(f32::INFINITY, |near| near.similarity);
        hits += found.iter().filter(|near| near.similarity >= least).count().min(exact.len());
        of += exact.len();
        if let Some(asked) = asked.get_mut(kind) {
            *asked += 1;
        }
        if !pause().await {
            return Ok(None);
        }
    }
    let [questions, chunks] = asked;
    let share = if of == 0 { 1.0 } else { hits as f32 / of as f32 };
    Ok(Some(Recall { share, k: NEIGHBOURS as u32, questions, chunks }))
}

/// At most `count` of `all`, evenly spread.
fn spread<T: Copy>(all: &[T], count: usize) -> impl Iterator<Item = T> {
    let count = count.min(all.len());
    (0..count).filter_map(move |at| all.get(at * all.len() / count).copied())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_spread_over_all() {
        let all: Vec<u32> = (0..1_000).collect();
        let some: Vec<u32> = spread(&all, 4).collect();
        assert_eq!(some, [0, 250, 500, 750]);
        assert_eq!(spread(&all[..3], 64).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(spread(&all[..0], 64).count(), 0);
    }

    #[test]
    fn the_last_questions_are_kept_each_once() {
        let mut questions = LastQuestions::default();
        for at in 0..40 {
            questions.note("a", &[at as f32]);
        }
        questions.note("a", &[20.0]);
        let kept = questions.of("a");
        assert_eq!((kept.len(), kept[0][0], kept[31][0]), (32, 8.0, 20.0));
        assert!(questions.of("b").is_empty());
    }
}
