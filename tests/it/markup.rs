//! `markup`: Markdown becomes the nodes it should, and nothing an answer says becomes more than text.

use proptest::prelude::*;
use sidecite::cite::cite;
use sidecite::markup::{Align, Inline, Item, MAX_DEPTH, MAX_NODES, Node, SafeUrl, plain_text, render};
use sidecite::text::is_hidden;

fn tree(answer: &str) -> Vec<Node> {
    render(answer, &cite(answer, &[], 0))
}

fn text(text: &str) -> Inline {
    Inline::Text(text.into())
}

fn paragraph(inlines: &[Inline]) -> Node {
    Node::Paragraph(inlines.to_vec())
}

#[test]
fn blocks_and_inlines() {
    assert_eq!(
        tree("# T\n\na *b* **c** ~~d~~ `e`  \nf\ng\n\n---"),
        [
            Node::Heading(1, vec![text("T")]),
            paragraph(&[
                text("a "),
                Inline::Emphasis(vec![text("b")]),
                text(" "),
                Inline::Strong(vec![text("c")]),
                text(" "),
                Inline::Strike(vec![text("d")]),
                text(" "),
                Inline::Code("e".into()),
                Inline::HardBreak,
                text("f"),
                Inline::SoftBreak,
                text("g"),
            ]),
            Node::Rule,
        ]
    );
    let item = |t: &str| Item { checked: None, nodes: vec![paragraph(&[text(t)])] };
    assert_eq!(
        tree("3. a\n4. b"),
        [Node::List { ordered: true, start: 3, items: vec![item("a"), item("b")] }]
    );
    assert_eq!(
        tree("- [x] a\n- [ ] b"),
        [Node::List {
            ordered: false,
            start: 1,
            items: vec![
                Item { checked: Some(true), ..item("a") },
                Item { checked: Some(false), ..item("b") }
            ]
        }]
    );
    assert_eq!(
        tree("```rust,ignore\nlet x = [1];\n\n```"),
        [Node::CodeBlock { language: Some("rust".into()), text: "let x = [1];\n".into() }]
    );
    assert_eq!(tree("```<script>\nx"), [Node::CodeBlock { language: None, text: "x".into() }]);
    assert_eq!(
        tree("> a\n> > b"),
        [Node::Quote(vec![paragraph(&[text("a")]), Node::Quote(vec![paragraph(&[text("b")])])])]
    );
    assert_eq!(
        tree("|a|b|\n|:-:|--:|\n|c|d|"),
        [Node::Table {
            header: vec![vec![text("a")], vec![text("b")]],
            rows: vec![vec![vec![text("c")], vec![text("d")]]],
            align: vec![Align::Center, Align::Right],
        }]
    );
    assert_eq!(tree("a &amp; b &lt;i&gt;"), [paragraph(&[text("a & b <i>")])]);
}

#[test]
fn citations_stand_in_their_places() {
    assert_eq!(
        tree("**It sat [1]**. [2, 3] `[4]` x[5]."),
        [paragraph(&[
            Inline::Strong(vec![text("It sat "), Inline::Cite(0)]),
            text(". "),
            Inline::Cite(1),
            Inline::Cite(2),
            text(" "),
            Inline::Code("[4]".into()),
            text(" x[5]."),
        ])]
    );
    assert_eq!(tree("a [1 & 2] b"), [paragraph(&[text("a "), Inline::Cite(0), Inline::Cite(1), text(" b")])]);
    assert_eq!(tree("a [1"), [paragraph(&[text("a [1")])]);
    assert_eq!(
        tree("[1]: https://evil.example\n\nx [1]"),
        [
            paragraph(&[Inline::Cite(0), text(": https://evil.example")]),
            paragraph(&[text("x "), Inline::Cite(1)])
        ]
    );
    // Citations of another text never panic.
    let citations = cite("a [1] b [2] c [3]", &[], 0);
    for other in ["", "é[1", "a", "xxxxxxéééééééé"] {
        render(other, &citations);
    }
}

