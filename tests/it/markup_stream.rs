//! `markup::stream`: an answer that grows is shown as the whole would be, and the work is linear.

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};
use sidecite::cite::{Citation, cite_all};
use sidecite::markup::{AnswerRenderer, Continues, Node, Piece, render, render_answer};
use sidecite::types::{NativeCitation, Passage, Scores, Span, sha256};

fn passages() -> Vec<Passage> {
    let texts = ["The cat sat on the mat.", "Paris is the capital of France.", "Employees get thirty days."];
    let passage = |(at, text): (usize, &&str)| Passage {
        number: at as u32 + 1,
        document: sha256(b"d"),
        document_name: "cats.txt".into(),
        ordinal: at as u32,
        span: Span::new(at * 100, at * 100 + text.len()),
        page: None,
        headings: Vec::new(),
        text: (*text).to_owned(),
        scores: Scores::default(),
        ..Passage::default()
    };
    texts.iter().enumerate().map(passage).collect()
}

/// The answer in pieces of these many bytes, over and over, with its native citations at the given steps.
fn stream(text: &str, natives: &[(usize, NativeCitation)], cuts: &[usize]) -> (Vec<Piece>, u64) {
    let mut renderer = AnswerRenderer::new(passages(), 3);
    let mut pieces = Vec::new();
    let (mut from, mut step) = (0, 0);
    while from < text.len() {
        let to = text.ceil_char_boundary(from + cuts[step % cuts.len()].max(1));
        renderer.push(&text[from..to]);
        natives.iter().filter(|(at, _)| *at == step).for_each(|(_, n)| renderer.push_native(n.clone()));
        // Not every delta is painted.
        if step % 3 != 1 {
            renderer.paint().apply(&mut pieces);
        }
        (from, step) = (to, step + 1);
    }
    natives.iter().filter(|(at, _)| *at >= step).for_each(|(_, n)| renderer.push_native(n.clone()));
    renderer.finish();
    while renderer.is_dirty() {
        renderer.paint().apply(&mut pieces);
    }
    (pieces, renderer.parsed_bytes())
}

/// All nodes and citations of the pieces, as if they were one.
fn joined(pieces: &[Piece]) -> (Vec<Node>, Vec<Citation>) {
    let (mut citations, mut start) = (Vec::new(), 0);
    for piece in pieces {
        let shift = |span: Span| Span { start: span.start + start, end: span.end + start };
        citations.extend(piece.citations.iter().map(|citation| Citation {
            marker: shift(citation.marker),
            group: shift(citation.group),
            ..citation.clone()
        }));
        start += piece.bytes;
    }
    // Footnotes stand at the end of each piece, and of the whole.
    let nodes = pieces.iter().flat_map(|piece| piece.nodes.clone());
    let (notes, mut blocks): (Vec<Node>, Vec<Node>) =
        nodes.partition(|node| matches!(node, Node::Footnote { .. }));
    blocks.extend(notes);
    (blocks, citations)
}

/// Takes the numbers out of the citations: they count from the start of their piece.
fn unnumbered(nodes: &[Node]) -> String {
    let shown = format!("{nodes:#?}");
    let lines = shown.lines().map(str::trim);
    let mut out = Vec::new();
    let mut in_cite = false;
    for line in lines {
        let number = in_cite && line.trim_end_matches(',').bytes().all(|byte| byte.is_ascii_digit());
        in_cite = line == "Cite(";
        if !number {
            out.push(line);
        }
    }
    out.join("\n")
}

