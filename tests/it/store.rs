//! The store: a profile of version 1 is read without loss, rows are joined by key, and a damaged row costs one document.

use crate::support::InWords;
use serde_json::Value;
use sidecite::courier::{CallRecord, Outcome};
use sidecite::store::migrations::v1;
use sidecite::store::{
    Error, Loaded, Record, Table, Tombstone, UploadInfo, UploadState, decode, decode_embedding, encode,
    tables,
};
use sidecite::types::{
    ChunkSettings, DocumentFilter, DocumentId, FailureCause, Format, IndexEngine, Manifest, PromptTemplate,
    RerankerRef, RetrievalSettings, Run, Sha256, Spending, Thumb, problem, sha256,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

type Rows = BTreeMap<(Table, String), Vec<u8>>;

/// A database of the recorded profile: rows by table.
fn recorded(name: &str) -> BTreeMap<String, Vec<(String, Value)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/store/v1/{name}.json"));
    let json: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let rows = |rows: &Value| {
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| (row[0].as_str().unwrap().to_owned(), row[1].clone())).collect()
    };
    json["tables"].as_object().unwrap().iter().map(|(table, found)| (table.clone(), rows(found))).collect()
}

fn bytes(value: &Value) -> Vec<u8> {
    base64(value["bytes"].as_str().unwrap())
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut out = Vec::new();
    for four in text.trim_end_matches('=').as_bytes().chunks(4) {
        let number = four.iter().fold(0u32, |sum, letter| sum << 6 | u32::from(digit(*letter)));
        let number = number << (6 * (4 - four.len()));
        out.extend_from_slice(&number.to_be_bytes()[1..four.len()]);
    }
    out
}

/// The recorded corpus as version 1 had it, by table and key.
fn old() -> BTreeMap<(String, String), Vec<u8>> {
    let of_document = ["manifests", "documents", "chunks", "vectors", "cache"];
    let tables = recorded("corpus").into_iter().filter(|(table, _)| of_document.contains(&table.as_str()));
    let rows = tables.flat_map(|(table, rows)| {
        rows.into_iter().map(move |(key, value)| ((table.clone(), key), bytes(&value))).collect::<Vec<_>>()
    });
    rows.collect()
}

fn ids(old: &BTreeMap<(String, String), Vec<u8>>) -> BTreeSet<DocumentId> {
    old.keys()
        .filter(|(table, _)| table == "manifests" || table == "documents")
        .filter_map(|(_, key)| Sha256::parse(key))
        .collect()
}

fn migrated(old: &BTreeMap<(String, String), Vec<u8>>) -> Rows {
    let mut rows = Rows::new();
    for id in ids(old) {
        let get = |table: &str| old.get(&(table.to_owned(), id.to_string())).cloned();
        rows.extend(v1::document(id, &get).into_iter().map(|(table, key, value)| ((table, key), value)));
    }
    rows
}

fn load(rows: &Rows, ids: &BTreeSet<DocumentId>) -> Vec<Loaded> {
    let get = |table: Table, key: &str| rows.get(&(table, key.to_owned())).cloned();
    ids.iter().map(|id| Record::join(*id, &get)).collect()
}

#[test]
fn a_profile_of_version_1_loses_nothing_and_keeps_the_bytes_of_its_vectors() {
    let old = old();
    let ids = ids(&old);
    let rows = migrated(&old);
    let loaded = load(&rows, &ids);
    let records: Vec<&Record> = loaded.iter().map(|loaded| loaded.as_ref().unwrap()).collect();
    let names: BTreeSet<&str> = records.iter().map(|record| record.manifest.name.as_str()).collect();
    assert_eq!(names, ["ferry.html", "harbour.txt", "lighthouse.md"].into());
    for record in records {
        let id = record.manifest.id;
        assert_eq!(record.manifest.reader, 1);
        assert!(!record.chunks.is_empty());
        let before = &old[&("vectors".to_owned(), id.to_string())];
        let key = tables::vectors_key(id, record.manifest.chunking, &record.manifest.embedder);
        assert!(
            rows[&(Table::Vectors, key)].ends_with(before),
            "vectors of {} changed",
            record.manifest.name
        );
        assert_eq!(record.vectors.len() * 4, before.len());
        // What was read is what is written from now on.
        let again: Rows =
            record.rows().unwrap().into_iter().map(|(table, key, value)| ((table, key), value)).collect();
        assert!(again.iter().all(|(key, value)| rows.get(key) == Some(value)));
    }
    let cached: Vec<&Vec<u8>> =
        old.iter().filter(|((table, _), _)| table == "cache").map(|(_, value)| value).collect();
    assert!(!cached.is_empty());
    for value in cached {
        let vector = decode_embedding(&v1::embedding(value)).unwrap();
        assert_eq!(vector.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>(), *value);
    }
}

