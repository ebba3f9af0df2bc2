//! The built-in model that quotes.

use sidecite::lexical::{Bm25, LexicalIndex, Weighting};
use sidecite::local_model::extractive::answer;
use sidecite::types::{ChatEvent, Evidence, Passage, RetrievalSettings, Scores, SearchTiming, Span, sha256};

fn evidence(question: &str, texts: &[&str]) -> Evidence {
    let passages = texts.iter().zip(1..).map(|(text, number)| Passage {
        number,
        document: sha256(text.as_bytes()),
        document_name: "x.txt".to_owned(),
        ordinal: number,
        span: Span::new(0, text.len()),
        page: None,
        headings: vec![],
        text: (*text).to_owned(),
        scores: Scores::default(),
        ..Passage::default()
    });
    Evidence {
        question: question.to_owned(),
        retrieval: RetrievalSettings::default(),
        passages: passages.collect(),
        text: String::new(),
        sha256: sha256(b""),
        timing: SearchTiming::default(),
        ..Evidence::default()
    }
}

fn text(events: &[ChatEvent]) -> String {
    assert_eq!(events.last(), Some(&ChatEvent::Finish("stop".to_owned())));
    let texts = events.iter().filter_map(|event| match event {
        ChatEvent::TextDelta(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// Asks and checks that every quotation stands in the passage it cites.
fn ask(question: &str, texts: &[&str]) -> String {
    let evidence = evidence(question, texts);
    let events = answer(question, Some(&evidence));
    assert_eq!(events, answer(question, Some(&evidence)), "not deterministic");
    for event in &events {
        if let ChatEvent::TextDelta(delta) = event
            && let Some(rest) = delta.trim_start().strip_prefix('"')
        {
            let (quote, number) = rest.rsplit_once("\" [").unwrap();
            let number: usize = number.trim_end_matches(']').parse().unwrap();
            assert!(texts[number - 1].contains(quote), "not verbatim: {quote}");
        }
    }
    text(&events)
}

#[test]
fn quotes_the_sentence_that_answers() {
    let weather = "Rain fell over the bay all week. The ferry left late, as it often does.";
    let bridge = "The old bridge was a landmark. It was built in 1874 by Ada Moreno, an engineer from Porto. Tolls ended later.";
    let answer = ask("Who built the old bridge?", &[weather, bridge]);
    assert!(
        answer.contains("\"It was built in 1874 by Ada Moreno, an engineer from Porto.\" [2]"),
        "{answer}"
    );
    assert!(!answer.contains("Rain"), "{answer}");
}

#[test]
fn prefers_what_the_question_word_asks_for() {
    let text = "The harbour fees were raised by the council after a long debate about the fees. The council raised the harbour fees in 1923. The council of the harbour likes fees.";
    assert!(
        ask("When did the council raise the harbour fees?", &[text])
            .starts_with("\"The council raised the harbour fees in 1923.\" [1]")
    );
}

#[test]
fn a_date_is_no_amount_and_weighs_less_than_what_is_asked() {
    let sheet = "Cabin 1, carriage type K-40\nDate of inspection: 4 March 2025.";
    let manual = "Renew the linings when the thinner side is below 6.0 mm.";
    let question =
        "Which cabin had to have its brake linings renewed after the March 2025 inspections, and why?";
    let answer = ask(question, &[sheet, manual]);
    assert!(answer.contains("Renew the linings"), "{answer}");
    let rent = "The tenants pay rent to the office from 4 March 2025 on. The tenants pay rent to the office of 120 pounds.";
    let answer = ask("How much rent do the tenants pay?", &[rent]);
    assert!(answer.starts_with("\"The tenants pay rent to the office of 120 pounds.\""), "{answer}");
}

#[test]
fn a_row_of_a_table_is_read_and_quoted_with_its_head() {
    let table = "Fares of the line.\n\nCategory\tWinter single\tSummer return\nChild, 5 to 15 years\t3.00\t7.00\nAdult visitor\t6.00\t15.00\n\nDogs travel free.";
    let other = "A visitor's season card costs 95.00 for an adult and 45.00 for a child and is valid for one person until 31 March.";
    let answer = ask("What does a summer return cost for a child of ten?", &[table, other]);
    let expected =
        "\"Child, 5 to 15 years\t3.00\t7.00\" [1]\n\n\"Category\tWinter single\tSummer return\" [1]";
    assert!(answer.starts_with(expected), "{answer}");
}

#[test]
fn how_often_is_answered_in_other_words_where_retrieval_trusts_the_passage() {
    let alone = "An attendant alone at the top calls the valley every 40 minutes. Tea is in the cupboard.";
    let other = "The yearly fair is held each May.";
    let question = "How often must somebody who works by himself report in?";
    let answer = ask(question, &[alone, other]);
    assert_eq!(answer, "\"An attendant alone at the top calls the valley every 40 minutes.\" [1]");
    assert!(ask("How many people must report in?", &[alone, other]).contains("do not seem"));
}

#[test]
fn answers_in_writing_without_spaces() {
    let tea = "日本の茶は九世紀に中国から伝わった。宇治は茶の産地として有名である。";
    let snow = "北海道では冬に雪が多く降る。札幌では雪まつりが開かれる。";
    assert!(
        ask("茶の産地として有名なのはどこですか", &[snow, tea])
            .contains("\"宇治は茶の産地として有名である。\" [2]")
    );
}

#[test]
fn a_question_for_two_documents_is_quoted_from_both_and_says_so() {
    let log = "The crew met at noon. The yacht Marlin was lifted by the harbour crane in full trim with stores and weighed 14 tonnes.";
    let rules =
        "Bookings open in May. The insurance covers a quay sling below 12 tonnes only. Ask the office.";
    let question = "When the yacht Marlin was lifted by the harbour crane in full trim with stores, did the insurance cover the sling?";
    let answer = ask(question, &[log, rules]);
    assert!(answer.contains("14 tonnes") && answer.contains("12 tonnes only"), "{answer}");
    assert!(answer.contains("several documents"), "{answer}");
    let one = ask("How heavy was the yacht Marlin when weighed by the harbour crane?", &[log, rules]);
    assert!(!one.contains("several documents"), "{one}");
}

#[test]
fn says_when_there_is_nothing() {
    assert!(
        ask("What is the boiling point of tungsten?", &["The cat sat on the mat and slept."])
            .contains("do not seem to contain")
    );
    assert!(ask("the", &[""]).contains("do not seem"));
    assert!(ask("", &["Some text that is here."]).contains("do not seem"));
    assert!(text(&answer("Who?", None)).contains("only quotes documents"));
    assert!(text(&answer("Who?", Some(&evidence("Who?", &[])))).contains("No passages"));
}

#[test]
fn a_repeated_sentence_is_quoted_once() {
    let a = "The lighthouse keeper kept bees on the southern rocks.";
    assert_eq!(ask("What did the lighthouse keeper keep?", &[a, a]).matches("bees").count(), 1);
}

#[test]
fn long_sentences_are_cut_to_what_matters() {
    let mut long = "alpha beta, ".repeat(400);
    long.push_str("the copper kettle came from Damascus, ");
    long.push_str(&"gamma delta, ".repeat(400));
    let answer = ask("Where did the copper kettle come from?", &[&long]);
    assert!(answer.contains("Damascus") && answer.len() < 700, "{}", answer.len());
    let _ = ask("雪", &[&"雪".repeat(5000)]);
}

#[test]
fn finds_the_expected_answers_of_real_questions() {
    let Some(path) = crate::support::data("demo/questions.jsonl") else { return };
    let file = std::fs::read_to_string(path).unwrap();
    let rows: Vec<serde_json::Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut index = Bm25::new();
    let mut passages: Vec<&str> =
        rows.iter().filter_map(|row| row["supporting_passage"].as_str()).filter(|p| !p.is_empty()).collect();
    passages.dedup();
    for (key, passage) in (0..).zip(&passages) {
        index.insert(key, "", passage);
    }
    let (mut asked, mut found, mut quoted) = (0, 0, 0);
    for row in &rows {
        let (question, gold) =
            (row["question"].as_str().unwrap(), row["supporting_passage"].as_str().unwrap_or(""));
        // The supporting passage among those that share most words with the question.
        let near = index.search(question, 6, Weighting::default(), None);
        let mut texts: Vec<&str> = near.iter().map(|hit| passages[hit.key as usize]).collect();
        if !texts.contains(&gold) && !gold.is_empty() {
            texts.truncate(5);
            texts.push(gold);
        }
        let answer = ask(question, &texts);
        let expected: Vec<&str> =
            row["expected_answers"].as_array().unwrap().iter().filter_map(|a| a.as_str()).collect();
        if row["answerable"] != true {
            eprintln!("unanswerable: {question}\n  {answer}");
            continue;
        }
        asked += 1;
        quoted += answer.matches("\" [").count();
        let hit = expected.iter().any(|expected| answer.to_lowercase().contains(&expected.to_lowercase()));
        found += usize::from(hit);
        if !hit {
            eprintln!("missed: {question} {expected:?}\n  {answer}");
        }
    }
    eprintln!(
        "{found} of {asked} answers are in what is quoted, {:.2} sentences each",
        quoted as f64 / asked as f64
    );
    assert!(found * 100 >= asked * 65, "{found} of {asked}");
}
