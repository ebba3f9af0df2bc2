//! `cite`: which brackets are citations, what they lead to, and that every span addresses the words found.

use proptest::prelude::*;
use sidecite::cite::{Citation, Target, cite, cite_all};
use sidecite::text::is_hidden;
use sidecite::types::{NativeCitation, Passage, Scores, Span, sha256};

const DOCUMENT: &str = "Préface.\nThe cat sat on the mat — it didn’t move.\nParis is the capital of France. \
Its 2.1 million inhabitants\nlike “good bread” very much. Employees get thirty days of leave.";

fn passages() -> Vec<Passage> {
    let cuts = [
        "The cat sat on the mat — it didn’t move.",
        "Paris is the capital of France. Its 2.1 million inhabitants\nlike “good bread” very much.",
        "Employees get thirty days of leave.",
    ];
    cuts.iter()
        .enumerate()
        .map(|(at, text)| {
            let start = DOCUMENT.find(text).unwrap();
            Passage {
                number: at as u32 + 1,
                document: sha256(b"d"),
                document_name: "the-great-cat-handbook.txt".into(),
                ordinal: at as u32,
                span: Span::new(start, start + text.len()),
                page: None,
                headings: vec!["On cats, mats and rest".into()],
                text: (*text).to_owned(),
                scores: Scores::default(),
                ..Passage::default()
            }
        })
        .collect()
}

fn check(answer: &str, expected: &[(&str, u32)]) -> Vec<Citation> {
    let found = cite(answer, &passages(), 3);
    let short: Vec<(&str, u32)> = found.iter().map(|c| (c.marker.of(answer), c.number)).collect();
    assert_eq!(short, expected, "{answer:?}");
    found
}

#[test]
fn markers_are_found_in_prose() {
    check("It sat [1].", &[("[1]", 1)]);
    check("It sat.[1]", &[("[1]", 1)]);
    check("Paris[1] and Rome[2].", &[("[1]", 1), ("[2]", 2)]);
    check("x [1][2] y", &[("[1]", 1), ("[2]", 2)]);
    check("x [1, 3] y", &[("1", 1), ("3", 3)]);
    check("x [1,2, and 3].", &[("1", 1), ("2", 2), ("3", 3)]);
    check("x [1-3] y", &[("[1-3]", 1), ("[1-3]", 2), ("[1-3]", 3)]);
    check("x [1–2, 3] y", &[("1–2", 1), ("1–2", 2), ("3", 3)]);
    check("x [3-1] [1-900]", &[("[3-1]", 3), ("[3-1]", 1), ("[1-900]", 1), ("[1-900]", 900)]);
    check("x 【2】【3†source】", &[("【2】", 2), ("【3†source】", 3)]);
    check("x [Passage 1] [source 2; source 3] [#3]", &[("[Passage 1]", 1), ("2", 2), ("3", 3), ("[#3]", 3)]);
    check("**It sat [1]** and *moved [2]*", &[("[1]", 1), ("[2]", 2)]);
    check("- one [1]\n- two [2]\n\n> three [3]", &[("[1]", 1), ("[2]", 2), ("[3]", 3)]);
    check("| a | b |\n|---|---|\n| x [1] | y [2] |", &[("[1]", 1), ("[2]", 2)]);
    check("<b>x</b> [1]", &[("[1]", 1)]);
    check("# Title [1]\n[2] first", &[("[1]", 1), ("[2]", 2)]);
    check("[ 1 ]", &[("[ 1 ]", 1)]);
}

#[test]
fn what_is_not_a_citation() {
    for answer in [
        "`a [1]`",
        "```\nx = [1]\n```",
        "~~~\n[1]",
        "    indented [1]",
        "[1](https://h.example)",
        "[text](https://h.example/[1])",
        "![1](https://h.example/i.png)",
        "[see [1] there](https://h.example)",
        "note [^1]",
        "in [2024] and [12345]",
        "[a] [1a] [a1] [] [ ] [1,] [,1] [1.5] [-1]",
        "a[1] = 2",
        "x[1], my_list[2]",
        "rows[1].name",
        "[x] done",
        "[[1]](https://h.example)",
        "[1",
        "1]",
        "[\n1]",
    ] {
        check(answer, &[]);
    }
    check("foo[1].The end", &[("[1]", 1)]);
    check("- [x] done [1]", &[("[1]", 1)]);
}

#[test]
fn definitions_cannot_turn_citations_into_links() {
    check(
        "It sat [1][2].\n\n[1]: https://evil.example\n[2]: https://evil.example",
        &[("[1]", 1), ("[2]", 2), ("[1]", 1), ("[2]", 2)],
    );
}

fn target(answer: &str) -> Target {
    let found = cite(answer, &passages(), 3);
    assert!(!found.is_empty(), "{answer}");
    found[0].target.clone()
}

fn support(answer: &str) -> Vec<&'static str> {
    match target(answer) {
        Target::Passage { support, .. } => support.iter().map(|span| span.of(DOCUMENT)).collect(),
        other => panic!("{answer}: {other:?}"),
    }
}

