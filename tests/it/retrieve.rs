//! Fusion, validation and the rule against repetition.

use crate::support::InWords;
use futures_util::FutureExt;
use sidecite::index::{Flat, Neighbour, VectorIndex};
use sidecite::lexical::{Bm25, LexicalIndex, Match};
use sidecite::retrieve::{
    ChunkText, Duplicate, Error, Query, ScoredKey, Weights, dedup, dense_weight, fuse, retrieve, validate,
};
use sidecite::types::{RetrievalMode, RetrievalSettings, Scores, Span, sha256};
use std::cell::Cell;

const WEIGHTS: Weights = Weights { rrf_k: 60.0, dense: 0.6 };

fn near(pairs: &[(u32, f32)]) -> Vec<Neighbour> {
    pairs.iter().map(|&(key, similarity)| Neighbour { key, similarity }).collect()
}

fn hits(pairs: &[(u32, f32)]) -> Vec<Match> {
    pairs.iter().map(|&(key, score)| Match { key, score }).collect()
}

fn keys(ranked: &[ScoredKey]) -> Vec<u32> {
    ranked.iter().map(|scored| scored.key).collect()
}

/// Three near ones, and two hits of which one is near, too.
fn fused(mode: RetrievalMode) -> Vec<ScoredKey> {
    fuse(&near(&[(1, 0.9), (2, 0.8), (3, 0.7)]), &hits(&[(3, 12.0), (4, 3.0)]), mode, WEIGHTS)
}

#[test]
fn fuses_by_reciprocal_rank() {
    let ranked = fused(RetrievalMode::Rrf);
    // 3: 1/63 + 1/61, 1: 1/61, 2 and 4: 1/62 each, the one with a cosine first.
    assert_eq!(keys(&ranked), [3, 1, 2, 4]);
    assert_eq!(
        ranked[0].scores,
        Scores {
            dense: Some(0.7),
            dense_rank: Some(3),
            lexical: Some(12.0),
            lexical_rank: Some(1),
            fused: 1.0 / 63.0 + 1.0 / 61.0,
            ..Scores::default()
        }
    );
    assert_eq!(ranked[3].scores.dense, None);
}

#[test]
fn fuses_by_weighted_scores() {
    let ranked = fused(RetrievalMode::Hybrid);
    // 1: 0.6 · 1, 3: 0.4 · 1, 2: 0.6 · ½, 4: 0.4 · ¼.
    assert_eq!(keys(&ranked), [1, 3, 2, 4]);
    for (scored, expected) in ranked.iter().zip([0.6, 0.4, 0.3, 0.1]) {
        assert!((scored.scores.fused - expected).abs() < 1e-5, "{:?}", scored.scores);
    }
}

/// The right one is first by words and far down by meaning, as codes are; the others are near in both.
#[test]
fn an_identifier_is_not_voted_down() {
    let dense: Vec<(u32, f32)> = (0..100).map(|key| (key, 0.62 - 0.001 * key as f32)).collect();
    let mut lexical = vec![(80, 9.0)];
    lexical.extend((0..60).map(|key| (key, 3.0 - 0.01 * key as f32)));
    let first = |mode, weights| keys(&fuse(&near(&dense), &hits(&lexical), mode, weights))[0];
    let question = "Which project has code PX-4417?";
    let pieces = ["which", "project", "has", "code", "p", "##x", "-", "44", "##17", "?"].len();
    let dense = dense_weight(question, Some(pieces));
    assert_eq!(first(RetrievalMode::Hybrid, Weights { dense, ..WEIGHTS }), 80, "weight {dense}");
    assert_ne!(first(RetrievalMode::Rrf, WEIGHTS), 80, "why RRF is not the default");
}

#[test]
fn meaning_weighs_as_much_as_the_embedder_knows_of_the_question() {
    let question = "abcdefghij";
    let weight = |pieces| dense_weight(question, Some(pieces));
    assert_eq!(weight(2), 0.5);
    assert!((weight(10) - 0.03).abs() < 1e-6);
    assert!(weight(3) > weight(4) && weight(4) > weight(5));
    // A host's embedder may know every language.
    assert_eq!((dense_weight(question, None), dense_weight("", Some(3))), (0.5, 0.5));
}

