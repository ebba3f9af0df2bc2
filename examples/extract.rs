//! Prints the text of a file as the parser reads it: `extract FILE [--password P] [--blocks]`.
//!
//! `--blocks` prints a line per block instead: kind, span, page, text.
//!
//! Warnings go to stderr; a file that gives no text ends with exit code 1 and one line on stderr.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use sidecite::messages::ENGLISH;
use sidecite::parse::{ParseOptions, parse};
use sidecite::types::Span;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    // A decoder that gives up on a damaged file is an error of that file, reported in one line below.
    std::panic::set_hook(Box::new(|_| {}));
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut file = None;
    let mut options = ParseOptions::default();
    let mut blocks = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--password" {
            options.password = Some(arguments.next().ok_or("--password needs a value")?);
        } else if argument == "--blocks" {
            blocks = true;
        } else {
            file = Some(argument);
        }
    }
    let file = file.ok_or("usage: extract FILE [--password P] [--blocks]")?;
    let bytes = std::fs::read(&file).map_err(|error| format!("{file}: {error}"))?;
    let parsed =
        parse(&file, &bytes, &options).map_err(|error| format!("{file}: {}", ENGLISH.sentences(error)))?;
    for warning in &parsed.warnings {
        eprintln!("warning: {}", ENGLISH.message(&warning.what));
    }
    let document = &parsed.document;
    let shown = if blocks {
        let line = |block: &sidecite::types::Block| {
            let page = document.page_of(block.span.start).map(|page| format!(" p{page}")).unwrap_or_default();
            let Span { start, end } = block.span;
            format!(
                "{:?} {start}..{end}{page}\t{}",
                block.kind,
                block.span.of(&document.text).replace('\n', "⏎")
            )
        };
        document.blocks.iter().map(line).collect::<Vec<_>>().join("\n")
    } else {
        document.text.clone()
    };
    let mut out = std::io::stdout().lock();
    out.write_all(shown.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .or_else(|error| if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
        .map_err(|error| format!("standard output: {error}"))
}