#[test]
fn numbers_that_were_not_sent_are_out_of_range() {
    assert_eq!(target("x [0]"), Target::OutOfRange);
    assert_eq!(target("x [4]"), Target::OutOfRange);
    assert_eq!(target("x [99]"), Target::OutOfRange);
    assert_eq!(cite("x [3]", &passages(), 2)[0].target, Target::OutOfRange);
    assert_eq!(cite("x [1]", &[], 0)[0].target, Target::OutOfRange);
}

#[test]
fn support_addresses_the_documents_words() {
    assert_eq!(support("The capital of France is Paris [2]."), ["Paris", "capital", "France"]);
    assert_eq!(support("It rained. The capital of France is Paris. [2]"), ["Paris", "capital", "France"]);
    assert_eq!(support("An employee has thirty days off [3][1]."), ["Employees", "thirty days"]);
    assert_eq!(support("According to [1], the cat sat."), ["cat sat"]);
    assert_eq!(support("2.1 million people [2]"), ["2.1 million"]);
    assert_eq!(support("That is its own [2]."), Vec::<&str>::new());
    assert_eq!(support("Völlig anders gesagt ist das hier [1]."), Vec::<&str>::new());
    let both = cite("The cat sat [1] and employees get leave [3].", &passages(), 3);
    let Target::Passage { support, .. } = &both[1].target else { panic!() };
    assert!(support.iter().any(|span| span.of(DOCUMENT) == "leave"));
}

fn quote(answer: &str) -> Option<&'static str> {
    match target(answer) {
        Target::Passage { quote, .. } => Some(quote.map_or("", |span| span.of(DOCUMENT))),
        Target::Unsupported { .. } => None,
        Target::OutOfRange => panic!("{answer}"),
    }
}

#[test]
fn quotations_are_located_or_flagged() {
    let cat = "cat sat on the mat — it didn’t move";
    for answer in [
        "It says \"cat sat on the mat - it didn't move\" [1].",
        "It says “cat sat on the mat – it didn‘t move.” [1]",
        "It says \"Cat  SAT on\nthe mat—it didn't move,\" [1].".replace("mat—it", "mat — it").as_str(),
        "According to [1], \"cat sat on the *mat* — it didn't move\".",
        "„cat sat on the mat — it didn’t move“ [1]",
        "«cat sat on the mat — it didn’t move» [1]",
        "\"cat sat [1] on the mat — it didn’t move\"",
    ] {
        assert_eq!(quote(answer), Some(cat), "{answer}");
    }
    assert_eq!(quote("\"cat sat ... it didn't move\" [1]"), Some(cat));
    assert_eq!(
        quote("\"million inhabitants like 'good bread' very much\" [2]"),
        Some("million inhabitants\nlike “good bread” very much")
    );
    assert_eq!(quote("\"the cat sat under the mat\" [1]"), None);
    assert_eq!(quote("\"cat sat on the ma\" [1]"), None, "half a word");
    assert_eq!(quote("\"the cat sat on the mat\" [2]"), None, "another passage's words");
    assert_eq!(quote("\"not in it\" [1]"), Some(""), "three words are no quotation");
    assert_eq!(
        quote("He said \"something else entirely different here\". Later. The cat sat [1]."),
        Some("")
    );
    assert_eq!(quote("See \"The Great Cat Handbook\" [1]."), Some(""), "a title");
    assert_eq!(quote("See “On cats, mats and rest” [1]."), Some(""), "a heading");
    let shared = cite("\"the cat sat on the mat\" [2][1]", &passages(), 3);
    assert!(matches!(shared[0].target, Target::Unsupported { index: 1 }));
    let list = cite("\"the cat sat on the mat\" [2, 1]", &passages(), 3);
    assert!(list.iter().all(|citation| matches!(citation.target, Target::Passage { .. })), "{list:?}");
}

#[test]
fn a_long_answer_is_quick() {
    let answer = "The capital of France is \"Paris is the capital of France\" [2] and the cat sat [1, 3]. "
        .repeat(300);
    let start = std::time::Instant::now();
    assert_eq!(cite(&answer, &passages(), 3).len(), 900);
    let elapsed = start.elapsed();
    eprintln!("{} bytes, 900 citations: {elapsed:?}", answer.len());
    assert!(elapsed.as_millis() < 2_000, "{elapsed:?}");
    for nasty in [
        "[".repeat(200_000),
        "[1".repeat(100_000),
        "\"".repeat(200_000),
        "【".repeat(100_000),
        "> ".repeat(100_000),
    ] {
        let start = std::time::Instant::now();
        cite(&nasty, &passages(), 3);
        assert!(start.elapsed().as_millis() < 3_000, "{:.10} {:?}", nasty, start.elapsed());
    }
}