#[test]
fn one_ranking_keeps_its_own_scores() {
    let (dense, lexical) = (near(&[(2, 0.5), (1, 0.5), (3, -0.1)]), hits(&[(3, 9.0)]));
    let ranked = fuse(&dense, &lexical, RetrievalMode::Dense, WEIGHTS);
    assert_eq!(keys(&ranked), [1, 2, 3], "ties by key");
    assert_eq!(ranked[2].scores.fused, -0.1);
    assert_eq!(ranked[2].scores.lexical_rank, Some(1));
    assert_eq!(keys(&fuse(&dense, &lexical, RetrievalMode::Lexical, WEIGHTS)), [3]);
    assert!(fuse(&[], &[], RetrievalMode::Hybrid, WEIGHTS).is_empty());
}

fn corpus() -> (Flat, Bm25) {
    let (mut vectors, mut words) = (Flat::new(2).unwrap(), Bm25::new());
    for (key, (vector, text)) in
        (0u32..).zip([([1.0, 0.0], "wings and lift"), ([0.8, 0.6], "drag"), ([0.0, 1.0], "wings wings")])
    {
        vectors.insert(key, &vector).unwrap();
        words.insert(key, "", text);
    }
    (vectors, words)
}

#[test]
fn each_mode_asks_what_it_needs() {
    let (vectors, words) = corpus();
    let time = Cell::new(0.0);
    let clock = || {
        time.set(time.get() + 1.0);
        time.get()
    };
    let ask = |mode, vector: Option<&[f32]>| {
        let settings = RetrievalSettings { mode, ..RetrievalSettings::default() };
        let query = Query { text: "wings", vector, dense_weight: 0.5 };
        retrieve(query, Some(&vectors), &words, &settings, None, &clock).now_or_never().unwrap()
    };
    let query = [0.9f32, 0.1];
    assert_eq!(keys(&ask(RetrievalMode::Dense, Some(&query)).unwrap().ranked), [0, 1, 2]);
    assert_eq!(keys(&ask(RetrievalMode::Lexical, None).unwrap().ranked), [2, 0]);
    let hybrid = ask(RetrievalMode::Hybrid, Some(&query)).unwrap();
    assert_eq!(keys(&hybrid.ranked), [0, 2, 1]);
    assert_eq!(hybrid.timing.dense_millis, 2.0, "asking and waiting");
    assert_eq!(hybrid.timing.lexical_millis, 1.0);
    assert_eq!(hybrid.timing.chunks, 3);
    assert!(hybrid.timing.total_millis >= 2.0);
    for mode in [RetrievalMode::Dense, RetrievalMode::Rrf, RetrievalMode::Hybrid] {
        assert_eq!(ask(mode, None), Err(Error::NoQueryVector { mode }));
    }
    assert!(matches!(ask(RetrievalMode::Dense, Some(&[1.0])), Err(Error::Index(_))));
}

#[test]
fn a_filter_binds_both_rankings() {
    let (vectors, words) = corpus();
    let settings = RetrievalSettings::default();
    let found = retrieve(
        Query { text: "wings", vector: Some(&[1.0, 0.0]), dense_weight: 0.5 },
        Some(&vectors),
        &words,
        &settings,
        Some(&|key| key == 2),
        &|| 0.0,
    )
    .now_or_never()
    .unwrap()
    .unwrap();
    assert_eq!(keys(&found.ranked), [2]);
}