#[test]
fn its_files_and_its_spending_are_read_too() {
    let files = recorded("corpus").remove("files").unwrap();
    let uploads: Vec<UploadInfo> = files
        .iter()
        .map(|(_, row)| {
            let row = row["array"].as_array().unwrap();
            let size = base64(row[3]["blob"].as_str().unwrap()).len() as u64;
            v1::upload(row[0].as_str().unwrap().into(), size, row[1].as_u64().unwrap(), row[2].as_str())
        })
        .collect();
    assert_eq!(uploads.len(), 4);
    let broken = uploads.iter().find(|upload| upload.name == "broken.pdf").unwrap();
    assert!(matches!(&broken.state, UploadState::Failed(error) if !error.hint().is_empty()), "{broken:?}");
    assert_eq!(uploads.iter().filter(|upload| upload.state == UploadState::Waiting).count(), 3);
    let spending = recorded("courier").remove("spending").unwrap();
    let spent: Spending = decode(&bytes(&spending[0].1), "a day").unwrap();
    assert_eq!((spent.provider.as_str(), spent.calls), ("127.0.0.1", 1));
}

/// What can happen to a row. `None`: it is gone.
fn damages(value: &[u8]) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let mut flipped = value.to_vec();
    flipped[0] ^= 0x55;
    let mut newer = value.to_vec();
    newer[0] = 200;
    vec![
        ("missing", None),
        ("empty", Some(Vec::new())),
        ("cut off", Some(value[..value.len() / 2].to_vec())),
        ("one byte", Some(value[..1].to_vec())),
        ("foreign", Some(b"not a record".to_vec())),
        ("another version byte", Some(flipped)),
        ("a newer version", Some(newer)),
    ]
}

#[test]
fn each_table_damaged_in_turn_costs_one_document_and_names_it() {
    let old = old();
    let ids = ids(&old);
    let whole = migrated(&old);
    for (key, value) in &whole {
        for (how, damaged) in damages(value) {
            let mut rows = whole.clone();
            match damaged {
                Some(value) => drop(rows.insert(key.clone(), value)),
                None => drop(rows.remove(key)),
            }
            let loaded = load(&rows, &ids);
            let bad: Vec<_> = loaded.iter().filter_map(|loaded| loaded.as_ref().err()).collect();
            assert_eq!(bad.len(), 1, "{how} row of {:?}", key.0);
            assert!(key.1.starts_with(&bad[0].id.to_string()));
            assert!(bad[0].name.is_some(), "{how} row of {:?} costs the name", key.0);
            assert!(matches!(bad[0].error, Error::Damaged { .. }));
        }
    }
}

#[test]
fn damage_before_the_migration_costs_one_document_after_it() {
    let old = old();
    let ids = ids(&old);
    let rows = old.iter().filter(|((table, _), _)| table != "cache");
    for ((table, key), value) in rows {
        for (how, damaged) in damages(value) {
            // Without a header a whole number of floats cannot be distinguished from vectors of another width.
            let mut before = old.clone();
            match damaged {
                Some(value) => drop(before.insert((table.clone(), key.clone()), value)),
                None => drop(before.remove(&(table.clone(), key.clone()))),
            }
            let loaded = load(&migrated(&before), &ids);
            let good = loaded.iter().filter(|loaded| loaded.is_ok()).count();
            assert!(good >= ids.len() - 1, "{how} row of {table}: {good} left");
            if table != "vectors" {
                assert_eq!(good, ids.len() - 1, "{how} row of {table} is not noticed");
            }
        }
    }
}