#[test]
fn html_is_text_and_images_are_chips() {
    assert_eq!(tree("a <b onclick=x>c</b>"), [paragraph(&[text("a <b onclick=x>c</b>")])]);
    assert_eq!(
        tree("<script>\nalert(1)\n</script>"),
        [paragraph(&[
            text("<script>"),
            Inline::SoftBreak,
            text("alert(1)"),
            Inline::SoftBreak,
            text("</script>")
        ])]
    );
    assert_eq!(
        tree("![a *b*](https://evil.example/?q=x)"),
        [paragraph(&[Inline::BlockedImage { alt: "a b".into(), url: "https://evil.example/?q=x".into() }])]
    );
    assert_eq!(
        tree("![a][r]\n\n[r]: https://evil.example/i"),
        [paragraph(&[Inline::BlockedImage { alt: "a".into(), url: "https://evil.example/i".into() }])]
    );
}

#[test]
fn links_lead_only_to_http_and_mail() {
    let link = |source: &str| match &tree(source)[..] {
        [Node::Paragraph(inlines)] => match &inlines[..] {
            [Inline::Link { url, .. }] => Some(url.as_str().to_owned()),
            other => {
                assert!(!format!("{other:?}").contains("Link"), "{source}");
                None
            }
        },
        other => panic!("{source}: {other:?}"),
    };
    assert_eq!(link("[a](https://h.example/x)").unwrap(), "https://h.example/x");
    assert_eq!(link("<https://h.example/x>").unwrap(), "https://h.example/x");
    assert_eq!(link("[a](mailto:a@h.example)").unwrap(), "mailto:a@h.example");
    assert_eq!(link("<a@h.example>").unwrap(), "mailto:a@h.example");
    assert_eq!(link("[a](<HTTPS://h.example/a b>)").unwrap(), "https://h.example/ab");
    for bad in [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert)",
        "[a](&#106;avascript:alert)",
        "[a](java&#9;script:alert)",
        "[a](java&#x0A;script:alert)",
        "[a](&#1;javascript:alert)",
        "[a](\u{200b}javascript:x)",
        "[a](data:text/html,x)",
        "[a](vbscript:x)",
        "[a](file:///etc/passwd)",
        "[a](blob:https://h.example/1)",
        "[a](//evil.example)",
        "[a](/x)",
        "[a](x)",
        "[a](#x)",
        "[a]()",
        "[a](https://)",
        "[a](https://bank.example@evil.example)",
        "[a](https:evil.example)",
        "[a](https:/evil.example)",
        "[a](https:\\\\evil.example)",
        "[a](https://2130706433/)",
        "[a](https://0x7f.1/)",
        "[a](https://h%2eexample/)",
        "[a](https://h。example/)",
        "[a](https://h..example/)",
        "[a](https://h.example:99999/)",
        "[a](https://h.example:x/)",
        "[a](https://[::1/)",
        "[a][r]\n\n[r]: javascript:x",
        "<javascript:alert>",
    ] {
        assert_eq!(link(bad), None, "{bad}");
    }
    assert_eq!(SafeUrl::parse("https://аpple.example/").unwrap().destination(), "xn--pple-43d.example");
    assert_eq!(SafeUrl::parse("mailto:a@h.example").unwrap().destination(), "a@h.example");
    let deceiving = SafeUrl::parse("mailto:evil@evil.example?subject=//bank.example/x").unwrap();
    assert_eq!((deceiving.destination(), deceiving.is_mail()), ("evil@evil.example", true));
    for (typed, followed) in [
        ("https://bücher.example", "https://xn--bcher-kva.example/"),
        ("https://MÜNCHEN.example:8080?q", "https://xn--mnchen-3ya.example:8080/?q"),
        ("https://例え.テスト/パス", "https://xn--r8jz45g.xn--zckzah/パス"),
        ("http://[0:0::1]:80/x", "http://[::1]:80/x"),
        ("https://good.example\\@evil.example", "https://good.example/@evil.example"),
        ("https://127.0.0.1/", "https://127.0.0.1/"),
    ] {
        assert_eq!(SafeUrl::parse(typed).unwrap().as_str(), followed);
    }
    assert!(serde_json::from_str::<SafeUrl>("\"javascript:x\"").is_err());
}

/// Depth and count of a tree, without recursion.
#[test]
fn no_hidden_character_stays_in_a_link_or_hides_its_scheme() {
    for c in ('\0'..=char::MAX).filter(|c| is_hidden(*c)) {
        let followed = SafeUrl::parse(&format!("ht{c}tps://a{c}b.example/x{c}y")).unwrap();
        assert_eq!(followed.as_str(), "https://ab.example/xy", "{c:?}");
        assert!(SafeUrl::parse(&format!("java{c}script:x")).is_none(), "{c:?}");
    }
}

