//! A chunk and a question → where the chunk stands, and which words and meanings brought it there.

use super::filter::allowed;
use super::ingest::count;
use super::search::first_vector;
use super::{BuiltIn, Corpus, Embedder, Error, Question, embedded_text};
use crate::chunk::Tokens;
use crate::lexical::LexicalIndex;
use crate::retrieve::{nearest_pieces, weighting};
use crate::types::{Chunk, ChunkRef, DocumentId, Explanation, RetrievalMode, Span};
use std::cell::RefCell;

/// Pairs of words that are near in meaning.
const MOST_MEANINGS: usize = 8;

/// Ranks every chunk for the question and says where `chunk` stands. `tokens` gives the meanings.
///
/// # Errors
/// A chunk that is not there; those of embedding the question.
pub async fn explain<E: Embedder>(
    corpus: &RefCell<Corpus>,
    question: Question<'_>,
    (embedder, tokens): (Option<&E>, Option<&BuiltIn>),
    chunk: ChunkRef,
) -> Result<Explanation, Error> {
    let mode = question.settings.mode;
    let vector = first_vector(corpus, &question, embedder).await?;
    let id = embedder.map(Embedder::id).unwrap_or_default();
    let answer = {
        let corpus = corpus.borrow();
        let index = corpus.dense_index(&id);
        index.zip(vector.as_deref()).map(|(index, vector)| index.search(vector, index.len(), None))
    };
    let near = match answer {
        Some(answer) => answer.await?,
        None => Vec::new(),
    };
    let corpus = corpus.borrow();
    let key = corpus.key(chunk).ok_or(Error::UnknownDocument)?;
    let (entry, found) = corpus.chunk(key).ok_or(Error::UnknownDocument)?;
    let place = |at: usize| count(at + 1);
    let dense = near
        .iter()
        .position(|neighbour| neighbour.key == key)
        .and_then(|at| near.get(at).map(|neighbour| (neighbour.similarity, place(at))));
    let weighting = weighting(question.settings);
    let matches = match mode {
        RetrievalMode::Dense => Vec::new(),
        _ => corpus.lexical.search(question.text, corpus.len(), weighting, None),
    };
    let lexical = matches
        .iter()
        .position(|found| found.key == key)
        .and_then(|at| matches.get(at).map(|found| (found.score, place(at))));
    let filter = question.filter.and_then(|filter| allowed(&corpus, filter));
    let text = found.span.of(&entry.document.text).to_owned();
    let read = embedded_text(&entry.document, found, entry.manifest.chunking);
    Ok(Explanation {
        chunk,
        span: found.span,
        text,
        is_searched: filter.is_none_or(|documents| documents.contains(&chunk.document)),
        dense,
        lexical,
        words: corpus.lexical.contributions(question.text, key, weighting),
        meanings: tokens.map(|tokens| meanings(tokens, question.text, &read)).unwrap_or_default(),
        chunks: count(corpus.len()),
    })
}

/// The number of the first chunk of a document that has `text`, in any case and with any white space.
pub fn chunk_with(corpus: &Corpus, document: DocumentId, text: &str) -> Option<u32> {
    let plain = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = plain(text);
    let entry = corpus.get(document).ok()?;
    let holds = |chunk: &&Chunk| plain(chunk.span.of(&entry.document.text)).contains(&wanted);
    entry.chunks.iter().find(holds).map(|chunk| chunk.ordinal)
}

/// Words of the question with the nearest word of the passage, each word once.
fn meanings(model: &BuiltIn, question: &str, passage: &str) -> Vec<(String, String, f32)> {
    let (asked, read) = (model.token_vectors(question), model.token_vectors(passage));
    let (of_question, of_passage) = (model.token_spans(question), model.token_spans(passage));
    let mut pairs: Vec<(String, String, f32)> = Vec::new();
    for (from, to, cosine) in nearest_pieces(&asked, &read) {
        let (Some(from), Some(to)) = (of_question.get(from), of_passage.get(to)) else { continue };
        let (Some(from), Some(to)) = (word_around(question, *from), word_around(passage, *to)) else {
            continue;
        };
        if pairs.len() < MOST_MEANINGS && pairs.iter().all(|(known, _, _)| *known != from) {
            pairs.push((from, to, cosine));
        }
    }
    pairs
}

/// The word that a piece is of; nothing for punctuation and words that say nothing.
fn word_around(text: &str, piece: Span) -> Option<String> {
    let (before, rest) = text.split_at_checked(piece.start as usize)?;
    let (inside, after) = rest.split_at_checked(piece.end.checked_sub(piece.start)? as usize)?;
    let is_gap = |c: char| !c.is_alphanumeric();
    let start = before
        .rfind(is_gap)
        .map_or(0, |at| at + before.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8));
    let end = piece.end as usize + after.find(is_gap).unwrap_or(after.len());
    let word = if inside.chars().any(crate::text::is_unspaced) { inside } else { text.get(start..end)? };
    let says_nothing = crate::text::is_stop_word(&word.to_lowercase());
    (!says_nothing && inside.chars().any(char::is_alphanumeric)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_grow_to_words() {
        let of = |text: &str, start, end| word_around(text, Span::new(start, end));
        assert_eq!(of("the ferryman waits", 4, 9).as_deref(), Some("ferryman"));
        assert_eq!(of("the ferryman waits", 0, 3), None);
        assert_eq!(of("a, b", 1, 2), None);
        assert_eq!(of("渡轮出发", 3, 6).as_deref(), Some("轮"));
        assert_eq!(of("über Nacht", 0, 3).as_deref(), Some("über"));
    }
}