#[test]
fn rows_of_another_document_or_kind_are_not_taken_for_its_own() {
    let old = old();
    let ids = ids(&old);
    let whole = migrated(&old);
    for table in [Table::Manifests, Table::Documents, Table::ChunkSets] {
        let same: Vec<_> = whole.iter().filter(|((its, _), _)| *its == table).collect();
        let mut rows = whole.clone();
        rows.insert(same[0].0.clone(), same[1].1.clone());
        assert_eq!(load(&rows, &ids).iter().filter(|loaded| loaded.is_err()).count(), 1, "{table:?}");
    }
    let upload =
        UploadInfo { name: "a.txt".into(), size_bytes: 1, added_millis: 2, state: UploadState::Pending };
    let row = encode(&upload, "a file").unwrap();
    assert_eq!(decode::<UploadInfo>(&row, "a file").unwrap(), upload);
    assert!(decode::<Tombstone>(&row, "a mark").unwrap_err().to_string().contains("another kind"));
}

/// A row of that name in `rows`.
fn pinned(rows: &str, name: &str) -> Vec<u8> {
    let hex = rows.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// A run that was written when prompts had no templates.
#[test]
fn runs_of_version_3_are_read_and_have_the_default_prompt() {
    let row = pinned(include_str!("../data/store/v3/run.hex"), "run");
    let run: Run = decode(&row, "a run").unwrap();
    assert_eq!((run.star, run.question.as_str(), run.retrievals.len()), (true, "Why?", 1));
    assert_eq!(run.retrievals[0].recipe.prompt, None);
    let answer = &run.answers[0];
    assert_eq!((answer.answer.text.as_str(), answer.note.as_str()), ("So", "a note"));
    let column = &answer.column;
    assert!(column.parameters.native_citations && !column.with_documents);
    assert_eq!((column.prompt.as_ref(), column.parameters.context_tokens), (None, None));
    assert!(decode::<Run>(&row[..row.len() - 1], "a run").is_err(), "a cut row is damaged");

    let template = PromptTemplate { system: "Cite [1].".into(), user: "{{evidence}}{{question}}".into() };
    let mut templated = run;
    templated.retrievals[0].recipe.prompt = Some(template.clone());
    templated.answers[0].column.prompt = Some(template);
    templated.answers[0].column.parameters.context_tokens = Some(4_096);
    let again = encode(&templated, "a run").unwrap();
    assert_eq!(decode::<Run>(&again, "a run").unwrap(), templated);
}

/// Rows that were written when every reranker was a host's and headings were always embedded.
#[test]
fn runs_of_version_4_are_read_with_defaults_for_what_is_new() {
    let rows = include_str!("../data/store/v4/rows.hex");
    let run: Run = decode(&pinned(rows, "run"), "a run").unwrap();
    let [found, failed] = run.retrievals.as_slice() else { panic!("{:?}", run.retrievals) };
    let recipe = &found.recipe;
    assert_eq!((recipe.chunking.size_tokens, recipe.chunking.heading_prefix), (64, true));
    assert!(matches!(&recipe.reranker, Some(RerankerRef::Remote { endpoint, model })
        if endpoint.base_url == "https://r.example/v1" && model == "r"));
    assert_eq!((&recipe.filter, &recipe.rewrite), (&DocumentFilter::default(), &None));
    let evidence = found.evidence().unwrap();
    assert_eq!(evidence.retrieval, RetrievalSettings { top_k: 9, ..RetrievalSettings::default() });
    let passage = &evidence.passages[0];
    assert_eq!((passage.text.as_str(), passage.hit, passage.page), ("At six", passage.span, Some(2)));
    assert_eq!((passage.scores.rerank, passage.scores.lexical_rank), (Some(0.9), Some(1)));
    assert_eq!((evidence.timing.unembedded, evidence.timing.engine), (7, IndexEngine::Exact));
    assert_eq!(failed.error().unwrap().hint(), problem::engine::empty_corpus().hint());
    assert_eq!((run.answers[0].answer.text.as_str(), run.answers[0].note.as_str()), ("So [1].", "a note"));
    let again = encode(&run, "a run").unwrap();
    assert_eq!(decode::<Run>(&again, "a run").unwrap(), run);

    let row = pinned(rows, "manifest");
    let manifest: Manifest = decode(&row, "a document").unwrap();
    assert_eq!((manifest.chunking.overlap_tokens, manifest.chunking.heading_prefix), (8, true));
    assert_eq!((manifest.embedder.as_str(), manifest.reader), ("e", 2));
    assert!(decode::<Manifest>(&row[..row.len() - 1], "a document").is_err(), "a cut row is damaged");
}

/// Rows that were written when problems were sentences.
#[test]
fn problems_of_version_2_keep_their_words() {
    let row = |name: &str| pinned(include_str!("../data/store/v2/failures.hex"), name);
    let upload: UploadInfo = decode(&row("upload"), "a file").unwrap();
    assert_eq!((upload.name.as_str(), upload.size_bytes), ("broken.pdf", 42));
    let UploadState::Failed(error) = &upload.state else { panic!("{upload:?}") };
    assert_eq!(error.message(), "The PDF is damaged: no pages.");
    assert_eq!(error.hint(), "Open the file in its application.");

    let run: Run = decode(&row("run"), "a run").unwrap();
    assert_eq!(run.retrievals[0].error().unwrap().hint(), "Add documents.");
    assert_eq!(run.retrievals[0].highlights.len(), 1);
    let answer = &run.answers[0];
    let failure = answer.answer.failure.as_ref().unwrap();
    assert_eq!((failure.cause, failure.status), (FailureCause::BadRequest, Some(400)));
    assert_eq!(failure.error.message(), "h.example rejected the request (400).");
    assert_eq!((failure.parameter.as_deref(), failure.retry_after_millis), (Some("seed"), Some(2_000)));
    assert_eq!((failure.fixes.len(), answer.answer.text.as_str()), (1, "So"));
    let tried = answer.attempts[0].failure.as_ref().unwrap();
    assert_eq!((tried.cause, tried.error.hint().as_str()), (FailureCause::RateLimited, "Wait a minute."));
    assert_eq!((answer.note.as_str(), answer.thumb), ("a note", Some(Thumb::Down)));
    // What was read is written again, and read again.
    let again = encode(&run, "a run").unwrap();
    assert_eq!((again[0], decode::<Run>(&again, "a run").unwrap()), (5, run));
    assert!(decode::<Run>(&row("upload"), "a run").unwrap_err().to_string().contains("another kind"));

    // A manifest was what version 1 had, with its reader behind it.
    let ChunkSettings { strategy, size_tokens, overlap_tokens, .. } = ChunkSettings::default();
    let (format, chunking) = (Format::Pdf, (strategy, size_tokens, overlap_tokens));
    let body = (
        sha256(b"a"),
        "a.pdf",
        format,
        None::<String>,
        9_u64,
        2_u32,
        8_u64,
        1_u32,
        3_u64,
        chunking,
        "e",
        7_u64,
    );
    let body = postcard::to_allocvec(&(body, [("One page is blank.",)].as_slice(), 4_u32)).unwrap();
    let manifest: Manifest = decode(&[&[2, 1], body.as_slice()].concat(), "a document").unwrap();
    assert_eq!((manifest.name.as_str(), manifest.reader), ("a.pdf", 4));
    assert_eq!(manifest.warnings[0].what.message(), "One page is blank.");

    let call: CallRecord = decode(&row("call"), "a call").unwrap();
    assert_eq!(call.outcome, Outcome::Failed(FailureCause::TooLong));
}

/// Rows of version 2 as they are, so that a later version knows what it must read.
#[test]
fn rows_of_version_2_are_pinned() {
    let mark = encode(&Tombstone { at_millis: 300 }, "a mark").unwrap();
    assert_eq!(mark, [2, 7, 0xac, 0x02]);
    let id = sha256(b"a");
    let chunking = sidecite::types::ChunkSettings::default();
    assert_eq!(tables::chunk_set_key(id, chunking), format!("{id}/structure-200-30"));
    assert_eq!(tables::vectors_key(id, chunking, "e"), format!("{id}/structure-200-30/{}", sha256(b"e")));
    let (from, to) = tables::range_of(id);
    let key = tables::vectors_key(id, chunking, "e");
    assert!(from < key && key < to);
}
