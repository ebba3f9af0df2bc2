//! The readers on own fixtures, on random input, and on the real files of the shared data.

use crate::support::InWords;
use crate::support::data;
use proptest::prelude::*;
use sidecite::parse::{Error, ParseOptions, Parsed, clean_name, parse, sniff};
use sidecite::types::{Argument, BlockKind, Document, Format};
use std::collections::HashMap;
use std::io::{Cursor, Write};
use unicode_normalization::UnicodeNormalization;

fn read(name: &str, bytes: &[u8]) -> Result<Parsed, Error> {
    parse(name, bytes, &ParseOptions::default())
}

fn check(name: &str, bytes: &[u8], expected: &str) -> Parsed {
    let parsed = read(name, bytes).unwrap();
    check_invariants(&parsed.document);
    assert_eq!(parsed.document.text.trim(), expected, "{name}");
    parsed
}

/// What `Document` promises.
fn check_invariants(document: &Document) {
    let text = &document.text;
    let mut last = 0;
    for block in &document.blocks {
        let (start, end) = (block.span.start as usize, block.span.end as usize);
        assert!(start >= last && end > start, "blocks are in order, disjoint and not empty");
        assert!(
            text[last..start].trim().is_empty(),
            "between blocks is white space only: {:?}",
            &text[last..start]
        );
        assert!(!text[start..end].trim().is_empty());
        last = end;
    }
    assert!(text[last..].trim().is_empty(), "after the last block is white space only");
    let mut last = 0;
    for page in &document.pages {
        assert!(page.start >= last && page.end >= page.start, "pages are in order and disjoint");
        assert!(text.get(page.range()).is_some(), "pages lie on character boundaries");
        last = page.end;
    }
    let bad = |c: char| {
        c.is_control() && c != '\n' && c != '\t'
            || matches!(c, '\u{E0000}'..='\u{E007F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.contains(bad) && !document.name.contains(bad));
}

fn warnings(parsed: &Parsed) -> Vec<&str> {
    parsed.warnings.iter().map(|warning| warning.what.code.name()).collect()
}

fn kinds(parsed: &Parsed) -> Vec<BlockKind> {
    parsed.document.blocks.iter().map(|block| block.kind).collect()
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const W: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;

fn docx(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(r#"<?xml version="1.0"?><w:document {W}><w:body>{body}</w:body></w:document>"#);
    let mut files = vec![("[Content_Types].xml", "<Types/>"), ("word/document.xml", document.as_str())];
    files.extend_from_slice(more);
    zip(&files)
}

#[test]
fn text_in_any_encoding() {
    check("a.txt", "Grüße\r\nzwei".as_bytes(), "Grüße\nzwei");
    check("a.txt", b"\xEF\xBB\xBFmark", "mark");
    check("a.txt", b"\xFF\xFEh\0i\0", "hi");
    check("a.txt", b"h\0e\0l\0l\0o\0 \0y\0o\0u\0", "hello you");
    let latin = check(
        "a.txt",
        b"Der M\xFCller ging \xFCber die gr\xFCne Wiese.",
        "Der Müller ging über die grüne Wiese.",
    );
    assert!(latin.warnings[0].what.message().contains("windows-1252"));
    let korean =
        encoding_rs::EUC_KR.encode("이 문서는 한국어로 쓰여 있습니다. 검색을 위한 글이다.").0.into_owned();
    check("a.txt", &korean, "이 문서는 한국어로 쓰여 있습니다. 검색을 위한 글이다.");
}

#[test]
fn nothing_and_nearly_nothing() {
    assert_eq!(read("a.txt", b""), Err(Error::Empty));
    assert_eq!(read("a.pdf", b" \n\t"), Err(Error::Empty));
    assert_eq!(read("a.txt", "\u{FEFF}\u{A0}\u{FEFF}".as_bytes()), Err(Error::Empty));
    assert!(matches!(
        read("a.html", b"<html><body><script>x</script></body></html>"),
        Err(Error::NoText { .. })
    ));
}

#[test]
fn what_is_not_read_is_named() {
    let unsupported = |name: &str, bytes: &[u8]| match sniff(name, bytes) {
        Err(Error::Unsupported { found }) => found,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(unsupported("a.pdf", b"\x89PNG\r\n\x1A\n0000"), "a PNG image");
    assert_eq!(unsupported("a.txt", b"\x7FELF\x02\x01"), "an executable program");
    assert_eq!(unsupported("a.docx", &zip(&[("a.txt", "x")])), "a zip archive");
    assert_eq!(
        unsupported("a.docx", &zip(&[("[Content_Types].xml", "<T/>"), ("ppt/presentation.xml", "<p/>")])),
        "a PowerPoint presentation (.pptx)"
    );
    let error = Error::Unsupported { found: "a PNG image".to_owned() };
    assert_eq!(error.message(), "File type not supported: a PNG image.");
    assert!(!error.hint().is_empty());
}

#[test]
fn formats_are_told_by_content() {
    let html = b"<!-- x -->\n<!DOCTYPE html><title>T</title><p>p";
    assert_eq!(sniff("a.docx", html), Ok(Format::Html));
    assert_eq!(sniff("README.md", b"<p align=center>x</p>\n\n# T"), Ok(Format::Markdown));
    assert_eq!(sniff("README", b"# Title\n\n- [a](b)\n"), Ok(Format::Markdown));
    assert_eq!(sniff("notes", b"# just a line"), Ok(Format::Text));
    assert_eq!(sniff("x.bin", b"junk\n%PDF-1.4\n"), Ok(Format::Pdf));
    let parsed = check("not_a.docx", b"<html><body>x</body></html>", "x");
    assert_eq!(parsed.warnings[0].what.message(), "The file is named as DOCX, but contains HTML.");
}

#[test]
fn names_are_made_harmless() {
    assert_eq!(clean_name("\u{202E}txt.exe"), "txt.exe");
    assert_eq!(clean_name("a/b\\c.txt"), "c.txt");
}

#[test]
fn markdown() {
    let text = include_str!("../data/parse/sample.md");
    let expected = include_str!("../data/parse/sample.md.expected.txt");
    let parsed = check("sample.md", text.as_bytes(), expected.trim_end());
    assert_eq!(parsed.document.title.as_deref(), Some("A sample"));
    assert!(kinds(&parsed).contains(&BlockKind::Table) && kinds(&parsed).contains(&BlockKind::Note));
}

#[test]
fn html() {
    let text = include_str!("../data/parse/sample.html");
    let expected = include_str!("../data/parse/sample.html.expected.txt");
    let parsed = check("sample.html", text.as_bytes(), expected.trim_end());
    assert_eq!(parsed.document.title.as_deref(), Some("A page & more"));
    check("a.htm", b"<html><meta charset=windows-1251><p>\xCF\xF0\xE8\xE2\xE5\xF2", "Привет");
}

#[test]
fn docx_styles_lists_and_tables() {
    let styles = format!(
        r#"<w:styles {W}><w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
        <w:style w:styleId="Own"><w:basedOn w:val="berschrift2"/></w:style></w:styles>"#
    );
    let numbering = format!(
        r#"<w:numbering {W}><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="3"/>
        <w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1)"/></w:lvl></w:abstractNum>
        <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>"#
    );
    let item = r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>i</w:t></w:r></w:p>"#;
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let body = format!(
        r#"<w:p><w:pPr><w:pStyle w:val="Own"/></w:pPr><w:r><w:t>Head</w:t></w:r></w:p>{item}{item}
        <w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>"#,
        cell("a"),
        cell("b"),
        cell("c"),
        cell("d")
    );
    let bytes = docx(&body, &[("word/styles.xml", &styles), ("word/numbering.xml", &numbering)]);
    let parsed = check("a.docx", &bytes, "Head\n\nc) i\nd) i\n\na\tb\nc\td");
    let expected = [BlockKind::Heading(2), BlockKind::ListItem, BlockKind::ListItem, BlockKind::Table];
    assert_eq!(kinds(&parsed), expected);
}

#[test]
fn docx_changes_notes_and_boxes() {
    let footnotes = format!(
        r#"<w:footnotes {W}><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>no</w:t></w:r></w:p></w:footnote>
        <w:footnote w:id="2"><w:p><w:r><w:t>The note.</w:t></w:r></w:p></w:footnote></w:footnotes>"#
    );
    let body = r#"<w:p><w:r><w:t xml:space="preserve">Kept </w:t></w:r><w:ins><w:r><w:t>added</w:t></w:r></w:ins>
        <w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:footnoteReference w:id="2"/><w:t>.</w:t></w:r></w:p>
        <w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t xml:space="preserve">One </w:t></w:r></w:p>
        <w:p><w:r><w:t>line</w:t><w:tab/><w:t>more</w:t></w:r></w:p>
        <w:p><w:r><w:t>Anchor</w:t><AlternateContent><Choice><w:txbxContent><w:p><w:r><w:t>Box</w:t></w:r></w:p></w:txbxContent></Choice>
        <Fallback><w:txbxContent><w:p><w:r><w:t>Box</w:t></w:r></w:p></w:txbxContent></Fallback></AlternateContent></w:r></w:p>"#;
    let bytes = docx(body, &[("word/footnotes.xml", &footnotes)]);
    check("a.docx", &bytes, "Kept added[1].\n\nOne line\tmore\n\nAnchor\n\nBox\n\n[1] The note.");
}

#[test]
fn docx_entities_stay_unexpanded_and_depth_is_bounded() {
    let body = "<w:p><w:r><w:t>a &amp; b&#x2014;c &unknown;d</w:t></w:r></w:p>";
    check("a.docx", &docx(body, &[]), "a & b—c d");
    let deep = format!("{}{}", "<w:x>".repeat(200), "</w:x>".repeat(200));
    assert!(matches!(read("a.docx", &docx(&deep, &[])), Err(Error::Bomb { .. })));
    let cut = docx("<w:p><w:r><w:t>before</w:t></w:r></w:p></w:oops>", &[]);
    assert_eq!(read("a.docx", &cut).unwrap().warnings.len(), 1);
}

#[test]
fn epub_reads_the_spine() {
    let bytes = zip(&[
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", r#"<container><rootfile full-path="OPS/p.opf"/></container>"#),
        (
            "OPS/p.opf",
            r#"<package><metadata><dc:title>Book</dc:title></metadata><manifest><item id="b" href="b%20b.xhtml"/>
            <item id="a" href="../a.xhtml"/></manifest><spine><itemref idref="b"/><itemref idref="a"/></spine></package>"#,
        ),
        ("OPS/b b.xhtml", "<html><head><title>x</title></head><body><h1>One</h1></body></html>"),
        ("a.xhtml", "<html><body><p>Two</p></body></html>"),
    ]);
    let parsed = check("a.epub", &bytes, "One\n\nTwo");
    assert_eq!(parsed.document.title.as_deref(), Some("Book"));
}

#[test]
fn xhtml_elements_without_content_swallow_nothing() {
    let chapter = |head: &str, body: &str| {
        format!(
            r#"<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head>{head}</head><body>{body}</body></html>"#
        )
    };
    let chapters = [
        chapter("<title/>", "<p>One &amp; only</p>"),
        chapter(r#"<title>t</title><script src="a>b.js"/>"#, "<p>Two</p>"),
        chapter("<style/>", "<p><a id='x'/>Three<br/>lines<span/></p>"),
        chapter("<style>p { color: red }</style>", "<div/><p><![CDATA[Four <b> & more]]></p><!-- <p/> -->"),
        chapter("<title>t</title>", r#"<img src="cover.png"/>"#),
        chapter("<title>t</title>", "<p> </p>"),
    ];
    let expected = "One & only\n\nTwo\n\nThree\nlines\n\nFour <b> & more";
    let ids: Vec<String> = (0..chapters.len() + 1).map(|at| format!("c{at}")).collect();
    let items: String =
        ids.iter().skip(1).map(|id| format!(r#"<item id="{id}" href="{id}.xhtml"/>"#)).collect();
    let spine: String = ids.iter().map(|id| format!(r#"<itemref idref="{id}"/>"#)).collect();
    let package = format!("<package><manifest>{items}</manifest><spine>{spine}</spine></package>");
    let names: Vec<String> = ids.iter().map(|id| format!("{id}.xhtml")).collect();
    let mut files = vec![("mimetype", "application/epub+zip"), ("p.opf", package.as_str())];
    files.extend(names.iter().skip(1).zip(&chapters).map(|(name, text)| (name.as_str(), text.as_str())));
    let parsed = check("a.epub", &zip(&files), expected);
    assert_eq!(warnings(&parsed), ["warning.chapter_missing", "warning.chapter_blank"]);
    // As a file, too.
    for (chapter, expected) in chapters.iter().zip(expected.split("\n\n")) {
        check("a.xhtml", chapter.as_bytes(), expected);
    }
}

#[test]
fn epub_chapters_that_are_encrypted_are_named() {
    let files = [
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", r#"<container><rootfile full-path="OPS/p.opf"/></container>"#),
        (
            "META-INF/encryption.xml",
            r#"<encryption><EncryptedData><CipherData><CipherReference URI="OPS/b.xhtml"/></CipherData></EncryptedData></encryption>"#,
        ),
        (
            "OPS/p.opf",
            r#"<package><manifest><item id="a" href="a.xhtml"/><item id="b" href="b.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>"#,
        ),
        ("OPS/a.xhtml", "<html><body><p>Open</p></body></html>"),
        ("OPS/b.xhtml", "\u{1}\u{2} noise"),
    ];
    let parsed = check("a.epub", &zip(&files), "Open");
    assert_eq!(warnings(&parsed), ["warning.chapter_unreadable"]);
    let all: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| {
            (
                *name,
                if name.ends_with(".opf") { text.replace("a.xhtml", "b.xhtml") } else { (*text).to_owned() },
            )
        })
        .map(|(name, text)| (name, &*text.leak()))
        .collect();
    assert!(matches!(read("a.epub", &zip(&all)), Err(Error::Corrupt { .. })));
}

#[test]
fn text_that_html_hides_is_left_out_and_reported() {
    let hiding = [
        r#"<p style="display:none">HIDDEN</p>"#,
        r#"<p style="color:red; DISPLAY : none !important">HIDDEN</p>"#,
        "<p hidden>HIDDEN</p>",
        r#"<p hidden=""><b>HIDDEN</b></p>"#,
        r#"<span style="visibility:hidden">HIDDEN</span>"#,
        r#"<span style="font-size:0">HIDDEN</span>"#,
        r#"<span style="font-size:1px">HIDDEN</span>"#,
        r#"<span style="font-size:0em">HIDDEN</span>"#,
        r#"<span style="opacity:0.0">HIDDEN</span>"#,
        r#"<span style="color:transparent">HIDDEN</span>"#,
        "<style>/* a */ .x, #y { display: none } @media print { p { display: none } }</style><p id=y>HIDDEN</p>",
        "<style>div.x > p { font-size: 0px; }</style><div class=x><p>HIDDEN</p></div>",
    ];
    for html in hiding {
        let page = format!("<!doctype html><p>Before</p>{html}<p>After</p>");
        let parsed = check("a.html", page.as_bytes(), "Before\n\nAfter");
        assert_eq!(warnings(&parsed), ["warning.hidden_text"], "{html}");
        assert_eq!(parsed.warnings[0].what.arguments[0], Argument::Count(6), "{html}");
    }
    let shown = [
        r#"<p style="display:block">SHOWN</p>"#,
        r#"<p hidden="until-found">SHOWN</p>"#,
        r#"<p style="font-size:1em">SHOWN</p>"#,
        r#"<p style="opacity:0.5">SHOWN</p>"#,
        "<style>@media print { p { display: none } } a:hover { opacity: 0 }</style><p>SHOWN</p>",
    ];
    for html in shown {
        let page = format!("<!doctype html><p>Before</p>{html}");
        let parsed = check("a.html", page.as_bytes(), "Before\n\nSHOWN");
        assert!(parsed.warnings.is_empty(), "{html}");
    }
    let waiting = "<!doctype html><body style='opacity:0'><p>All of it</p>";
    assert_eq!(warnings(&check("a.html", waiting.as_bytes(), "All of it")), ["warning.all_hidden"]);
    let markdown = "Before\n\n<div style=\"display:none\">HIDDEN</div>\n\nAfter";
    assert_eq!(warnings(&check("a.md", markdown.as_bytes(), "Before\n\nAfter")), ["warning.hidden_text"]);
}

#[test]
fn text_that_word_hides_is_left_out_and_reported() {
    let styles = format!(
        r#"<w:styles {W}><w:style w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>
        <w:style w:styleId="Own"><w:basedOn w:val="Secret"/></w:style></w:styles>"#
    );
    let run = |properties: &str, text: &str| {
        format!(r#"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>"#)
    };
    let hidden = |text: &str, count: u64| {
        let body = format!("<w:p>{}{text}{}</w:p>", run("", "Before "), run("<w:b/>", "after"));
        let parsed = check("a.docx", &docx(&body, &[("word/styles.xml", &styles)]), "Before after");
        assert_eq!(warnings(&parsed), ["warning.hidden_text"], "{text}");
        assert_eq!(parsed.warnings[0].what.arguments[0], Argument::Count(count), "{text}");
    };
    hidden(&run("<w:vanish/>", "no "), 2);
    hidden(&run(r#"<w:vanish w:val="1"/><w:b/>"#, "no"), 2);
    hidden(&run(r#"<w:rStyle w:val="Own"/>"#, "no"), 2);
    hidden(&run(r#"<w:sz w:val="2"/>"#, "no"), 2);
    let body = format!(
        r#"<w:p>{}</w:p><w:p><w:pPr><w:pStyle w:val="Own"/><w:rPr><w:vanish/></w:rPr></w:pPr>{}{}</w:p>"#,
        run(r#"<w:vanish w:val="false"/><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange>"#, "Shown"),
        run("", "no"),
        run(r#"<w:vanish w:val="0"/>"#, "yes"),
    );
    let parsed = check("a.docx", &docx(&body, &[("word/styles.xml", &styles)]), "Shown\n\nyes");
    assert_eq!(warnings(&parsed), ["warning.hidden_text"]);
}

#[test]
fn pdf_of_two_pages() {
    let parsed = read("a.pdf", include_bytes!("../data/parse/two-pages.pdf")).unwrap();
    check_invariants(&parsed.document);
    let document = &parsed.document;
    assert_eq!(document.pages.len(), 2);
    assert!(document.text.contains("A hyphenated word goes over the page."), "{}", document.text);
    let page = |word: &str| document.page_of(u32::try_from(document.text.find(word).unwrap()).unwrap());
    assert_eq!((page("hyphen"), page("ated word"), page("Second")), (Some(1), Some(2), Some(2)));
    assert_eq!(document.blocks[0].kind, BlockKind::Heading(1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_keeps_the_invariants(text in "\\PC{0,40}([\\s\\r\\x00\\x1B]{0,3}[#>*|`\\-\\[\\]<a-z &;]{0,12}\\PC{0,10}){0,12}") {
        for name in ["a.txt", "a.md", "a.html"] {
            if let Ok(parsed) = read(name, text.as_bytes()) {
                check_invariants(&parsed.document);
            }
            if let Ok(parsed) = read(name, format!("<html>{text}").as_bytes()) {
                check_invariants(&parsed.document);
            }
        }
    }

    #[test]
    fn any_bytes_do_not_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for magic in [&b""[..], b"%PDF-1.4\n", b"PK\x03\x04", b"<html>"] {
            let _ = read("a", &[magic, &bytes].concat());
        }
    }

    #[test]
    fn damaged_files_do_not_panic(at in 0usize..4000, byte in any::<u8>(), cut in 0usize..4000) {
        let body = "<w:p><w:r><w:t>text</w:t></w:r></w:p>";
        for whole in [docx(body, &[]), include_bytes!("../data/parse/two-pages.pdf").to_vec()] {
            let mut damaged = whole.clone();
            let length = damaged.len();
            damaged[at % length] = byte;
            if let Ok(parsed) = read("a", &damaged) {
                check_invariants(&parsed.document);
            }
            damaged.truncate(cut % length);
            let _ = read("a", &damaged);
        }
    }
}

fn words(text: &str) -> HashMap<String, usize> {
    let lower = text.nfkc().collect::<String>().to_lowercase();
    let mut found = HashMap::new();
    for word in lower.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()) {
        *found.entry(word.to_owned()).or_default() += 1;
    }
    found
}

/// Recall and precision over the words as multisets.
fn score(expected: &str, found: &str) -> (f64, f64) {
    let (expected, found) = (words(expected), words(found));
    let common: usize = expected.iter().map(|(word, n)| *n.min(found.get(word).unwrap_or(&0))).sum();
    let total = |words: &HashMap<String, usize>| words.values().sum::<usize>().max(1) as f64;
    (common as f64 / total(&expected), common as f64 / total(&found))
}

/// Reported, not gated: the data's README says so of the first line; of the others we say why.
const NOT_GATED: [&str; 10] = [
    "GeoTopo",
    "ThuluthFeatures",
    "habibi",
    "jo.pdf",
    "vertical",
    "noembed-eucjp",
    "french_diacritics",
    // The oracle's text lacks the line breaks between the table's cells, which glues words together.
    "hukumusume",
    // The damaged stream ends before the running feet; no other reader but poppler recovers them.
    "zen_of_python_corrupted",
    // Four words, and the label of a button drawn by the form is a fifth.
    "pdflatex-forms",
];

#[test]
fn shared_documents_score() {
    let Some(root) = data("documents") else { return };
    let index = std::fs::read_to_string(root.join("INDEX.tsv")).unwrap();
    let mut missed = Vec::new();
    println!("{:>6} {:>6} {:>6}  file", "F1", "recall", "prec.");
    for row in index.lines().skip(1) {
        let fields: Vec<&str> = row.split('\t').collect();
        let file = fields[1].trim_start_matches("shared/");
        let kind = file.split('/').next().unwrap();
        if !["pdf", "docx", "html", "markdown", "text", "epub"].contains(&kind) {
            continue;
        }
        let bytes = std::fs::read(root.join(file)).unwrap();
        let note = fields[11];
        let password =
            note.split("password \"").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned);
        if password.is_some() {
            assert_eq!(read(file, &bytes), Err(Error::PasswordNeeded), "{file}");
            let wrong = ParseOptions { password: Some("surely wrong".to_owned()) };
            assert_eq!(parse(file, &bytes, &wrong), Err(Error::WrongPassword), "{file}");
        }
        let parsed = parse(file, &bytes, &ParseOptions { password });
        if let Ok(parsed) = &parsed {
            check_invariants(&parsed.document);
        }
        if fields[9] == "0" {
            assert!(matches!(parsed, Err(Error::NoText { .. })), "{file}: {parsed:?}");
            continue;
        }
        if fields[8] == "-" {
            continue;
        }
        let expected = std::fs::read_to_string(root.join(fields[8].trim_start_matches("shared/"))).unwrap();
        let text = parsed.map(|parsed| parsed.document.text).unwrap_or_default();
        let (recall, precision) = score(&expected, &text);
        let f1 = 2.0 * recall * precision / (recall + precision).max(1e-9);
        println!("{f1:6.3} {recall:6.3} {precision:6.3}  {file}");
        let figure = if kind == "html" { recall } else { f1 };
        let gated = kind != "epub" && !NOT_GATED.iter().any(|name| file.contains(name));
        if figure < 0.95 {
            println!("       misses .95{}: {file}", if gated { "" } else { " (not gated)" });
            missed.extend(gated.then(|| file.to_owned()));
        }
    }
    assert!(missed.is_empty(), "below .95: {missed:?}");
}

#[test]
fn demo_documents_parse() {
    let Some(root) = data("demo/documents") else { return };
    let mut count = 0;
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let parsed =
            read(&name, &std::fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        check_invariants(&parsed.document);
        assert!(parsed.document.text.len() > 1000, "{name}");
        count += 1;
    }
    assert_eq!(count, 24);
}
