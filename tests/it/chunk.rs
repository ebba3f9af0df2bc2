//! The chunkers' promises, on random documents and on real ones.

use crate::support::Words;
use proptest::prelude::*;
use sidecite::chunk::{Error, Tokens, chunk, sentences, validate};
use sidecite::parse::{ParseOptions, parse};
use sidecite::types::{
    Block, BlockKind, Chunk, ChunkSettings, ChunkStrategy, Document, Format, Span, sha256,
};
use std::time::Instant;

fn count(text: &str) -> usize {
    Words.token_spans(text).len()
}

fn settings(strategy: ChunkStrategy, size_tokens: u32, overlap_tokens: u32) -> ChunkSettings {
    ChunkSettings { strategy, size_tokens, overlap_tokens, heading_prefix: true }
}

/// What `chunk` promises.
fn check(document: &Document, settings: ChunkSettings) -> Vec<Chunk> {
    let chunks = chunk(document, &validate(settings).unwrap(), &Words);
    let text = &document.text;
    let mut covered = 0;
    let mut last_start = None;
    for (index, chunk) in chunks.iter().enumerate() {
        let piece = text.get(chunk.span.range()).expect("spans lie on character boundaries");
        assert!(!piece.is_empty() && piece == piece.trim(), "{piece:?} is trimmed and not empty");
        assert_eq!(chunk.tokens as usize, count(piece));
        assert!(chunk.tokens <= settings.size_tokens, "{} tokens: {piece:?}", chunk.tokens);
        assert_eq!(chunk.ordinal as usize, index);
        assert!(last_start < Some(chunk.span.start), "chunks begin in order");
        last_start = Some(chunk.span.start);
        let start = chunk.span.start as usize;
        if start > covered {
            assert!(text[covered..start].trim().is_empty(), "left out: {:?}", &text[covered..start]);
        } else {
            let shared = count(&text[start..covered]);
            assert!(shared <= settings.overlap_tokens as usize, "{shared} tokens repeated");
        }
        assert!(chunk.span.end as usize > covered, "every chunk brings something new");
        covered = chunk.span.end as usize;
        assert_eq!(chunk.headings, document.heading_path(chunk.span.start));
        assert_eq!(chunk.page, document.page_of(chunk.span.start));
    }
    assert!(text[covered..].trim().is_empty(), "left out at the end: {:?}", &text[covered..]);
    chunks
}

fn check_all(document: &Document) {
    for strategy in ChunkStrategy::ALL {
        for (size, overlap) in [(16, 0), (16, 7), (64, 10), (200, 30), (2000, 900)] {
            check(document, settings(strategy, size, overlap));
        }
    }
}

fn document(blocks: &[(BlockKind, &str)]) -> Document {
    let mut text = String::new();
    let mut found = Vec::new();
    for (kind, content) in blocks {
        if content.trim().is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        let start = text.len();
        text.push_str(content.trim());
        found.push(Block { kind: *kind, span: Span::new(start, text.len()) });
    }
    let format = Format::Text;
    Document { id: sha256(b""), name: "d".into(), format, title: None, text, blocks: found, pages: vec![] }
}

fn texts<'a>(document: &'a Document, chunks: &[Chunk]) -> Vec<&'a str> {
    chunks.iter().map(|chunk| chunk.span.of(&document.text)).collect()
}

#[test]
fn settings_are_checked() {
    let plan = |size, overlap| validate(settings(ChunkStrategy::Recursive, size, overlap)).map(|_| ());
    assert_eq!(plan(200, 30), Ok(()));
    assert!(matches!(plan(15, 0), Err(Error::Size { size_tokens: 15, .. })));
    assert!(matches!(plan(2001, 0), Err(Error::Size { .. })));
    assert!(matches!(plan(100, 50), Err(Error::Overlap { .. })));
    assert_eq!(plan(100, 49), Ok(()));
}

#[test]
fn recursive_prefers_paragraphs_then_sentences() {
    let sentence = "One two three four five.";
    let paragraph = [sentence; 2].join(" ");
    let text = [paragraph.as_str(); 3].join("\n\n");
    let document = document(&[(BlockKind::Paragraph, &text)]);
    let chunks = check(&document, settings(ChunkStrategy::Recursive, 16, 0));
    assert_eq!(texts(&document, &chunks), [paragraph.as_str(); 3]);
    let chunks = check(&document, settings(ChunkStrategy::Recursive, 16, 7));
    assert_eq!(texts(&document, &chunks)[1], format!("{sentence}\n\n{sentence}"));
}

