//! Prints the chunks of a file as JSON lines: `chunk FILE --strategy S --size N --overlap N [--password P]`.
//!
//! Each line has ordinal, start, end, tokens, page, headings, text. Warnings go to stderr; a file that gives
//! no text ends with exit code 1 and one line on stderr.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use sidecite::chunk::{Tokens, chunk, validate};
use sidecite::embed::Minilm;
use sidecite::messages::ENGLISH;
use sidecite::parse::{ParseOptions, parse};
use sidecite::types::{ChunkSettings, ChunkStrategy, Span};
use std::io::Write;
use std::path::PathBuf;
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

/// The tokens that sizes count: those of the embedder, or words where no prepared model is found.
fn tokenizer() -> Result<Box<dyn Tokens>, String> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let tools = variable("SIDECITE_TOOLS")
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("sidecite")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/sidecite")));
    let model = tools.map(|tools| tools.join("models/minilm-l6-v2.int8.bin")).filter(|model| model.exists());
    let Some(model) = model else {
        eprintln!("warning: no embedding model found (`cargo xtask serve` prepares it); sizes count words.");
        return Ok(Box::new(Words));
    };
    let bytes = std::fs::read(&model).map_err(|error| format!("{}: {error}", model.display()))?;
    let minilm =
        Minilm::load(&bytes).map_err(|error| format!("{}: {}", model.display(), ENGLISH.sentences(error)))?;
    Ok(Box::new(minilm.tokenizer().clone()))
}

/// Words and punctuation marks, each a token.
struct Words;

impl Tokens for Words {
    fn token_spans(&self, text: &str) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        let mut in_word = false;
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            match spans.last_mut() {
                Some(span) if in_word && c.is_alphanumeric() => *span = Span::new(span.start as usize, end),
                _ if !c.is_whitespace() => spans.push(Span::new(at, end)),
                _ => {}
            }
            in_word = c.is_alphanumeric();
        }
        spans
    }
}

fn run() -> Result<(), String> {
    const USAGE: &str =
        "usage: chunk FILE --strategy recursive|structure --size N --overlap N [--password P]";
    let mut file = None;
    let mut settings = ChunkSettings::default();
    let mut options = ParseOptions::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            file = Some(argument);
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value"))?;
        let number = || value.parse::<u32>().map_err(|_| format!("{argument} needs a number, not {value}"));
        match argument.as_str() {
            "--strategy" => {
                settings.strategy = ChunkStrategy::from_name(&value)
                    .ok_or_else(|| format!("--strategy is recursive or structure, not {value}"))?;
            }
            "--size" => settings.size_tokens = number()?,
            "--overlap" => settings.overlap_tokens = number()?,
            "--password" => options.password = Some(value),
            _ => return Err(USAGE.to_owned()),
        }
    }
    let file = file.ok_or(USAGE)?;
    let plan = validate(settings).map_err(|error| ENGLISH.sentences(error))?;
    let tokens = tokenizer()?;
    let bytes = std::fs::read(&file).map_err(|error| format!("{file}: {error}"))?;
    let parsed =
        parse(&file, &bytes, &options).map_err(|error| format!("{file}: {}", ENGLISH.sentences(error)))?;
    for warning in &parsed.warnings {
        eprintln!("warning: {}", ENGLISH.message(&warning.what));
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for chunk in chunk(&parsed.document, &plan, tokens.as_ref()) {
        let line = serde_json::json!({
            "ordinal": chunk.ordinal,
            "start": chunk.span.start,
            "end": chunk.span.end,
            "tokens": chunk.tokens,
            "page": chunk.page,
            "headings": chunk.headings,
            "text": chunk.span.of(&parsed.document.text),
        });
        match writeln!(out, "{line}") {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(format!("standard output: {error}")),
            Ok(()) => {}
        }
    }
    out.flush().map_err(|error| format!("standard output: {error}"))
}
