//! Footnotes in answers: references, definitions, and what belongs to what while an answer grows.

use sidecite::cite::cite;
use sidecite::markup::{AnswerRenderer, Inline, Node, Piece, render, render_answer};

fn reference(label: &str, is_defined: bool) -> Inline {
    Inline::Footnote { label: label.into(), is_defined }
}

fn text(text: &str) -> Inline {
    Inline::Text(text.into())
}

fn footnote(label: &str, inlines: Vec<Inline>) -> Node {
    Node::Footnote { label: label.into(), nodes: vec![Node::Paragraph(inlines)] }
}

#[test]
fn references_and_definitions() {
    let answer = "One[^1] and two[^long name].\n\n[^1]: First [1].\n[^long  name]: Second,\nstill.\n\nAfter.";
    assert_eq!(
        render(answer, &cite(answer, &[], 0)),
        [
            Node::Paragraph(vec![
                text("One"),
                reference("1", true),
                text(" and two"),
                reference("long name", true),
                text(".")
            ]),
            Node::Paragraph(vec![text("After.")]),
            footnote("1", vec![text("First "), Inline::Cite(0), text(".")]),
            footnote("long name", vec![text("Second,"), Inline::SoftBreak, text("still.")]),
        ]
    );
    // A citation is no footnote, and a footnote no citation.
    assert_eq!(cite("a [^1] b [1]\n\n[^1]: c", &[], 0).len(), 1);
    assert_eq!(render("a[^1]", &[]), [Node::Paragraph(vec![text("a"), reference("1", false)])]);
}

#[test]
fn only_the_first_of_a_label_is_a_footnote() {
    let answer = "a[^1]\n\n[^1]: first\n\n[^1]: second\n";
    assert_eq!(
        render(answer, &[]),
        [
            Node::Paragraph(vec![text("a"), reference("1", true)]),
            Node::Paragraph(vec![text("second")]),
            footnote("1", vec![text("first")]),
        ]
    );
}

fn notes(pieces: &[Piece]) -> Vec<String> {
    let all = pieces.iter().flat_map(|piece| &piece.nodes);
    all.filter_map(|node| if let Node::Footnote { label, .. } = node { Some(label.clone()) } else { None })
        .collect()
}

#[test]
fn a_definition_may_come_long_after_its_reference() {
    let filler = format!("{}\n\n", "Words that fill a piece. ".repeat(60));
    let answer =
        format!("See[^n] and [^none].\n\n{}[^n]: Late.\n\n{filler}[^n]: Again.\n", filler.repeat(20));
    let mut renderer = AnswerRenderer::new(Vec::new(), 0);
    let mut pieces = Vec::new();
    let shown = |pieces: &[Piece]| format!("{:?}", pieces[0].nodes);
    let missing = "Footnote { label: \"n\", is_defined: false }";
    for part in answer.as_bytes().chunks(500) {
        renderer.push(std::str::from_utf8(part).unwrap());
        while renderer.is_dirty() {
            renderer.paint().apply(&mut pieces);
        }
        assert!(shown(&pieces).contains(missing));
    }
    renderer.finish();
    while renderer.is_dirty() {
        renderer.paint().apply(&mut pieces);
    }
    assert!(shown(&pieces).contains("Footnote { label: \"n\", is_defined: true }"), "{}", shown(&pieces));
    assert!(shown(&pieces).contains("Footnote { label: \"none\", is_defined: false }"));
    assert_eq!(notes(&pieces), ["n"]);
    assert_eq!(pieces, render_answer(&answer, &[], &[], 0));
    // Each piece was parsed a few times, not once for each step.
    assert!(renderer.parsed_bytes() < 8 * answer.len() as u64, "{}", renderer.parsed_bytes());
}

#[test]
fn footnotes_in_lists_and_quotations_do_not_end_them() {
    let answer = "1. one[^a]\n\n   [^a]: In an item.\n2. two\n\n> quote[^b]\n>\n> [^b]: In a quotation.\n";
    let nodes = render(answer, &[]);
    assert!(matches!(&nodes[0], Node::List { items, .. } if items.len() == 2), "{nodes:?}");
    assert!(matches!(&nodes[1], Node::Quote(_)), "{nodes:?}");
    assert_eq!(nodes.len(), 4, "{nodes:?}");
}