#[test]
fn structure_keeps_sections_apart_and_headings_with_their_text() {
    let long = "word ".repeat(14);
    let document = document(&[
        (BlockKind::Heading(1), "A"),
        (BlockKind::Heading(2), "B"),
        (BlockKind::Paragraph, &long),
        (BlockKind::Heading(2), "C"),
        (BlockKind::Paragraph, &long),
    ]);
    let chunks = check(&document, settings(ChunkStrategy::Structure, 20, 0));
    assert_eq!(chunks.len(), 2);
    assert_eq!(chunks[0].headings, ["A"]);
    assert_eq!(chunks[1].headings, ["A", "C"]);
    assert!(texts(&document, &chunks)[1].starts_with("C\n\nword"));
}

#[test]
fn structure_joins_tiny_sections_but_not_into_the_next_chapter() {
    let document = document(&[
        (BlockKind::Heading(1), "One"),
        (BlockKind::Paragraph, "tiny"),
        (BlockKind::Heading(2), "Two"),
        (BlockKind::Paragraph, "small"),
        (BlockKind::Heading(2), "Three"),
        (BlockKind::Paragraph, "little"),
    ]);
    assert_eq!(check(&document, settings(ChunkStrategy::Structure, 50, 0)).len(), 1);
}

#[test]
fn tables_are_cut_between_rows() {
    let rows: Vec<String> = (0..20).map(|row| format!("a{row}\tb{row}\tc{row}")).collect();
    let document = document(&[(BlockKind::Heading(1), "T"), (BlockKind::Table, &rows.join("\n"))]);
    let chunks = check(&document, settings(ChunkStrategy::Structure, 16, 0));
    for text in &texts(&document, &chunks)[1..] {
        assert!(
            text.starts_with('a') && text.split('\n').all(|row| row.split('\t').count() == 3),
            "{text:?}"
        );
    }
}

#[test]
fn one_endless_line_is_cut_in_linear_time() {
    for text in [
        "word ".repeat(2_000_000),
        "x".repeat(10_000_000),
        "字".repeat(1_000_000),
        "é\u{301}".repeat(1_000_000),
    ] {
        let document = document(&[(BlockKind::Paragraph, &text)]);
        for strategy in ChunkStrategy::ALL {
            let start = Instant::now();
            let plan = validate(settings(strategy, 200, 30)).unwrap();
            let chunks = chunk(&document, &plan, &Words);
            assert!(chunks.len() > 10);
            assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_document_is_covered(parts in proptest::collection::vec((0u8..8, "[a-zé字。.!? \\n\\t-]{0,160}"), 0..14)) {
        let kind = |n: u8| match n {
            0..=2 => BlockKind::Heading(n + 1),
            3 => BlockKind::Table,
            4 => BlockKind::ListItem,
            5 => BlockKind::Code,
            _ => BlockKind::Paragraph,
        };
        let parts: Vec<_> = parts.iter().map(|(n, text)| (kind(*n), text.as_str())).collect();
        check_all(&document(&parts));
    }

    #[test]
    fn any_text_is_covered(text in "\\PC{0,300}") {
        let text = text.replace(char::is_control, " ");
        check_all(&document(&[(BlockKind::Paragraph, &text)]));
        let mut last = 0;
        for sentence in sentences(&text) {
            let (start, end) = (sentence.start as usize, sentence.end as usize);
            prop_assert!(text[last..start].trim().is_empty() && text[start..end].trim() == &text[start..end]);
            prop_assert!(end > start);
            last = end;
        }
        prop_assert!(text[last..].trim().is_empty());
    }
}

#[test]
fn real_documents_are_covered() {
    let Some(root) = crate::support::data("") else { return };
    let mut folders = vec![root.join("documents"), root.join("demo/documents")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            if let Ok(parsed) = parse(&name, &bytes, &ParseOptions::default()) {
                check_all(&parsed.document);
                count += 1;
            }
        }
    }
    assert!(count > 60, "only {count} documents");
}
