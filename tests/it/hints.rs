//! Hints against the page: every control that a hint names exists, where the hint says it is.
//!
//! Names of controls are capitalised, and nothing else is amid a sentence but proper names, of which there is a list here.

use sidecite::messages::ENGLISH;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Proper names, and what is written in capitals.
const NAMES: [&str; 37] = [
    "ACCESS_KEY_ID:SECRET_ACCESS_KEY",
    "ACCESS_KEY_ID:SECRET_ACCESS_KEY:SESSION_TOKEN",
    "AI",
    "AWS",
    "API",
    "BERT",
    "BM25",
    "CORS",
    "Chrome",
    "Chrome's",
    "Ctrl",
    "English",
    "F16",
    "F32",
    "GGML",
    "GGUF",
    "GPT-2",
    "HTML",
    "ID",
    "Japanese",
    "Llama-type",
    "MB",
    "MiniLM",
    "OCR",
    "Q4_0",
    "Q4_1",
    "Q8_0",
    "Sidecite",
    "SmolLM2-135M-Instruct",
    "Spanish",
    "URL",
    "US",
    "Unicode",
    "WebAssembly",
    "SIMD",
    "1M",
    "I",
];

/// Fields that both *Add column* and *Settings* have.
const FIELDS: [&str; 3] =
    ["src/ui/providers/endpoint_form.rs", "src/ui/providers/key_field.rs", "src/ui/providers/model_field.rs"];

/// Where a hint sends people, and the sources of what is there.
const PLACES: [(&str, &[&str]); 4] = [
    (
        " in Settings",
        &[
            "src/ui/settings",
            "src/ui/recipes/form.rs",
            "src/ui/recipes/retrieval.rs",
            FIELDS[0],
            FIELDS[1],
            FIELDS[2],
        ],
    ),
    (" in Providers (Keys)", &["src/ui/providers/keys.rs", "src/ui/providers/dialog.rs"]),
    (" in Providers (Spending)", &["src/ui/providers/spending.rs", "src/ui/providers/dialog.rs"]),
    (
        " in Add column",
        &["src/ui/columns", "src/ui/providers/provider_picker.rs", FIELDS[0], FIELDS[1], FIELDS[2]],
    ),
];

fn files(under: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(under);
    if path.is_file() {
        return vec![path];
    }
    let entries = std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
    let below = entries.map(|entry| entry.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_owned());
    below.flat_map(|entry| files(entry.to_str().unwrap())).collect()
}

/// The string literals of Rust sources, without the unit tests at their ends.
fn literals(under: &str) -> Vec<String> {
    let source = |path: PathBuf| std::fs::read_to_string(path).unwrap();
    let mut found = Vec::new();
    for text in
        files(under).into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")).map(source)
    {
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n").replace("'\"'", "").replace("\\\"", "\u{1}");
        let strings = code.split('"').skip(1).step_by(2);
        found.extend(strings.map(|text| text.replace('\u{1}', "\"").trim().to_owned()));
    }
    found
}

/// The controls that a sentence names, and what it names that is none.
fn named<'a>(text: &'a str, controls: &BTreeSet<String>) -> (Vec<(usize, &'a str)>, Vec<&'a str>) {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let word_end = rest.find(|letter: char| letter.is_whitespace()).unwrap_or(rest.len());
        let word = &rest[..word_end];
        let begins_sentence = at == 0 || text[..at].trim_end().ends_with(['.', '?', '!', ':', '{', '}', '|']);
        let quoted = word.trim_start_matches(['"', '(', '“', '[']);
        let start = at + word.len() - quoted.len();
        let bare = quoted.trim_end_matches(['.', ',', ';', ':', ')', '"', '”', '?', ']']);
        let is_quoted = word.starts_with(['"', '“']);
        let is_name =
            bare.starts_with(|letter: char| letter.is_ascii_uppercase()) && (!begins_sentence || is_quoted);
        let step = if is_name {
            match controls.iter().filter(|name| begins(&text[start..], name)).max_by_key(|name| name.len()) {
                Some(name) => {
                    found.push((start, &text[start..start + name.len()]));
                    start - at + name.len()
                }
                None => {
                    if !NAMES.contains(&bare) {
                        unknown.push(&text[start..]);
                    }
                    word_end
                }
            }
        } else {
            word_end
        };
        at += step.max(1);
        while !text.is_char_boundary(at) || text[at..].starts_with(' ') {
            at += 1;
        }
    }
    (found, unknown)
}

fn controls() -> BTreeSet<String> {
    let capital =
        |text: &String| text.starts_with(|letter: char| letter.is_ascii_uppercase()) && text.len() < 48;
    let all: BTreeSet<String> = literals("src/ui").into_iter().filter(capital).collect();
    // An option explains itself after a colon: "Lexical: BM25".
    let short = all.iter().filter_map(|text| text.split_once(": ").map(|(name, _)| name.to_owned()));
    short.collect::<Vec<_>>().into_iter().chain(all.clone()).collect()
}