fn fragments() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => Just("\n\n"), 3 => Just("\n"), 2 => Just("- "), 1 => Just("* "), 1 => Just("1. "), 1 => Just("2. "), 1 => Just("  "),
        1 => Just("    "), 1 => Just("```\n"), 1 => Just("```rust\n"), 1 => Just("~~~\n"), 1 => Just("   ```\n"), 2 => Just("> "),
        1 => Just("# "), 1 => Just("---\n"), 1 => Just("===\n"), 1 => Just("| a | b |\n|---|---|\n| c | d |\n"), 1 => Just("|x|"),
        1 => Just("<script>\n"), 1 => Just("</script>\n"), 1 => Just("<!-- "), 1 => Just(" -->\n"), 1 => Just("<div>\n"), 1 => Just("* * *\n"),
        3 => Just("The cat sat on the mat [1]. "), 2 => Just("“Paris is the capital of France” [2] "), 1 => Just("**bold** "), 1 => Just("**"),
        1 => Just("`code [1]` "), 1 => Just("`"), 2 => Just("[text][ref] "), 1 => Just("[ref] "), 1 => Just("\n\n[ref]: https://h.example/\n\n"),
        1 => Just("[1]: https://h.example/\n"), 1 => Just("é的 "), 1 => Just("\t"), 1 => Just("-\n"), 1 => Just("10) x\n"), 1 => Just("- [x] "),
        1 => Just("\r\n"), 1 => Just(" \n"), 1 => Just("\\"), 1 => Just("&amp; "), 1 => Just("[2, 3]"),
        1 => Just("$x_1$ "), 1 => Just("$$\na\n= b\n$$"), 1 => Just("\\[ a\n+ b \\]"), 1 => Just("\\("), 1 => Just("$5 "), 1 => Just("$"),
        2 => Just("a note[^n] "), 1 => Just("\n\n[^n]: What it says [1].\n\n"), 1 => Just("[^m]: Another. "),
        3 => Just("Words that fill a paragraph until a piece is heavy enough to end, more words, and more of them again here. ")
    ];
    prop::collection::vec(part, 0..60).prop_map(|parts| {
        // Blocks of some weight, so that pieces do end.
        parts.concat().replace("\n\n", &format!("{}\n\n", " filler *x* `y` ~z~ _w_".repeat(8)))
    })
}

/// Blocks as models write them, none so heavy that it must be cut.
fn blocks() -> impl Strategy<Value = String> {
    let block = prop_oneof![
        Just("# A heading [1]\ntext straight after it\n"),
        Just("The cat sat on the mat [1]. “Paris is the capital of France” [2, 3].\nA second line `[1]`.\n"),
        Just("A title\n===\n"),
        Just("Text before a list:\n- one [1]\n- two\n  - nested\n    more of it\nlazy\n"),
        Just("- loose\n\n  with a paragraph\n\n- and another\n\n      code in it\n"),
        Just("1. first\n\n   ```rust\n   let x = [1];\n\ny\n   ```\n\n2. second\n"),
        Just("10) ten\n11) eleven\n* bullets\n* more\n"),
        Just("```rust\nlet x = a[1];\n\n- no list\n\nno paragraph\n```\n"),
        Just("~~~~\n```\n\ntext\n~~~~\n"),
        Just("> a quote [2]\nlazy\n>\n> - with a list\n"),
        Just("> ```\n> fenced\n\nnot in it\n"),
        Just("| a | b |\n|---|:-:|\n| c [1] | d |\nrow\n"),
        Just("    code\n\n    more code\n"),
        Just("<script>\nlet x;\n\n# no heading\n</script>\n"),
        Just("<!-- a\n\nb -->\n"),
        Just("<details>\n<summary>x</summary>\n"),
        Just("---\n"),
        Just("[text][ref], [ref], ![image][ref] and [other][].\n"),
        Just("[ref]: https://h.example/ref\n"),
        Just("[Other]:\n  https://h.example/other 'title'\n"),
        Just("[1]: https://h.example/\n"),
        Just(" one blank before\n"),
        Just("- [x] done\n- [ ] to do\n"),
        Just("The sum $a_1 + b$ costs $5, or $7 [1]; \\(x\\) too.\n"),
        Just("$$\na\n- b\n= c\n$$\n"),
        Just("- an item with\n  \\[ x\n  + y \\]\n"),
        Just("> $$\n> a = b\n> $$\n"),
        Just("```tex\n\\[ a\n\n= b \\] $x$\n```\n"),
        Just("A note[^n], and one[^none] without.\n"),
        Just("[^n]: What it says [1].\n[^other]: Another,\non two lines.\n"),
        Just(
            "Words that fill a piece until it is heavy enough to end, and *more* of `them`, and **more** again [3]. Words.\n"
        ),
    ];
    let gap = prop_oneof![4 => Just("\n"), 1 => Just("\n\n"), 1 => Just(" \n"), 1 => Just("\r\n")];
    let filler = "Filler *x* `y` ~z~ _w_. ".repeat(9);
    let padded = (block, gap, any::<bool>()).prop_map(move |(block, gap, fill)| {
        if fill { format!("{filler}\n\n{block}{gap}") } else { format!("{block}{gap}") }
    });
    prop::collection::vec(padded, 1..14).prop_map(|blocks| blocks.concat())
}