#[test]
fn settings_are_checked() {
    let good = RetrievalSettings::default();
    assert_eq!(validate(&good), Ok(()));
    let bad = [
        RetrievalSettings { top_k: 0, ..good },
        RetrievalSettings { top_k: 51, ..good },
        RetrievalSettings { candidates: 3, ..good },
        RetrievalSettings { candidates: 100_000, ..good },
        RetrievalSettings { rrf_k: -1.0, ..good },
        RetrievalSettings { rrf_k: f32::NAN, ..good },
        RetrievalSettings { k1: f32::INFINITY, ..good },
        RetrievalSettings { b: 1.1, ..good },
    ];
    for settings in bad {
        let error = validate(&settings).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }) && !error.hint().is_empty(), "{error}");
    }
}

#[test]
fn repetition_is_left_out() {
    let (one, two) = (sha256(b"one"), sha256(b"two"));
    let places = [
        ChunkText { document: one, span: Span::new(0, 100), text: "a b" },
        ChunkText { document: one, span: Span::new(40, 140), text: "b c" }, // 60 of 100 shared: out
        ChunkText { document: one, span: Span::new(60, 160), text: "c d" }, // 40 of 100 shared: stays
        ChunkText { document: two, span: Span::new(0, 100), text: "e" },    // the same bytes elsewhere: stays
        ChunkText { document: two, span: Span::new(500, 600), text: " a\n\tb " }, // the same text: out
        ChunkText { document: two, span: Span::new(10, 20), text: "f" },    // inside another: out
        ChunkText { document: two, span: Span::new(800, 900), text: "g" },
    ];
    let ranked: Vec<ScoredKey> =
        [0, 1, 2, 77, 3, 4, 5, 6].map(|key| ScoredKey { key, scores: Scores::default() }).into();
    let place = |key: u32| places.get(key as usize).copied();
    let selected = dedup(&ranked, 10, place);
    assert_eq!(keys(&selected.kept), [0, 2, 3, 6]);
    let left_out: Vec<_> = selected.duplicates.iter().map(|Duplicate { key, kept }| (*key, *kept)).collect();
    assert_eq!(left_out, [(1, 0), (4, 0), (5, 3)]);
    assert_eq!(keys(&dedup(&ranked, 2, place).kept), [0, 2]);
    assert!(dedup(&ranked, 0, place).kept.is_empty());
}

#[test]
fn near_duplicates_are_folded_unless_their_numbers_differ() {
    let document = |name: &str| sha256(name.as_bytes());
    let terms =
        (0..60).map(|at| format!("word{}", ["a", "b", "c", "d", "e", "f", "g"][at % 7].repeat(at / 7 + 1)));
    let text = terms.collect::<Vec<_>>().join(" ");
    let other_end = format!("{text} indeed");
    let (price, other_price) = (format!("{text} costs 12"), format!("{text} costs 15"));
    let half = text.split_at(text.len() / 2).0;
    let all = [text.as_str(), other_end.as_str(), price.as_str(), other_price.as_str(), half];
    let place = |key: u32| {
        let text = all.get(key as usize)?;
        Some(ChunkText { document: document(text), span: Span::new(0, text.len()), text })
    };
    let ranked: Vec<ScoredKey> = (0..5).map(|key| ScoredKey { key, scores: Scores::default() }).collect();
    let selected = dedup(&ranked, 9, place);
    assert_eq!(keys(&selected.kept), [0, 2, 3, 4]);
    assert_eq!(selected.duplicates, [Duplicate { key: 1, kept: 0 }]);
}

#[test]
fn a_title_counts_as_often_as_its_weight() {
    let mut words = Bm25::new();
    words.insert(1, "ferry timetable", "It leaves at noon.");
    words.insert(2, "notes", "The ferry leaves at noon. So does the brig.");
    let found = |title| -> Vec<(u32, f32)> {
        let weighting = sidecite::lexical::Weighting { title, ..Default::default() };
        words.search("ferry", 9, weighting, None).iter().map(|found| (found.key, found.score)).collect()
    };
    let keys = |title| found(title).iter().map(|(key, _)| *key).collect::<Vec<_>>();
    assert_eq!((keys(0.0), keys(0.1), keys(3.0)), (vec![2], vec![2, 1], vec![1, 2]));
}
