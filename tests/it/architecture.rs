//! The rules of the house, checked against the text of `src/`.

mod paths;
mod rules;
mod tokens;

use rules::{findings, order};
use std::path::{Path, PathBuf};

/// Above this many lines a source file holds more than one idea.
const LONGEST: usize = 400;
/// A test file is a list of cases, and may be longer.
const MAX_TEST: usize = 800;

/// Longer files, each with its reason. An entry that is no longer needed must go.
const LONGER: [(&str, &str); 0] = [];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust files below a folder: their path relative to it, with forward slashes, and their text.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|ending| ending == "rs") {
                let name = entry.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&entry).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_module_keeps_the_rules() {
    let sources = sources(&root().join("src"));
    let lib = &sources.iter().find(|(file, _)| file == "lib.rs").unwrap().1;
    let order = order(lib);
    assert!(order.len() > 20, "lib.rs lists the modules: {order:?}");
    let found: Vec<String> =
        sources.iter().flat_map(|(file, source)| findings(file, source, &order)).collect();
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_folder_and_file_of_src_is_listed_in_lib_rs() {
    let sources = sources(&root().join("src"));
    let order = order(&sources.iter().find(|(file, _)| file == "lib.rs").unwrap().1);
    for (file, _) in &sources {
        let place = file.split(['/', '.']).next().unwrap();
        let known = place == "lib" || place == "bin" || order.iter().any(|module| module == place);
        assert!(known, "src/{file} is in no module of lib.rs");
    }
}

#[test]
fn files_stay_short() {
    let mut lengths = Vec::new();
    for folder in ["src", "xtask/src", "examples", "tests"] {
        if root().join(folder).is_dir() {
            let files = sources(&root().join(folder)).into_iter();
            lengths.extend(files.map(|(file, text)| (format!("{folder}/{file}"), text.lines().count())));
        }
    }
    lengths.sort_by_key(|(_, length)| *length);
    println!("median {} lines; longest:", lengths[lengths.len() / 2].1);
    for (file, length) in lengths.iter().rev().take(10) {
        println!("{length:5} {file}");
    }
    let is_long = |(file, length): &(String, usize)| {
        *length > if file.starts_with("tests/") { MAX_TEST } else { LONGEST }
    };
    let listed = |file: &str| LONGER.iter().any(|(long, _)| *long == file);
    let long: Vec<_> = lengths.iter().filter(|row| is_long(row) && !listed(&row.0)).collect();
    assert!(long.is_empty(), "too long, with no reason in LONGER: {long:?}");
    for (file, reason) in LONGER {
        assert!(!reason.is_empty());
        let needed = lengths.iter().any(|row| row.0 == file && is_long(row));
        assert!(needed, "{file} is short again: take it out of LONGER");
    }
}

/// Runs the rules over a snippet in a house of `types parse chunk worker browser ui`.
fn check(file: &str, source: &str, expected: &[&str]) {
    let order: Vec<String> =
        ["types", "parse", "chunk", "worker", "browser", "ui"].map(str::to_owned).to_vec();
    let found = findings(file, source, &order);
    let fits = found.len() == expected.len()
        && found.iter().zip(expected).all(|(found, expected)| found.starts_with(expected));
    assert!(fits, "{file}: {source}\nexpected {expected:?}\nfound    {found:?}");
}

#[test]
fn a_module_below_is_found() {
    check("chunk/mod.rs", "use crate::parse::Document;\nuse crate::types::Id;\n", &[]);
    check("parse/pdf.rs", "\nuse crate::chunk::Chunk;\n", &["src/parse/pdf.rs:2: a module uses only"]);
    check("parse/mod.rs", "use crate::{types::{Id, Span}, chunk, parse};", &["src/parse/mod.rs:1: a module"]);
    check("types/id.rs", "fn f() -> crate::parse::X { crate::chunk::f() }", &["src/types", "src/types"]);
    check("types.rs", "use crate::*;", &["src/types.rs:1: a module names"]);
    check("types.rs", "pub(crate) use crate::types::id::Id;", &[]);
}

#[test]
fn a_module_below_is_found_behind_super() {
    check("parse/pdf.rs", "use super::super::chunk::Chunk;", &["src/parse/pdf.rs:1"]);
    check("parse/pdf/page.rs", "use super::super::chunk::Chunk;", &[]);
    check("parse/pdf.rs", "mod tests {\n use super::super::chunk::Chunk;\n}", &[]);
    check(
        "parse/pdf.rs",
        "mod tests {\n fn f() {}\n}\nuse super::super::{types, chunk};",
        &["src/parse/pdf.rs:4"],
    );
    check("parse/mod.rs", "use super::chunk::Chunk;", &["src/parse/mod.rs:1"]);
    check("parse/mod.rs", "use self::super::chunk::Chunk;", &["src/parse/mod.rs:1"]);
    check("parse/pdf.rs", "use super::{super::chunk, chunk};", &["src/parse/pdf.rs:1"]);
}

#[test]
fn web_apis_are_found_away_from_the_edge() {
    check("parse/mod.rs", "use web_sys::File;", &["src/parse/mod.rs:1: Web APIs"]);
    check("parse/mod.rs", "fn f() {\n #[wasm_bindgen]\n struct A;\n}", &["src/parse/mod.rs:2: Web APIs"]);
    check("types.rs", "use wasm_bindgen_futures::spawn_local;", &["src/types.rs:1: Web APIs"]);
    check("types.rs", "use gloo_timers::future::sleep;", &["src/types.rs:1: Web APIs"]);
    check("chunk.rs", "let x = js_sys::Date::now();", &["src/chunk.rs:1: Web APIs"]);
    check("browser/fetch.rs", "use web_sys::Request;", &[]);
    check("bin/courier.rs", "use web_sys::Request;", &[]);
}

#[test]
fn leptos_is_found_away_from_the_screen() {
    check("worker/client.rs", "use leptos::prelude::*;", &["src/worker/client.rs:1: `leptos`"]);
    check("bin/engine.rs", "use leptos::prelude::*;", &["src/bin/engine.rs:1: `leptos`"]);
    check("bin/app.rs", "leptos::mount::mount_to_body(App);", &[]);
    check("ui/app.rs", "use leptos::prelude::*;", &[]);
}

#[test]
fn words_for_people_are_found_away_from_the_screen() {
    check("parse/mod.rs", "use crate::messages::ENGLISH;", &["src/parse/mod.rs:1: `messages`"]);
    check("bin/app.rs", "fn f() { crate::messages::ENGLISH; }", &["src/bin/app.rs:1: `messages`"]);
    check("ui/app.rs", "use crate::messages::ENGLISH;", &[]);
    check("state/mod.rs", "use crate::messages::current;", &["src/state/mod.rs:1: `messages`"]);
    check("state/mod.rs", "use crate::messages::text;", &[]);
}

#[test]
fn clocks_and_files_are_found_in_pure_modules_but_not_in_their_tests() {
    check("parse/mod.rs", "use std::{fmt, fs::File};", &["src/parse/mod.rs:1: modules above `worker`"]);
    check("parse/mod.rs", "let t = std::time::Instant::now();", &["src/parse/mod.rs:1: modules above"]);
    check("parse/mod.rs", "use std::net::TcpStream;", &["src/parse/mod.rs:1: modules above"]);
    check("parse/mod.rs", "use std::{net::Ipv4Addr, time::Duration};", &[]);
    check("parse/mod.rs", "#[cfg(test)]\nmod tests {\n use std::fs;\n}", &[]);
    check("worker/mod.rs", "use std::thread;", &[]);
}

#[test]
fn comments_and_literals_are_not_code() {
    let source = r##"
        //! `crate::chunk` says more.
        /* crate::chunk /* nested */ crate::chunk */
        const A: &str = "crate::chunk \" crate::chunk";
        const B: &str = r#"crate::chunk " crate::chunk"#;
        const C: [char; 3] = ['"', '\'', 'x'];
        fn f<'a>(x: &'a str) {}
        use crate::chunk;
    "##;
    check("parse/mod.rs", source, &["src/parse/mod.rs:8"]);
}
