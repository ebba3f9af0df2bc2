//! Every hostile file ends as its list says, within ten seconds, on a stack as small as a wasm worker's.

use crate::support::InWords;
use sidecite::parse::{Error, ParseOptions, Parsed, parse};
use std::sync::mpsc;
use std::time::Duration;

/// What a file must end as.
enum Expected {
    /// Text that contains this, and not that.
    Text(&'static str, &'static str),
    /// An error of which the test holds.
    Error(fn(&Error) -> bool),
    /// Text or an error, whichever.
    Ends,
}

use Expected::{Ends, Error as Fails, Text};

const EXPECTED: [(&str, Expected); 31] = [
    ("bomb_2gib.docx", Fails(|error| matches!(error, Error::Bomb { .. }))),
    ("sparse_dimension.xlsx", Fails(|error| matches!(error, Error::Unsupported { .. }))),
    ("entry_flood.docx", Fails(|error| matches!(error, Error::Bomb { .. }))),
    ("path_traversal.epub", Text("traversal marker", "..")),
    ("not_a_docx.docx", Text("This is HTML named .docx", "<")),
    ("billion_laughs.docx", Fails(|error| matches!(error, Error::NoText { .. } | Error::Bomb { .. }))),
    ("xxe.docx", Text("before", "root:")),
    ("flate_bomb.pdf", Fails(|error| matches!(error, Error::Bomb { .. }))),
    ("js_openaction.pdf", Text("js marker", "app.alert")),
    ("xref_loop.pdf", Text("loop marker", "\u{0}")),
    ("truncated.pdf", Text("line number 1 of the truncated file", "\u{0}")),
    ("not_a_pdf.pdf", Fails(|error| matches!(error, Error::Corrupt { .. } | Error::Unsupported { .. }))),
    ("empty.txt", Fails(|error| *error == Error::Empty)),
    ("empty.docx", Fails(|error| *error == Error::Empty)),
    ("whitespace_only.txt", Fails(|error| *error == Error::Empty)),
    ("one_line_10mb.txt", Text("epsilon", "\n")),
    ("zalgo.txt", Ends),
    ("invalid_utf8.txt", Text("good end", "\u{0}")),
    ("nul_and_controls.txt", Text("visible text", "\u{1B}")),
    ("deep_div_100k.html", Text("deep html marker", "<")),
    ("deep_quote_100k.md", Text("deep quote marker", "> >")),
    ("deep_100k.json", Ends),
    ("nested_multipart_1000.eml", Ends),
    ("unclosed_quote.csv", Text("never closed", "\u{0}")),
    ("inject_plain.md", Text("PWNED-1123", "\u{0}")),
    ("answer_exfil.txt", Ends),
    ("inject_unicode_tags.txt", Text("Opening hours", "\u{202E}")),
    ("xss.html", Text("xss marker", "__xss=1")),
    ("xss.svg", Fails(|error| matches!(error, Error::Unsupported { .. }))),
    ("workspace_import_hostile.json", Ends),
    ("no_extension", Text("no extension marker", "\u{0}")),
];

/// Parses in a thread with the stack of a wasm worker. A stack that overflows ends the whole test program,
/// which is failure enough.
fn read(name: String, bytes: Vec<u8>) -> Result<Parsed, Error> {
    let (sender, receiver) = mpsc::channel();
    let label = name.clone();
    std::thread::Builder::new()
        .stack_size(1024 * 1024)
        .spawn(move || sender.send(parse(&name, &bytes, &ParseOptions::default())).is_ok())
        .unwrap();
    receiver.recv_timeout(Duration::from_secs(10)).unwrap_or_else(|error| panic!("{label}: {error}"))
}

#[test]
fn hostile_files_end_well() {
    let Some(root) = crate::support::data("hostile") else { return };
    for entry in std::fs::read_dir(&root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let outcome = read(name.clone(), std::fs::read(&path).unwrap());
        if let Err(error) = &outcome {
            println!("{name}: {error}");
            assert!(!error.message().contains('\n') && error.message().len() < 400);
        }
        let expected = EXPECTED.iter().find(|(file, _)| *file == name).map(|(_, expected)| expected);
        match (expected, outcome) {
            (Some(Text(has, has_not)), Ok(parsed)) => {
                assert!(parsed.document.text.contains(has), "{name}");
                assert!(!parsed.document.text.contains(has_not), "{name} contains {has_not:?}");
            }
            (Some(Fails(test)), Err(error)) => assert!(test(&error), "{name}: {error:?}"),
            (Some(Ends) | None, outcome) => {
                if let Ok(parsed) = outcome {
                    assert!(!parsed.document.name.contains('\u{202E}'), "{name}");
                }
            }
            (Some(_), outcome) => panic!("{name}: {:?}", outcome.map(|parsed| parsed.document.text.len())),
        }
    }
}

#[test]
fn made_up_depths_end_well() {
    let html = |tag: &str| {
        format!("<html>{}deep{}", format!("<{tag}>").repeat(60_000), format!("</{tag}>").repeat(60_000))
    };
    for tag in ["b", "table", "ul", "font", "svg", "span", "a", "blockquote", "p", "li", "option"] {
        let _ = read(format!("{tag}.html"), html(tag).into_bytes());
    }
    for mark in ["> ", "- ", "[", "*", "![", "`", "<", "1. "] {
        let _ = read("a.md".to_owned(), mark.repeat(50_000).into_bytes());
    }
    let quotes: String = (0..2_000).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect();
    let _ = read("a.md".to_owned(), quotes.into_bytes());
}
