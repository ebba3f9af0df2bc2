//! English words that say nothing about a subject.

/// Articles, pronouns, auxiliaries, question words. Sorted, lower case.
const STOP_WORDS: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "being", "but", "by", "can",
    "could", "did", "do", "does", "doing", "for", "from", "had", "has", "have", "having", "he", "her",
    "hers", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "no", "nor", "not",
    "of", "on", "or", "our", "ours", "shall", "she", "should", "so", "such", "than", "that", "the", "their",
    "theirs", "them", "then", "there", "these", "they", "this", "those", "to", "too", "us", "was", "we",
    "were", "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will", "with",
    "would", "you", "your", "yours",
];

/// Words that may matter in a search ("before", "more") but prove nothing when an answer and a passage share them.
/// Sorted, lower case.
const FILLERS: &[&str] = &[
    "above",
    "according",
    "after",
    "again",
    "all",
    "also",
    "among",
    "because",
    "before",
    "below",
    "between",
    "both",
    "down",
    "during",
    "each",
    "few",
    "further",
    "here",
    "however",
    "itself",
    "may",
    "might",
    "more",
    "most",
    "must",
    "now",
    "off",
    "once",
    "only",
    "other",
    "out",
    "over",
    "own",
    "passage",
    "same",
    "some",
    "through",
    "under",
    "until",
    "upon",
    "very",
];

/// Whether `word` (lower case) is of no use in a search.
pub fn is_stop_word(word: &str) -> bool {
    word.len() <= 6 && STOP_WORDS.binary_search(&word).is_ok()
}

/// Whether `word` (lower case) proves nothing when two texts share it; stop words are among them.
pub fn is_filler(word: &str) -> bool {
    is_stop_word(word) || FILLERS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_and_listed_once() {
        assert!(STOP_WORDS.is_sorted() && FILLERS.is_sorted());
        assert!(STOP_WORDS.iter().all(|word| is_stop_word(word) && is_filler(word)));
        assert!(FILLERS.iter().all(|word| is_filler(word) && !is_stop_word(word)));
        assert!(!is_stop_word("wing") && !is_filler("wing"));
    }
}