fn natives() -> impl Strategy<Value = Vec<(usize, NativeCitation)>> {
    let native = (0usize..40, 0u32..4_000, prop::option::of(Just("capital of France".to_owned())), 0u32..5);
    let native = native.prop_map(|(step, end, quote, source)| {
        let span = Span { start: end.saturating_sub(9), end };
        (step, NativeCitation { span, quote, sources: vec![source.to_string()] })
    });
    prop::collection::vec(native, 0..5)
}

fn seeded() -> TestRng {
    let seed = std::env::var("SIDECITE_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64
    });
    eprintln!("SIDECITE_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}

fn check<S: Strategy>(cases: u32, strategy: &S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = ProptestConfig { failure_persistence: None, cases, ..ProptestConfig::default() };
    proptest::test_runner::TestRunner::new_with_rng(config, seeded())
        .run(strategy, test)
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_stream_ends_as_the_whole() {
    let cuts = prop::collection::vec(1usize..200, 1..12);
    check(600, &(fragments(), natives(), cuts), |(text, natives, cuts)| {
        let only: Vec<NativeCitation> = natives.iter().map(|(_, native)| native.clone()).collect();
        let whole = render_answer(&text, &only, &passages(), 3);
        let (streamed, _) = stream(&text, &natives, &cuts);
        prop_assert_eq!(streamed, whole, "{:?}", text);
        Ok(())
    });
}

#[test]
fn pieces_are_the_blocks_of_the_whole() {
    check(2_000, &blocks(), |text| {
        let pieces = render_answer(&text, &[], &passages(), 3);
        prop_assert!(pieces.iter().all(|piece| piece.continues == Continues::Nothing));
        let (nodes, citations) = joined(&pieces);
        let (_, expected) = cite_all(&text, &[], &passages(), 3);
        prop_assert_eq!(unnumbered(&nodes), unnumbered(&render(&text, &expected)), "{:?}", text);
        prop_assert_eq!(citations, expected, "{:?}", text);
        Ok(())
    });
}

/// Six answers without end, of about `bytes` bytes.
fn shapes(bytes: usize) -> Vec<(&'static str, String)> {
    let grown = |name: &'static str, head: &str, line: &dyn Fn(usize) -> String| {
        let mut text = head.to_owned();
        for at in 0.. {
            if text.len() >= bytes {
                break;
            }
            text.push_str(&line(at));
        }
        (name, text)
    };
    vec![
        grown("paragraphs", "", &|at| {
            format!("Paragraph {at} says that the cat sat on the mat [1] and more.\n\n")
        }),
        grown("one paragraph", "", &|at| format!("Sentence {at} of *one* paragraph cites [2]. ")),
        grown("one list", "", &|at| format!("{}. Item {at} with **bold** [3]\n", at + 1)),
        grown("one code fence", "```rust\n", &|at| format!("let x{at} = [1];\n")),
        grown("one table", "| a | b |\n|---|---|\n", &|at| format!("| row {at} | text [1] |\n")),
        grown("no white space", "", &|at| format!("word{at},")),
    ]
}

#[test]
fn twice_the_answer_is_twice_the_work() {
    let cuts = prop::collection::vec(8usize..900, 4..40);
    check(4, &cuts, |cuts| {
        let (small, large) = (shapes(300_000), shapes(600_000));
        for ((name, small), (_, large)) in small.iter().zip(&large) {
            let (_, half) = stream(small, &[], &cuts);
            let (_, all) = stream(large, &[], &cuts);
            let ratio = all as f64 / half as f64;
            eprintln!(
                "{name}: {half} bytes parsed for {}, {all} for {}: {ratio:.2}",
                small.len(),
                large.len()
            );
            prop_assert!(ratio <= 2.2, "{name}: {ratio}");
        }
        Ok(())
    });
}

#[test]
fn endless_blocks_go_on_as_what_they_are() {
    for (name, text) in shapes(200_000) {
        let pieces = render_answer(&text, &[], &passages(), 3);
        assert!(pieces.len() > 8, "{name}: {} pieces", pieces.len());
        let (whole, _) = stream(&text, &[], &[333, 71]);
        assert_eq!(whole, pieces, "{name}");
        let plain = render(&text, &cite_all(&text, &[], &passages(), 3).1);
        match (name, plain.as_slice()) {
            ("one list", [Node::List { items, .. }]) => {
                let parts: Vec<_> = pieces
                    .iter()
                    .flat_map(|piece| match piece.nodes.as_slice() {
                        [Node::List { ordered: true, start, items }] => {
                            assert!(piece.continues == Continues::List || *start == 1);
                            items
                                .iter()
                                .enumerate()
                                .map(|(at, item)| (start + at as u64, item))
                                .collect::<Vec<_>>()
                        }
                        other => panic!("{other:?}"),
                    })
                    .collect();
                assert_eq!(parts.len(), items.len());
                assert!(parts.iter().enumerate().all(|(at, (number, _))| *number == at as u64 + 1));
            }
            ("one code fence", [Node::CodeBlock { language, text }]) => {
                let parts: Vec<_> = pieces
                    .iter()
                    .map(|piece| match piece.nodes.as_slice() {
                        [Node::CodeBlock { language: lang, text }] => {
                            assert_eq!(lang, language);
                            text.as_str()
                        }
                        other => panic!("{other:?}"),
                    })
                    .collect();
                assert_eq!(parts.join("\n"), *text);
            }
            ("one table", [Node::Table { rows, .. }]) => {
                let mut parts = Vec::new();
                for piece in &pieces {
                    let [Node::Table { header, rows, .. }] = piece.nodes.as_slice() else {
                        panic!("{piece:?}")
                    };
                    assert_eq!(header.is_empty(), piece.continues == Continues::Table);
                    parts.extend(rows);
                }
                assert_eq!(parts.len(), rows.len());
            }
            ("one paragraph" | "no white space", [Node::Paragraph(_)]) => {
                assert!(pieces.iter().all(|piece| matches!(piece.nodes.as_slice(), [Node::Paragraph(_)])));
                assert!(pieces.iter().skip(1).all(|piece| piece.continues == Continues::Block));
            }
            ("paragraphs", many) => {
                assert_eq!(pieces.iter().map(|piece| piece.nodes.len()).sum::<usize>(), many.len())
            }
            (name, other) => panic!("{name}: {} nodes", other.len()),
        }
    }
}

#[test]
fn no_answer_makes_more_nodes_than_a_page_can_hold() {
    for line in ["a\n\n", "- a\n", "*a* ", "[1]", "【1】", "|a|\n|-|\n|b|\n\n", "> a\n\n", "# a\n", "`a`\n"]
    {
        let text = line.repeat(1_000_000 / line.len());
        let pieces = render_answer(&text, &[], &passages(), 3);
        let nodes: usize = pieces
            .iter()
            .map(|piece| format!("{:?}", piece.nodes).matches("Text(").count() + piece.nodes.len())
            .sum();
        eprintln!("{line:?}: {} pieces, {nodes} nodes", pieces.len());
        assert!(nodes < 120_000, "{line:?}: {nodes}");
    }
}