fn measure(nodes: &[Node]) -> (usize, usize) {
    enum Any<'a> {
        Node(&'a Node),
        Inline(&'a Inline),
    }
    let mut stack: Vec<(Any<'_>, usize)> = nodes.iter().map(|node| (Any::Node(node), 1)).collect();
    let (mut deepest, mut count) = (0, 0);
    while let Some((any, depth)) = stack.pop() {
        deepest = deepest.max(depth);
        count += 1;
        match any {
            Any::Node(Node::Paragraph(list) | Node::Heading(_, list)) => {
                stack.extend(list.iter().map(|inline| (Any::Inline(inline), depth + 1)));
            }
            Any::Node(Node::List { items, .. }) => {
                stack.extend(
                    items.iter().flat_map(|item| &item.nodes).map(|node| (Any::Node(node), depth + 1)),
                );
            }
            Any::Node(Node::Quote(nodes) | Node::Footnote { nodes, .. }) => {
                stack.extend(nodes.iter().map(|node| (Any::Node(node), depth + 1)))
            }
            Any::Node(Node::Table { header, rows, .. }) => stack.extend(
                header
                    .iter()
                    .chain(rows.iter().flatten())
                    .flatten()
                    .map(|inline| (Any::Inline(inline), depth + 1)),
            ),
            Any::Node(Node::CodeBlock { .. } | Node::Rule) => {}
            Any::Inline(
                Inline::Strong(list)
                | Inline::Emphasis(list)
                | Inline::Strike(list)
                | Inline::Link { text: list, .. },
            ) => {
                stack.extend(list.iter().map(|inline| (Any::Inline(inline), depth + 1)));
            }
            // Formulas have a bound of their own.
            Any::Inline(_) => {}
        }
    }
    (deepest, count)
}

fn check_bounds(answer: &str) {
    let start = std::time::Instant::now();
    let nodes = tree(answer);
    let (depth, count) = measure(&nodes);
    assert!(depth <= MAX_DEPTH + 1, "{answer:.20}: depth {depth}");
    assert!(count <= MAX_NODES + 100, "{answer:.20}: {count} nodes");
    drop(nodes.clone());
    drop(nodes);
    eprintln!(
        "{:>8} bytes {:?}: depth {depth}, {count} nodes, {:?}",
        answer.len(),
        &answer.chars().take(8).collect::<String>(),
        start.elapsed()
    );
    assert!(start.elapsed().as_secs() < 5, "{answer:.20}: {:?}", start.elapsed());
}

#[test]
fn nesting_and_size_are_bounded() {
    for piece in [
        "> ",
        ">",
        "- ",
        "1. ",
        "*a ",
        "**",
        "_a",
        "[",
        "![",
        "`",
        "<b>",
        "~~a",
        "[1]",
        "| a ",
        "\\",
        "&",
        "$",
        "$a",
        "$$",
        "$$a ",
        "\\(",
        "\\[",
        "$a$ ",
        "\\(a\\)",
        "[^1]",
        "[^1]: a\n",
        "$\\frac",
        "a\n",
        "# a\n",
        "- a\n",
        "[a](b) ",
        "*a* ",
    ] {
        check_bounds(&piece.repeat(50_000));
    }
    check_bounds(&format!("{}text", "> ".repeat(50_000)));
    check_bounds(&format!("{}https://h.example{}", "[".repeat(20_000), "](x)".repeat(20_000)));
    check_bounds(&format!("{}a{}", "*".repeat(20_000), "*".repeat(20_000)));
    let lists: String = (0..2_000).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect();
    check_bounds(&lists);
}

fn hostile() -> Option<std::path::PathBuf> {
    crate::support::data("hostile")
}

/// No node of an answer may lead anywhere by itself; links only to where a person may choose to go.
fn check_harmless(nodes: &[Node]) {
    let shown = format!("{nodes:?}");
    for (at, _) in shown.match_indices("Link { url: SafeUrl(\"") {
        let target = &shown[at + 21..];
        assert!(
            ["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)),
            "{target:.60}"
        );
    }
}

#[test]
fn hostile_answers_stay_text() {
    let Some(folder) = hostile() else { return };
    let exfil = std::fs::read_to_string(folder.join("answer_exfil.txt")).unwrap();
    for end in (0..=exfil.len()).filter(|end| exfil.is_char_boundary(*end)) {
        check_harmless(&tree(&exfil[..end]));
    }
    let nodes = tree(&exfil);
    let shown = format!("{nodes:?}");
    assert!(shown.contains("BlockedImage") && shown.contains("<img src=https://evil.example/1>"), "{shown}");
    check_bounds(&std::fs::read_to_string(folder.join("deep_quote_100k.md")).unwrap());
    for file in ["xss.html", "deep_div_100k.html", "inject_plain.md", "zalgo.txt"] {
        let source = String::from_utf8_lossy(&std::fs::read(folder.join(file)).unwrap()).into_owned();
        check_bounds(&source);
        check_harmless(&tree(&source));
    }
}

#[test]
fn every_prefix_of_a_nasty_answer_renders() {
    let nasty = "# H [1]\n\nA **b _c_ [2, 3]** `d[1]` [l](https://h.example \"t\") ![i](x) <b>é</b> &amp; 的【4】\n\
        1. x\n   - [ ] y\n     > z [1]\n\n```rs\ncode [1]\n```\n\n|a|b|\n|-|:-:|\n|[1]|`c`|\n\n[1]: javascript:x\n[r]: data:x\n\n[q][r] <https://a.example> \u{0}\u{1}[1]\u{2} \\[1\\] ~~s~~\n---\n";
    for end in (0..=nasty.len()).filter(|end| nasty.is_char_boundary(*end)) {
        check_harmless(&tree(&nasty[..end]));
    }
}

#[test]
fn no_text_is_lost() {
    let answer = "Plain words [a] with (brackets) and é, 的, 😀.\n\nAnother one.";
    let shown: Vec<String> = tree(answer)
        .iter()
        .map(|node| match node {
            Node::Paragraph(inlines) => plain_text(inlines),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(shown.join("\n\n"), answer);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_renders(answer in "(\\PC|\n){0,200}") {
        check_harmless(&tree(&answer));
    }

    #[test]
    fn markdown_soup_renders(parts in proptest::collection::vec(prop_oneof![
        Just("[1]"), Just("[2, 3]"), Just("["), Just("]"), Just("(javascript:x)"), Just("(https://h.example)"), Just("!"), Just("`"),
        Just("```\n"), Just("\n"), Just("\n\n"), Just("> "), Just("- "), Just("1. "), Just("    "), Just("**"), Just("*"), Just("_"),
        Just("<b>"), Just("<!--"), Just("-->"), Just("<script>"), Just("&#x0a;"), Just("é"), Just("的"), Just("\u{0}"), Just("\u{1}"),
        Just("\r"), Just("|"), Just("|-|\n"), Just("word "), Just("\\"), Just("[1]: z\n"), Just("~~"), Just("---\n"), Just("# "),
        Just("$"), Just("$$"), Just("\\("), Just("\\)"), Just("\\["), Just("\\]"), Just("x^2"), Just("\\frac{a}{b}"), Just("[^1]"), Just("[^1]: "),
        Just("{"), Just("}"), Just("= b"),
    ], 0..60)) {
        let answer = parts.concat();
        let nodes = tree(&answer);
        check_harmless(&nodes);
        let (depth, _) = measure(&nodes);
        prop_assert!(depth <= MAX_DEPTH + 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    /// What is shown as the destination is the host that a URL parser goes to.
    #[test]
    fn the_shown_destination_is_where_a_link_leads(
        target in "(https?://|HTTPS://|mailto:|javascript:|https:)?([a-z0-9éа的ß.:@/\\\\?#%\\[\\]_ \t-]{0,30}|[a-z]{1,8}\\.example(:[0-9]{0,6})?[/?#\\\\]?[a-zé@:.]{0,9})",
    ) {
        if let Some(safe) = SafeUrl::parse(&target) && let Ok(url) = url::Url::parse(safe.as_str()) {
            prop_assert!(["http", "https", "mailto"].contains(&url.scheme()));
            prop_assert!(url.username().is_empty() && url.password().is_none());
            if let Some(host) = url.host_str() {
                let shown = safe.destination();
                let shown_host = if shown.starts_with('[') { shown.rsplit_once(']').map_or(shown, |(host, _)| &shown[..host.len() + 1]) } else { shown.split(':').next().unwrap() };
                prop_assert_eq!(shown_host, host, "{}", target);
                let again = SafeUrl::parse(safe.as_str());
                prop_assert_eq!(again.as_ref(), Some(&safe));
            }
        }
    }
}
