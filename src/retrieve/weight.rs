//! A question → the weight of meaning beside words.
//!
//! A WordPiece tokenizer writes what it knows in whole words, and cuts what it does not know into many pieces: pieces a
//! character say how well the embedder was trained on the question's language, script and identifiers. English questions have
//! about 0.2, German ones 0.4 with the built-in embedder, Arabic, Chinese and codes nearly 1.
//! Tuned on one half of seven judged collections in four languages; `docs/benchmarks.md` has the other half.

/// Weight where the embedder knows every word.
const KNOWN: f32 = 0.5;
/// Weight where it knows none.
const UNKNOWN: f32 = 0.03;
/// Pieces a character up to which everything is known.
const WHOLE_WORDS: f32 = 0.27;
/// Pieces a character from which nothing is.
const FRAGMENTS: f32 = 0.5;

/// Share of the dense ranking, 0 to 1; the lexical one has the rest. `pieces` is how many word pieces the embedder makes of the
/// question; nothing where that is not known, as with a host's embedder.
pub fn dense_weight(question: &str, pieces: Option<usize>) -> f32 {
    let characters = question.chars().filter(|c| !c.is_whitespace()).count();
    let Some(pieces) = pieces.filter(|_| characters > 0) else { return KNOWN };
    let share = pieces as f32 / characters as f32;
    let unknown = ((share - WHOLE_WORDS) / (FRAGMENTS - WHOLE_WORDS)).clamp(0.0, 1.0);
    KNOWN + (UNKNOWN - KNOWN) * unknown
}

/// Weight of the late score beside the fused one, for [`super::rerank_late`]: 1 where the embedder knows every word of the question, less
/// where it does not, as with [`dense_weight`]. Tuned as that is.
pub fn late_weight(question: &str, pieces: Option<usize>) -> f32 {
    dense_weight(question, pieces) / KNOWN
}
