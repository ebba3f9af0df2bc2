//! The catalogue of every language against the list of codes, and how templates are filled.

use crate::support::InWords;
use sidecite::messages::{Catalogue, ENGLISH};
use sidecite::types::UserError;
use sidecite::types::problem::{self, ALL, advice, host, parse, with};
use std::collections::BTreeSet;
use std::path::Path;

const CATALOGUES: [(&str, Catalogue); 1] = [("en", ENGLISH)];

/// Areas of parts: advice and phrases are one sentence each.
const PARTS: [&str; 6] = ["advice", "column_advice", "flaw", "phrase", "notice", "warning"];
/// The reason stands with the run, and so does what to do.
const WITHOUT_HINT: [&str; 1] = ["run.no_evidence"];

/// Entries as they stand: head, message, hint.
fn entries(text: &str) -> Vec<(&str, &str, &str)> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let blocks = lines.split(|line| line.is_empty()).filter(|block| !block.is_empty());
    blocks
        .map(|block| match block {
            [head, message, hint] => (*head, *message, *hint),
            other => panic!("an entry has three lines: {other:?}"),
        })
        .collect()
}

fn head(name: &str, arguments: &[(&str, &str)]) -> String {
    let names: Vec<&str> = arguments.iter().map(|(name, _)| *name).collect();
    format!("{name}({})", names.join(", "))
}

#[test]
fn every_code_has_its_text_in_every_language_and_no_text_is_left_over() {
    let expected: Vec<String> = ALL.iter().map(|(name, arguments)| head(name, arguments)).collect();
    assert_eq!(expected.iter().collect::<BTreeSet<_>>().len(), expected.len(), "a code twice");
    for (language, catalogue) in CATALOGUES {
        let found: BTreeSet<String> =
            entries(catalogue.text).into_iter().map(|(head, ..)| head.to_owned()).collect();
        let expected: BTreeSet<String> = expected.iter().cloned().collect();
        assert_eq!(
            found.symmetric_difference(&expected).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "{language}"
        );
        assert_eq!(entries(catalogue.text).len(), expected.len(), "{language}: an entry twice");
    }
}

#[test]
fn every_code_says_what_happened_and_what_to_do() {
    for (language, catalogue) in CATALOGUES {
        for (head, message, hint) in entries(catalogue.text) {
            let name = head.split('(').next().unwrap();
            let is_part = PARTS.contains(&name.split('.').next().unwrap()) || WITHOUT_HINT.contains(&name);
            assert!(message != "-" && message.trim() == message, "{language}: {name}");
            assert_eq!(hint == "-", is_part, "{language}: {name}");
        }
    }
}

#[test]
fn templates_mention_every_argument_and_nothing_else() {
    for (language, catalogue) in CATALOGUES {
        for ((name, arguments), (_, message, hint)) in ALL.iter().zip(entries(catalogue.text)) {
            let mut mentioned = BTreeSet::new();
            for template in [message, hint] {
                let mut depth = 0_i32;
                for (at, letter) in template.char_indices() {
                    depth += match letter {
                        '{' | '[' => 1,
                        '}' | ']' => -1,
                        _ => 0,
                    };
                    assert!((0..=2).contains(&depth), "{language}: {name}: brackets in {template}");
                    if letter != '{' {
                        continue;
                    }
                    let blank = &template[at + 1..at + template[at..].find('}').unwrap()];
                    if matches!(blank, "again" | "Again") {
                        continue;
                    }
                    let (argument, rest) = blank.split_at(blank.find(['#', '.']).unwrap_or(blank.len()));
                    let kind = arguments.iter().find(|(known, _)| *known == argument).map(|(_, kind)| *kind);
                    let fits = match rest {
                        "" => kind.is_some(),
                        ".hint" => kind == Some("Error"),
                        forms => forms.starts_with('#') && forms.contains('|') && kind == Some("Count"),
                    };
                    assert!(fits, "{language}: {name} has no {{{blank}}}");
                    mentioned.insert(argument);
                }
                assert_eq!(depth, 0, "{language}: {name}: {template}");
            }
            let all: BTreeSet<&str> = arguments.iter().map(|(argument, _)| *argument).collect();
            assert_eq!(mentioned, all, "{language}: {name}");
        }
    }
}

