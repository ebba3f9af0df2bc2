//! The sample corpus: its index matches its files, and each question's quotes stand in the text that is read from them.

use serde::Deserialize;
use sidecite::types::{Sha256, sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

#[derive(Deserialize)]
struct Index {
    name: String,
    description: String,
    licence: String,
    starters: Vec<String>,
    documents: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    title: String,
    format: String,
    bytes: usize,
    sha256: Sha256,
    difficulty: String,
}

#[derive(Deserialize)]
struct Question {
    id: String,
    question: String,
    gold_answer: Option<String>,
    documents: Vec<String>,
    evidence: Vec<String>,
    difficulty: String,
    why: String,
}

fn read(file: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("public/sample").join(file);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn index() -> Index {
    serde_json::from_slice(&read("index.json")).unwrap()
}

fn questions() -> Vec<Question> {
    serde_json::from_slice(&read("questions.json")).unwrap()
}

#[test]
fn the_index_describes_the_files_as_they_are() {
    let index = index();
    assert!(!index.name.is_empty() && !index.description.is_empty());
    assert_eq!(index.licence, "CC0-1.0");
    assert!((12..=15).contains(&index.documents.len()));
    for entry in &index.documents {
        let bytes = read(&entry.file);
        assert_eq!(bytes.len(), entry.bytes, "{}: run docs/sample/make_index.py", entry.file);
        assert_eq!(sha256(&bytes), entry.sha256, "{}: run docs/sample/make_index.py", entry.file);
        assert!(!entry.title.is_empty() && !entry.difficulty.is_empty(), "{}", entry.file);
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        assert!(entry.file.chars().all(plain), "{}", entry.file);
    }
}

#[test]
fn every_file_in_the_folder_is_listed_once() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("public/sample");
    let mut found: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".json"))
        .collect();
    found.sort();
    let mut listed: Vec<String> = index().documents.into_iter().map(|entry| entry.file).collect();
    listed.sort();
    assert_eq!(found, listed);
}

#[test]
fn there_are_five_formats_in_less_than_400_kilobytes() {
    let documents = index().documents;
    let mut formats: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &documents {
        *formats.entry(entry.format.as_str()).or_default() += 1;
    }
    for (format, least) in [("markdown", 4), ("html", 2), ("pdf", 2), ("docx", 2), ("text", 2)] {
        assert!(formats.get(format).copied().unwrap_or(0) >= least, "{format}: {formats:?}");
    }
    assert!(documents.iter().map(|entry| entry.bytes).sum::<usize>() < 400_000);
}

#[test]
fn the_twenty_questions_are_complete() {
    let listed: BTreeSet<String> = index().documents.into_iter().map(|entry| entry.file).collect();
    let questions = questions();
    assert_eq!(questions.len(), 20);
    assert_eq!(questions.iter().map(|q| &q.id).collect::<BTreeSet<_>>().len(), 20);
    for q in &questions {
        assert!(
            q.question.ends_with(['?', '.']) && !q.difficulty.is_empty() && !q.why.is_empty(),
            "{}",
            q.id
        );
        assert_eq!(q.gold_answer.is_some(), !q.documents.is_empty(), "{}", q.id);
        assert_eq!(q.gold_answer.is_some(), !q.evidence.is_empty(), "{}", q.id);
        assert!(q.documents.iter().all(|file| listed.contains(file)), "{}", q.id);
        assert!(q.evidence.iter().all(|quote| quote.is_ascii() && quote.len() < 200), "{}", q.id);
    }
    assert!(questions.iter().filter(|q| q.gold_answer.is_none()).count() >= 2);
    let used: BTreeSet<&String> = questions.iter().flat_map(|q| &q.documents).collect();
    assert!(used.len() >= 12, "nearly every document should be needed by a question: {used:?}");
}

#[test]
fn there_are_three_starters() {
    let starters = index().starters;
    assert_eq!(starters.len(), 3);
    assert!(starters.iter().all(|text| text.ends_with('?') && text.len() < 80));
}

/// Reads every document with the parser the page uses.
#[cfg(feature = "reader")]
mod reading {
    use super::{index, questions, read};
    use std::collections::BTreeMap;

    fn flat(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn texts() -> BTreeMap<String, String> {
        index()
            .documents
            .into_iter()
            .map(|entry| {
                let parsed = sidecite::parse::parse(&entry.file, &read(&entry.file), &Default::default())
                    .unwrap_or_else(|error| panic!("{}: {error}", entry.file));
                let label = parsed.document.format.label().to_lowercase();
                assert_eq!(label, entry.format, "{}", entry.file);
                (entry.file, flat(&parsed.document.text))
            })
            .collect()
    }

    #[test]
    fn each_quote_is_in_one_of_its_documents_and_each_document_gives_a_quote() {
        let texts = texts();
        let mut missing = Vec::new();
        for q in questions() {
            for quote in &q.evidence {
                if !q.documents.iter().any(|file| texts[file].contains(&flat(quote))) {
                    missing.push(format!("{}: not found: {quote}", q.id));
                }
            }
            for file in &q.documents {
                if !q.evidence.iter().any(|quote| texts[file].contains(&flat(quote))) {
                    missing.push(format!("{}: no quote from {file}", q.id));
                }
            }
        }
        assert!(missing.is_empty(), "\n{}", missing.join("\n"));
    }

    #[test]
    fn the_corpus_is_small_enough_to_embed_while_one_waits() {
        let words: usize = texts().values().map(|text| text.split(' ').count()).sum();
        assert!((6_000..=8_500).contains(&words), "{words} words");
    }
}