fn spans_hold(answer: &str) {
    let passages = passages();
    let mut last = 0;
    for citation in cite(answer, &passages, 3) {
        assert!(!citation.marker.of(answer).is_empty(), "{answer:?} {citation:?}");
        assert!(citation.group.contains(citation.marker));
        assert!(citation.group.start >= last);
        last = citation.group.start;
        if let Target::Passage { index, support, quote } = citation.target {
            let home = passages[index as usize].span;
            for span in support.iter().chain(&quote) {
                assert!(home.contains(*span) && !span.of(DOCUMENT).is_empty(), "{answer:?} {span:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spans_hold_on_anything(answer in "(\\PC|\n){0,120}") {
        spans_hold(&answer);
    }

    #[test]
    fn spans_hold_on_markdown(parts in proptest::collection::vec(prop_oneof![
        Just("[1]"), Just("[2, 3]"), Just("[1-3]"), Just("【2】"), Just("["), Just("]"), Just("("), Just("`"), Just("```\n"),
        Just("\""), Just("“"), Just("”"), Just("„"), Just("\n"), Just("\n\n"), Just("> "), Just("- "), Just("**"), Just("*"),
        Just("<b>"), Just("&amp;"), Just("é"), Just("的"), Just("\u{0}"), Just("\r"), Just("| "), Just("cat sat on the mat "),
        Just("Paris "), Just(". "), Just("…"), Just("\\"), Just("![x](y)"), Just("[1]: z\n"), Just("    "), Just("~~"),
    ], 0..40)) {
        spans_hold(&parts.concat());
    }
}

#[test]
fn hidden_characters_do_not_part_a_quotation_from_its_passage() {
    for c in ('\0'..=char::MAX).filter(|c| is_hidden(*c) && !c.is_whitespace()) {
        let answer = format!("It says \"cat s{c}at on the mat\" [1].");
        assert_eq!(quote(&answer), Some("cat sat on the mat"), "{c:?}");
    }
}

// ---------------------------------------------------------------- native citations

fn native(answer: &str, words: &str, quote: Option<&str>, sources: &[&str]) -> NativeCitation {
    let start = answer.find(words).unwrap();
    NativeCitation {
        span: Span::new(start, start + words.len()),
        quote: quote.map(str::to_owned),
        sources: sources.iter().map(|source| (*source).to_owned()).collect(),
    }
}

#[test]
fn native_citations_become_markers_behind_the_words_they_back() {
    let answer = "Die Katze saß dort — reglos. Paris ist groß.\n";
    let natives = [
        native(answer, "Paris ist groß.", None, &["2"]),
        native(answer, "saß dort", Some("sat on the mat"), &["elsewhere"]),
    ];
    let (text, citations) = cite_all(answer, &natives, &passages(), 3);
    assert_eq!(text, "Die Katze saß dort[1] — reglos. Paris ist groß.[2]\n");
    assert_eq!(citations.len(), 2);
    let Target::Passage { index: 0, quote: Some(quote), .. } = citations[0].target else {
        panic!("{citations:?}")
    };
    assert_eq!(quote.of(DOCUMENT), "sat on the mat");
    assert!(matches!(citations[1].target, Target::Passage { index: 1, .. }));
}

#[test]
fn native_citations_are_verified_or_flagged() {
    let answer = "It moved. Rome is big. Leave is long [3].";
    let natives = [
        // The words quoted stand in no passage that was sent.
        native(answer, "It moved.", Some("the cat moved a lot"), &["1"]),
        native(answer, "Rome is big.", None, &["https://rome.example", "9"]),
        // The model wrote this one itself already.
        native(answer, "Leave is long", None, &["3"]),
    ];
    let (text, citations) = cite_all(answer, &natives, &passages(), 3);
    assert_eq!(text, "It moved.[1] Rome is big.[0] Leave is long [3].");
    let targets: Vec<_> = citations.iter().map(|citation| citation.target.clone()).collect();
    assert_eq!(targets[0], Target::Unsupported { index: 0 });
    assert_eq!(targets[1], Target::OutOfRange);
    assert!(matches!(targets[2], Target::Passage { index: 2, .. }));
    // What was not sent cannot be cited.
    let (_, citations) = cite_all(answer, &natives[..1], &passages(), 0);
    assert_eq!(citations[0].target, Target::OutOfRange);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn weaving_only_adds_markers(answer in "\\PC{0,80}", spans in prop::collection::vec((0u32..120, 0u32..120, 0u32..5), 0..6)) {
        let natives: Vec<NativeCitation> = spans
            .iter()
            .map(|(start, end, number)| NativeCitation {
                span: Span { start: *start, end: *end },
                quote: None,
                sources: vec![number.to_string()],
            })
            .collect();
        // Without brackets of its own, taking the markers out gives the answer back.
        let plain = answer.replace(['[', ']'], "");
        let (text, _) = cite_all(&plain, &natives, &passages(), 3);
        let mut taken = text;
        for number in 0..5 {
            taken = taken.replace(&format!("[{number}]"), "");
        }
        prop_assert_eq!(taken, plain);
    }
}
