//! The catalogue of every language against the list of codes, and how templates are filled.

use crate::support::InWords;
use sidecite::messages::{Catalogue, ENGLISH, current, set_current, text};
use sidecite::types::UserError;
use sidecite::types::problem::{self, ALL, advice, host, parse, with};
use std::collections::BTreeSet;
use std::path::Path;

/// English, and every other file that lies beside it, by its code.
fn catalogues() -> Vec<(String, Catalogue)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/messages");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "txt"));
    let other = |path: std::path::PathBuf| {
        let code = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let file: &'static str = Box::leak(std::fs::read_to_string(path).unwrap().into_boxed_str());
        (code != "en")
            .then(|| (code.clone(), Catalogue::parse(file).unwrap_or_else(|| panic!("{code}: its head"))))
    };
    let mut all = vec![("en".to_owned(), ENGLISH.clone())];
    all.extend(files.filter_map(other));
    assert!(all.len() > 1, "no language beside English");
    all
}

/// Areas of parts: advice and phrases are one sentence each.
const PARTS: [&str; 6] = ["advice", "column_advice", "flaw", "phrase", "notice", "warning"];
/// The reason stands with the run, and so does what to do.
const WITHOUT_HINT: [&str; 1] = ["run.no_evidence"];

/// Entries as they stand: head, message, hint.
fn entries(text: &str) -> Vec<(&str, &str, &str)> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let blocks = lines.split(|line| line.is_empty()).filter(|block| !block.is_empty());
    blocks
        .filter_map(|block| match block {
            [head, message, hint] => Some((*head, *message, *hint)),
            // A text of the page, or the head of the file.
            [_, _] | [_, _, _, _] => None,
            other => panic!("an entry has two lines or three: {other:?}"),
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
    for (language, catalogue) in catalogues() {
        let found: BTreeSet<String> =
            entries(catalogue.file()).into_iter().map(|(head, ..)| head.to_owned()).collect();
        let expected: BTreeSet<String> = expected.iter().cloned().collect();
        assert_eq!(
            found.symmetric_difference(&expected).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "{language}"
        );
        assert_eq!(entries(catalogue.file()).len(), expected.len(), "{language}: an entry twice");
    }
}

#[test]
fn every_code_says_what_happened_and_what_to_do() {
    for (language, catalogue) in catalogues() {
        for (head, message, hint) in entries(catalogue.file()) {
            let name = head.split('(').next().unwrap();
            let is_part = PARTS.contains(&name.split('.').next().unwrap()) || WITHOUT_HINT.contains(&name);
            assert!(message != "-" && message.trim() == message, "{language}: {name}");
            assert_eq!(hint == "-", is_part, "{language}: {name}");
        }
    }
}

#[test]
fn templates_mention_every_argument_and_nothing_else() {
    for (language, catalogue) in catalogues() {
        for ((name, arguments), (_, message, hint)) in ALL.iter().zip(entries(catalogue.file())) {
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

/// The texts of the page: those that the source marks by `t!` and `n!`, and what the list of providers says of each.
fn texts_of_page() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in sources() {
        for (at, _) in source.match_indices("!(") {
            let marks = source[..at].ends_with('t') || source[..at].ends_with('n');
            let is_name = source[..at - usize::from(marks)]
                .ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
            if let Some(literal) =
                source[at + 2..].trim_start().strip_prefix('"').filter(|_| marks && !is_name)
            {
                let end =
                    literal.match_indices('"').find(|(end, _)| !literal[..*end].ends_with('\\')).unwrap().0;
                found.insert(literal[..end].replace("\\\"", "\""));
            }
        }
    }
    let providers = include_str!("../../src/provider/catalogue.toml");
    for line in providers.lines() {
        let said = ["about = \"", "fix = \"", "retired = \""].iter().find_map(|key| line.strip_prefix(key));
        // Commands are the same in every language.
        let is_command = |text: &str| {
            text.contains("{page_origin}") || text.starts_with(|letter: char| letter.is_lowercase())
        };
        found.extend(
            said.and_then(|said| said.strip_suffix('"')).filter(|said| !is_command(said)).map(str::to_owned),
        );
    }
    found
}

fn sources() -> Vec<String> {
    let mut sources = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&entry).unwrap();
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                sources.push(code.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    sources
}

/// The blanks of a text: names, without the forms of words.
fn blanks(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(blank, _)| blank.split('#').next().unwrap())
        .collect()
}

#[test]
fn every_text_of_the_page_is_there_in_every_language() {
    let texts = texts_of_page();
    assert!(texts.len() > 600, "only {} texts found", texts.len());
    for (language, catalogue) in catalogues().into_iter().skip(1) {
        let mut known = BTreeSet::new();
        for block in catalogue.file().split("\n\n") {
            let lines: Vec<&str> = block.lines().filter(|line| !line.starts_with('#')).collect();
            let [english, text] = lines.as_slice() else { continue };
            assert!(known.insert((*english).to_owned()), "{language}: twice: {english}");
            assert_eq!(blanks(english), blanks(text), "{language}: {english}");
            assert_eq!(
                english.matches('{').count() > 0,
                text.matches('{').count() > 0,
                "{language}: {english}"
            );
            assert!(text.trim() == *text && !text.is_empty(), "{language}: {english}");
        }
        let missing: Vec<_> = texts.difference(&known).collect();
        let unused: Vec<_> = known.difference(&texts).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "{language}: missing {missing:#?}, not used {unused:#?}"
        );
    }
}

#[test]
fn a_language_is_used_for_texts_and_numbers_until_another_is() {
    let german = catalogues().into_iter().find(|(code, _)| code == "de").unwrap().1;
    let german: &'static Catalogue = Box::leak(Box::new(german));
    assert_eq!(text("Add column"), "Add column");
    set_current(Some(german));
    assert_eq!(
        (text("Add column"), text("not a text of the page")),
        ("Spalte hinzufügen", "not a text of the page")
    );
    let chunks = |count: u64| {
        sidecite::messages::filled(
            "{count} {count#chunk|chunks}",
            "count",
            &[problem::Argument::Count(count)],
        )
    };
    assert_eq!((chunks(1), chunks(12_345)), ("1 Chunk".into(), "12.345 Chunks".into()));
    assert_eq!(sidecite::format::bytes(1_234), "1,2 kB");
    assert_eq!(current().head().date.fill([2026, 3, 7, 9, 5]), "07.03.2026 09:05");
    let too_large = problem::read::too_large(123_456_789_u64);
    assert!(current().message(&too_large).contains("100\u{a0}MB"));
    set_current(None);
    assert_eq!(text("Add column"), "Add column");
    assert_eq!(current().head().date.fill([2026, 3, 7, 9, 5]), "2026-03-07 09:05");
}

#[test]
fn a_file_without_its_head_is_no_language() {
    for file in [
        "",
        "name: X\nnumbers: 1.2\ndate: {day}\nplural: not one\n",
        "name: X\nnumbers: 1.234,5 $\ndate: {day}\nplural: two\n",
    ] {
        assert!(Catalogue::parse(file).is_none(), "{file}");
    }
}