/// Whether a text is a name, or begins with it.
fn begins(text: &str, name: &str) -> bool {
    text.strip_prefix(name).is_some_and(|after| !after.starts_with(|letter: char| letter.is_alphanumeric()))
}

/// What is wrong with a hint.
fn wrong(text: &str, controls: &BTreeSet<String>) -> Vec<String> {
    let (found, unknown) = named(text, controls);
    let mut wrong: Vec<String> =
        unknown.iter().map(|name| format!("no control is called “{name}”")).collect();
    for (place, sources) in PLACES {
        for (end, _) in text.match_indices(place) {
            // The control just before; where there is none, the place itself is meant.
            let before = found.iter().rfind(|(start, name)| start + name.len() == end);
            let is_there = before.is_none_or(|(_, name)| {
                sources.iter().any(|source| literals(source).iter().any(|text| begins(text, name)))
            });
            if !is_there {
                wrong.push(format!("“{}” is not{place}", before.unwrap().1));
            }
        }
    }
    wrong
}

#[test]
fn every_hint_of_a_problem_names_controls_that_exist() {
    let controls = controls();
    let mut all = Vec::new();
    let mut count = 0;
    let lines: Vec<&str> = ENGLISH.file().lines().filter(|line| !line.starts_with('#')).collect();
    for block in lines.split(|line| line.is_empty()).filter(|block| !block.is_empty()) {
        let [head, message, hint] = block else { panic!("{block:?}") };
        let is_advice = ["advice.", "column_advice.", "notice."].iter().any(|area| head.starts_with(area));
        let text = if is_advice { message } else { hint };
        count += named(text, &controls).0.len();
        all.extend(wrong(text, &controls).into_iter().map(|what| format!("{head}: {what}")));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    assert!(count > 40, "only {count} controls found: the hints are not read");
}

#[test]
fn every_hint_in_the_code_names_controls_that_exist() {
    let controls = controls();
    let mut texts = literals("src/ui");
    texts.extend(literals("src/state"));
    // Instructions: sentences that send people somewhere.
    let verbs =
        ["Press ", "press ", "Use ", " in Settings", " in Providers", " in Add column", "choose ", "unlock"];
    let is_hint = |text: &&String| text.contains(' ') && verbs.iter().any(|verb| text.contains(verb));
    let hints: BTreeSet<&String> = texts.iter().filter(is_hint).collect();
    let all: Vec<String> = hints
        .iter()
        .flat_map(|text| wrong(text, &controls).into_iter().map(move |what| format!("{text}: {what}")))
        .collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
    assert!(hints.len() > 5, "only {} hints found", hints.len());
}

#[test]
fn a_hint_that_leads_nowhere_is_found() {
    let controls = controls();
    for nowhere in [
        "Use Check to list the models.",
        "Clear it in this column's Parameters.",
        "Press \"Embed it all\".",
        "Press Delete vault in Settings.",
        "Set Mode in Add column.",
    ] {
        assert!(!wrong(nowhere, &controls).is_empty(), "{nowhere}");
    }
    assert_eq!(wrong("Press Delete vault in Providers (Keys), then try again.", &controls), [""; 0]);
}

/// The texts that a hint or an advice has in a catalogue's file, by code.
fn hints(file: &str) -> Vec<(&str, &str)> {
    let blocks = file
        .split("\n\n")
        .map(|block| block.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>());
    blocks
        .filter_map(|block| match block.as_slice() {
            [head, message, hint] => {
                let is_advice =
                    ["advice.", "column_advice.", "notice."].iter().any(|area| head.starts_with(area));
                Some((*head, if is_advice { *message } else { *hint }))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn hints_in_other_languages_name_the_same_controls() {
    let controls = controls();
    let (mut all, mut count) = (Vec::new(), 0);
    for file in files("src/messages").iter().filter(|path| path.extension().is_some_and(|end| end == "txt")) {
        if file.ends_with("en.txt") {
            continue;
        }
        let text = std::fs::read_to_string(file).unwrap();
        let pairs = text.split("\n\n").filter_map(|block| {
            let mut lines = block.lines().filter(|line| !line.starts_with('#'));
            let pair = (lines.next()?, lines.next()?);
            lines.next().is_none().then_some(pair)
        });
        let mut called: std::collections::BTreeMap<&str, &str> = pairs.collect();
        // "Lexical: BM25" is called "Lexical".
        let short: Vec<_> =
            called.iter().filter_map(|(a, b)| Some((a.split_once(": ")?.0, b.split_once(": ")?.0))).collect();
        called.extend(short);
        for ((head, english), (other_head, other)) in hints(ENGLISH.file()).into_iter().zip(hints(&text)) {
            assert_eq!(head, other_head, "{file:?}");
            for (_, name) in named(english, &controls).0 {
                let Some(wanted) = called.get(name) else { continue };
                count += 1;
                if !other.contains(wanted) {
                    all.push(format!("{head}: “{name}” is called “{wanted}”: {other}"));
                }
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    assert!(count > 40, "only {count} controls found");
}