#[test]
fn every_code_is_used() {
    let mut source = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            match entry.is_dir() {
                true => folders.push(entry),
                false if entry.ends_with("problem/codes.rs") => {}
                false if entry.extension().is_some_and(|ending| ending == "rs") => {
                    source += &std::fs::read_to_string(&entry).unwrap();
                }
                false => {}
            }
        }
    }
    for (name, _) in ALL {
        let (area, code) = name.split_once('.').unwrap();
        // Modules that hold something of the area's name call it `problem`.
        let used = [area, "problem"].iter().any(|area| source.contains(&format!("{area}::{code}")));
        assert!(used, "nothing makes a {name}");
    }
}

#[test]
fn blanks_are_filled_with_arguments_as_they_are_written_in_the_language() {
    assert_eq!(parse::scan(1_u64).message(), "The file has no text layer (1 page, probably a scan).");
    assert_eq!(parse::scan(3_u64).message(), "The file has no text layer (3 pages, probably a scan).");
    let too_large = problem::read::too_large(123_456_789_u64);
    assert_eq!(too_large.message(), "123 MB exceeds the limit of 100 MB per file");
    let over = problem::request::over_budget(1.5, 2.0, 0.25);
    assert!(
        over.message().contains("$1.5000 of $2 (the daily limit)") && over.message().ends_with("$0.2500.")
    );
    let setting = problem::retrieve::setting("b", 1.1_f32, 0.0, 1.0);
    assert_eq!(setting.message(), "b is 1.1; it must be between 0 and 1");
    assert_eq!(
        advice::wait_as_asked(90_000.0).message(),
        "The provider asks to wait 1 min 30 s. Run this column again after that."
    );
}

#[test]
fn what_is_empty_takes_its_surroundings_with_it() {
    let said = |words: &str| host::web_page(words).message();
    assert_eq!(said(""), "The response is a web page, not a chat stream.");
    assert_eq!(said("Log in"), "The response is a web page, not a chat stream. Response: “Log in”");
    // Arguments are never templates.
    assert_eq!(said("{again} [x]"), "The response is a web page, not a chat stream. Response: “{again} [x]”");
}

#[test]
fn advice_replaces_a_hint_and_names_no_column_where_there_is_none() {
    let cut_off = host::cut_off();
    assert_eq!(cut_off.hint(), "Run this column again.");
    assert_eq!(with::no_column(cut_off.clone()).hint(), "Try again.");
    assert_eq!(with::no_column(cut_off.clone()).message(), cut_off.message());
    let advised = with::advice(cut_off.clone(), advice::check_model());
    assert_eq!((advised.message(), advised.hint()), (cut_off.message(), advice::check_model().message()));
    let deep = with::no_column(with::advice(cut_off, advice::wait(7_u64)));
    assert_eq!(deep.hint(), "Wait about 7 s, then try again.");
}

#[test]
fn a_problem_survives_storage_and_a_code_of_another_version_is_named() {
    let error = host::no_embeddings("https://h.example", problem::embeddings::count(2_u64, 1_u64));
    let bytes = postcard::to_allocvec(&error).unwrap();
    assert_eq!(postcard::from_bytes::<UserError>(&bytes).unwrap(), error);
    let json = r#"{"code":"parse.of_the_future","arguments":[{"Text":"a"},{"Count":2}]}"#;
    let later: UserError = serde_json::from_str(json).unwrap();
    assert_eq!(later.message(), "parse.of_the_future");
    assert_eq!(later.to_string(), "parse.of_the_future (a, 2)");
}

#[test]
fn texts_are_changed_at_every_depth() {
    let mut error = with::advice(host::web_page("key k-1"), advice::catalogue("use k-1"));
    error.change_texts(&|text| text.replace("k-1", "•"));
    assert!(!error.message().contains("k-1") && error.hint() == "use •");
}
