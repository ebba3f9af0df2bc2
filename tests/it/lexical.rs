//! Words are found in any writing, whole and in parts, and scored as BM25 says.

use proptest::prelude::*;
use sidecite::lexical::{Bm25, LexicalIndex, Role, Weighting, matches, query_terms, terms};
use std::collections::BTreeMap;

fn index(texts: &[&str]) -> Bm25 {
    let mut index = Bm25::new();
    for (key, text) in (0u32..).zip(texts) {
        index.insert(key, "", text);
    }
    index
}

/// Whether `query` finds `text` among texts that share nothing with it.
fn finds(query: &str, text: &str) -> bool {
    let index = index(&["zzz qqq", text, "xxx yyy"]);
    index.search(query, 10, Weighting::default(), None).first().is_some_and(|hit| hit.key == 1)
}

fn words(text: &str) -> Vec<String> {
    terms(text).into_iter().filter(|term| term.role == Role::Word).map(|term| term.text).collect()
}

#[test]
fn finds_words_in_other_forms() {
    for (query, text) in [
        ("running", "she RUNS"),
        ("Policies", "the policy"),
        ("strasse", "Hauptstraße 5: die STRASSE"),
        ("café", "cafe\u{301}s: the cafe\u{301} itself"),
        ("ﬁnance", "finance"),
        ("Ａ１", "room A1"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("company", "the company’s plan"),
        ("company's", "company"),
        ("dont", "dont"),
        ("coop\u{AD}erate", "cooperate"),
        ("5183 documents", "5,183 items"),
        ("usa", "in the U.S.A. today"),
        ("Größe", "GRÖSSE GRÖßE"),
        ("привет", "ПРИВЕТ мир"),
    ] {
        assert!(finds(query, text), "{query} in {text}");
    }
}

#[test]
fn finds_identifiers_whole_and_in_parts() {
    for query in ["ERR-4032", "err-4032", "4032", "ERR", "ERR\u{2011}4032", "err 4032"] {
        assert!(finds(query, "What does ERR-4032 mean?"), "{query}");
    }
    for query in ["v2.1", "2.1", "V2.1"] {
        assert!(finds(query, "Released as v2.1."), "{query}");
    }
    for query in ["config.max_size", "max_size", "size", "config"] {
        assert!(finds(query, "set config.max_size=3"), "{query}");
    }
    for query in ["ada@example.org", "example.org", "ada"] {
        assert!(finds(query, "write to ada@example.org"), "{query}");
    }
    assert!(finds("C++", "a C++ compiler") && !finds("C++", "a C compiler"));
    assert!(finds("C#", "C# and F#") && !finds("C", "C# only"));
    assert!(finds("2021", "am 12.05.2021") && finds("12.05.2021", "am 12.05.2021"));
    assert!(finds("12:30", "at 12:30 sharp"));
    assert!(finds("state-of-the-art", "state of the art"));
    // The whole is better than its parts elsewhere.
    let index = index(&["ERR 17 and port 4032", "ERR-4032", "ERR 4032 ERR 4032"]);
    assert_eq!(index.search("ERR-4032", 1, Weighting::default(), None)[0].key, 1);
}

#[test]
fn finds_words_of_writing_without_spaces() {
    for (query, text) in [
        ("猫", "我有一只猫和一只狗"),
        ("東京タワー", "昨日、東京タワーに行きました。"),
        ("北京大学", "他在北京大学学习"),
        ("한국어", "한국어는 어렵다"),
        ("ภาษาไทย", "ผมพูดภาษาไทย"),
        ("ガイド", "ｶﾞｲﾄﾞ"),
        ("GPU性能", "新しいGPUの性能"),
    ] {
        assert!(finds(query, text), "{query} in {text}");
    }
    assert!(!finds("京東", "東京"), "pairs keep their order");
    // A single character does not outweigh a pair.
    assert_eq!(query_terms("東京"), [("東京".to_owned(), 1)]);
}

#[test]
fn stop_words_count_only_when_nothing_else_is_asked() {
    assert_eq!(query_terms("What is the wing?"), [("wing".to_owned(), 1)]);
    assert_eq!(query_terms("to be or not to be").len(), 4);
    assert!(finds("to be or not to be", "To be, or not to be: that."));
    assert!(words("the of and").is_empty());
}

#[test]
fn spans_are_where_the_words_stand() {
    let text = "Zürich’s ERR-4032, 東京 – the Running";
    for term in terms(text) {
        let written = term.span.of(text);
        assert!(!written.is_empty() && !term.text.is_empty(), "{term:?}");
    }
    let marked = |query: &str, text: &str| -> Vec<String> {
        matches(query, text).into_iter().map(|span| span.of(text).to_owned()).collect()
    };
    assert_eq!(marked("How does she run?", "Running shoes: she ran, he runs."), ["Running", "runs"]);
    assert_eq!(marked("東京タワー", "昨日東京タワーへ"), ["東京タワー"]);
    assert_eq!(marked("4032", text), ["4032"]);
    assert_eq!(marked("ERR-4032", text), ["ERR-4032"]);
    assert!(marked("", text).is_empty() && marked("run", "").is_empty());
}

#[test]
fn score_is_bm25() {
    let index = index(&["alpha beta beta", "alpha gamma", "delta delta delta delta"]);
    let Weighting { k1, b, title } = Weighting::default();
    let found = index.search("beta", 10, Weighting { k1, b, title }, None);
    let idf = (1.0f32 + (3.0 - 1.0 + 0.5) / 1.5).ln();
    let expected = idf * 2.0 / (2.0 + k1 * (1.0 - b + b * 3.0 / 3.0));
    assert_eq!(found.len(), 1);
    assert!((found[0].score - expected).abs() < 1e-6, "{found:?} {expected}");
    // A word asked for twice counts twice.
    let twice = index.search("beta beta", 10, Weighting { k1, b, title }, None);
    assert!((twice[0].score - 2.0 * expected).abs() < 1e-6);
}

#[test]
fn empty_things() {
    let empty = Bm25::new();
    assert!(empty.search("anything", 5, Weighting::default(), None).is_empty());
    let index = index(&["", "   ", "…", "word"]);
    assert_eq!(index.len(), 4);
    assert!(index.search("", 5, Weighting::default(), None).is_empty());
    assert!(index.search("?!", 5, Weighting::default(), None).is_empty());
    assert!(index.search("word", 0, Weighting::default(), None).is_empty());
    assert_eq!(index.search("word", 5, Weighting::default(), None).len(), 1);
}

#[test]
fn ties_go_to_the_smaller_key() {
    let mut index = Bm25::new();
    for key in [5, 3, 9, 1] {
        index.insert(key, "", "same words here");
    }
    let keys = |k| -> Vec<u32> {
        index.search("words", k, Weighting::default(), None).iter().map(|hit| hit.key).collect()
    };
    assert_eq!(keys(3), [1, 3, 5]);
    let odd = index.search("words", 9, Weighting::default(), Some(&|key| key > 3));
    assert_eq!(odd.iter().map(|hit| hit.key).collect::<Vec<_>>(), [5, 9]);
}

#[test]
fn long_junk_is_bounded() {
    let junk = "x".repeat(200_000);
    assert!(terms(&junk).iter().all(|term| term.text.len() <= 64));
    let dotted = "a.".repeat(100_000);
    assert!(terms(&dotted).iter().all(|term| term.text.len() <= 64));
    assert!(finds(&junk, &junk));
}

proptest! {
    #[test]
    fn spans_are_on_character_boundaries(text in "\\PC{0,60}") {
        for term in terms(&text) {
            prop_assert!(text.get(term.span.range()).is_some_and(|written| !written.is_empty()), "{:?}", term);
            prop_assert!(!term.text.is_empty());
        }
        let spans = matches(&text, &text);
        prop_assert!(spans.windows(2).all(|pair| pair[0].end < pair[1].start));
    }

    /// An index that saw insertions, replacements and removals in any order answers as a fresh one of what is left.
    #[test]
    fn follows_insertions_and_removals(
        steps in prop::collection::vec((0u32..12, prop::option::of("[abc]{1}( [abcdef]{1,2}){0,6}")), 1..60),
        query in "[abc]( [abcdef]{1,2}){0,3}",
    ) {
        let mut changed = Bm25::new();
        let mut model = BTreeMap::new();
        for (key, text) in steps {
            match text {
                Some(text) => {
                    changed.insert(key, "", &text);
                    model.insert(key, text);
                }
                None => prop_assert_eq!(changed.remove(key), model.remove(&key).is_some()),
            }
            prop_assert_eq!(changed.len(), model.len());
        }
        let mut fresh = Bm25::new();
        for (key, text) in model.iter().rev() {
            fresh.insert(*key, "", text);
        }
        let ask = |index: &Bm25| index.search(&query, 5, Weighting::default(), None);
        prop_assert_eq!(ask(&changed), ask(&fresh));
    }
}
