//! Formulas in answers: what is one, what it becomes, and that none can do more than stand there.

use sidecite::cite::cite;
use sidecite::markup::{
    Inline, MAX_MATH_DEPTH, MathAttribute, MathNode, MathTag, Node, Piece, plain_text, render, render_answer,
};
use std::time::Instant;

fn inlines(answer: &str) -> Vec<Inline> {
    match render(answer, &cite(answer, &[], 0)).as_slice() {
        [Node::Paragraph(inlines)] => inlines.clone(),
        other => panic!("{answer:?}: {other:?}"),
    }
}

/// MathML as text, for people to read.
fn show(nodes: &[MathNode]) -> String {
    nodes
        .iter()
        .map(|node| match node {
            MathNode::Text(text) => text.clone(),
            MathNode::Element { tag, children, .. } => format!("<{0}>{1}</{0}>", tag.name(), show(children)),
        })
        .collect()
}

/// The formulas of an answer of one paragraph: their source, whether they stand on lines of their own, and their MathML.
fn formulas(answer: &str) -> Vec<(String, bool, String)> {
    let formula = |inline: &Inline| match inline {
        Inline::Math { source, is_display, nodes } => Some((source.clone(), *is_display, show(nodes))),
        _ => None,
    };
    inlines(answer).iter().filter_map(formula).collect()
}

fn sources(answer: &str) -> Vec<String> {
    formulas(answer).into_iter().map(|(source, ..)| source).collect()
}

#[test]
fn four_ways_to_write_a_formula() {
    let x = "<mi>x</mi><mo>=</mo><mn>1</mn>";
    for (answer, is_display) in
        [(r"a $x=1$ b", false), (r"a \(x=1\) b", false), (r"a $$x=1$$ b", true), (r"a \[x=1\] b", true)]
    {
        let source = answer[2..answer.len() - 2].to_owned();
        assert_eq!(formulas(answer), [(source, is_display, x.to_owned())], "{answer}");
        assert_eq!(plain_text(&inlines(answer)), answer);
    }
    assert_eq!(formulas(r"\( x \) and \[ x^2 \]").len(), 2);
    assert_eq!(sources(r"\(a\)\(b\), $a$-$b$"), [r"\(a\)", r"\(b\)", "$a$", "$b$"]);
    assert_eq!(sources("函数$f(x)$是，the $n$th, ($x$), “$z$”."), ["$f(x)$", "$n$", "$x$", "$z$"]);
    assert!(
        matches!(&inlines("**$y$**")[..], [Inline::Strong(inner)] if matches!(inner[..], [Inline::Math { .. }]))
    );
    assert_eq!(sources("a triangle $ABC$ of $5$ cm"), ["$ABC$", "$5$"]);
}

#[test]
fn a_formula_may_stand_on_several_lines_whatever_they_begin_with() {
    for answer in [
        "$$\na\n= b\n- c\n+ d\n> e\n$$",
        "\\[\na\n- b\n\\]",
        "is\n$$\n# a\n$$",
        "- x\n  \\[ a\n  + b \\]",
        "> $$\n> a\n> = b\n> $$",
    ] {
        let shown = format!("{:?}", render(answer, &[]));
        assert_eq!(
            shown.matches("is_display: true").count(),
            1 - usize::from(answer.contains("> e")),
            "{answer:?}: {shown}"
        );
    }
    // Not over a blank line, nor over code.
    for answer in ["$$\na\n\nb = c\n$$", "\\[ a\n\n= b \\]", "$$ a\n```\nb = c$$\n```"] {
        let shown = format!("{:?}", render(answer, &[]));
        assert!(!shown.contains("Math"), "{answer:?}: {shown}");
    }
}

#[test]
fn dollars_are_often_money_or_variables() {
    for answer in [
        "It costs $5 and $7.",
        "from $5-$7 to $10–$12",
        "US$5 [1] and US$7",
        "$5/month vs. $7/month",
        "**$5** and **$7**",
        "$5 million to 7$",
        "set $HOME/$PATH",
        "cost $ and $ again",
        "costs $$ and $$ of it",
        "5$ or 6$",
        r"\$5 and \$6 x$",
        "a $ b",
        "unclosed $x + y",
        "unclosed $$x + y",
        r"unclosed \(x",
        r"unclosed \[x = 1",
        "$$$x$$$",
        "$ x $",
    ] {
        assert_eq!(sources(answer), Vec::<String>::new(), "{answer}");
    }
    assert_eq!(plain_text(&inlines("It costs $5 and $7.")), "It costs $5 and $7.");
    assert_eq!(plain_text(&inlines(r"\(so on\), \[sic\], \[1\]")), "(so on), [sic], [1]");
    assert_eq!(plain_text(&inlines(r"\$5 and \$6")), "$5 and $6");
}

#[test]
fn citations_around_and_in_formulas() {
    let answer = "The sum $a_1$ [1] costs $5 [2], or $7 [3]; $x[1]$ holds [4].";
    let cited: Vec<u32> = cite(answer, &[], 0).iter().map(|citation| citation.number).collect();
    assert_eq!(cited, [1, 2, 3, 4]);
    let places = inlines(answer).iter().filter(|inline| matches!(inline, Inline::Cite(_))).count();
    assert_eq!((places, sources(answer)), (4, vec!["$a_1$".to_owned(), "$x[1]$".to_owned()]));
    for citation in cite(answer, &[], 0) {
        assert!(citation.group.of(answer).starts_with('['), "{citation:?}");
    }
}

#[test]
fn code_keeps_what_it_says() {
    let code = "\\[ a\n= b \\] \\( x \\) $y$ $$z$$ costs $5 and | $|x|$";
    let expected = Node::CodeBlock { language: None, text: code.to_owned() };
    assert_eq!(render(&format!("```\n{code}\n```"), &[]), [expected]);
    let inline = Inline::Code(r"\(x\) $y$ \[z=1\] $5".into());
    assert_eq!(inlines(r"`\(x\) $y$ \[z=1\] $5`"), [inline]);
    assert_eq!(sources("`$x` and $y$, `$z`"), ["$y$"]);
}

#[test]
fn bars_in_formulas_end_no_cell() {
    let nodes = render("| a | b |\n|---|---|\n| $P(A|B)$ | $\\|x\\|$ |", &[]);
    let [Node::Table { rows, .. }] = nodes.as_slice() else { panic!("{nodes:?}") };
    assert_eq!(rows.len(), 1);
    assert!(
        rows[0]
            .iter()
            .all(|cell| matches!(cell.as_slice(), [Inline::Math { nodes, .. }] if !nodes.is_empty())),
        "{rows:?}"
    );
}

#[test]
fn what_is_not_tex_is_shown_as_its_source() {
    for (tex, reason) in [
        (r"\unknowncommand{x}", "unknown"),
        (r"\frac{a}", "incomplete"),
        (r"\begin{matrix}a", "unclosed"),
        (r"\href{javascript:alert(1)}{x}", "a link"),
        (r"\eqref{a} x", "a link"),
        (r"\includegraphics{https://evil.example}", "an image"),
        (r"\hspace{100000em}x", "too wide"),
    ] {
        let answer = format!("a ${tex}$ b");
        assert_eq!(formulas(&answer), [(format!("${tex}$"), false, String::new())], "{reason}");
    }
}

#[test]
fn what_models_write_beyond_the_commands_that_are_known() {
    for (tex, shown) in [
        (r"\boxed{x}", "<mi>x</mi>"),
        (r"\textcolor{red}{x}", "<mi>x</mi>"),
        ("5%", "<mn>5</mn><mi>%</mi>"),
        (r"5\%", "<mn>5</mn><mi>%</mi>"),
        (r"x\label{eq:1}", "<mi>x</mi>"),
    ] {
        assert_eq!(formulas(&format!("a ${tex}$"))[0].2, shown, "{tex}");
    }
    let tagged = &formulas(r"\[x = 1 \tag{7}\]")[0].2;
    assert!(tagged.contains("(7)"), "{tagged}");
    let aligned = &formulas(r"\[\begin{align} a &= b \\ c &= d \end{align}\]")[0].2;
    assert!(!aligned.contains("(1)") && aligned.matches("<mtd>").count() == 4, "{aligned}");
    let split = &formulas(r"\[\begin{split} a &= b \end{split}\]")[0].2;
    assert!(split.contains("mtable"), "{split}");
}

/// Every element and attribute of the formulas of an answer, and how deep they go.
fn walk(
    nodes: &[MathNode],
    depth: usize,
    visit: &mut impl FnMut(usize, MathTag, &[(MathAttribute, String)]),
) {
    for node in nodes {
        if let MathNode::Element { tag, attributes, children, .. } = node {
            visit(depth, *tag, attributes);
            walk(children, depth + 1, visit);
        }
    }
}

fn all(pieces: &[Piece]) -> Vec<Inline> {
    let blocks = pieces.iter().flat_map(|piece| &piece.nodes);
    blocks
        .flat_map(|node| if let Node::Paragraph(inlines) = node { inlines.clone() } else { Vec::new() })
        .collect()
}

#[test]
fn hostile_formulas_are_bounded() {
    let deep = |open: &str, inner: &str, close: &str, times: usize| {
        format!("$${}{inner}{}$$", open.repeat(times), close.repeat(times))
    };
    let mut hostile = vec![
        format!(
            "$${}$$",
            r"\begin{array}{".to_owned() + &"|".repeat(1_500) + "}" + &r"a\\".repeat(500) + r"\end{array}"
        ),
        format!("$${}$$", r"\begin{matrix}".to_owned() + &"1&".repeat(1_900) + r"\end{matrix}"),
        format!("$${}$$", "x".repeat(3_900)),
        format!("${}$ ", "x".repeat(900)).repeat(40),
        "$x$".repeat(20_000),
        r"\(x^2\) ".repeat(20_000),
        "$".repeat(50_000),
        "$$".repeat(50_000) + "x",
        r"\(".repeat(50_000),
        r"\[ x = ".repeat(30_000),
        "$a ".repeat(30_000),
        "$$a $b ".repeat(20_000),
    ];
    for times in [30, 100, 900, 10_000] {
        for (open, inner, close) in [
            ("{", "x", "}"),
            (r"\sqrt", " x", ""),
            (r"\sqrt{", "x", "}"),
            (r"\frac{a}", "x", ""),
            (r"\frac a", "x", ""),
            (r"\frac1", "x", ""),
            (r"\frac{a}{", "x", "}"),
            (r"\sqrt[3]", "x", ""),
            (r"\left(", "x", r"\right)"),
            (r"\displaystyle a", "x", ""),
            (r"\color{red}", "x", ""),
            (r"\hat", " x", ""),
            (r"\not", " =", ""),
            ("x^{", "x", "}"),
            ("x_", "x", ""),
            ("x'", "x", ""),
            (r"\overset{a}", "x", ""),
            (r"\prescript{a}{b}", "x", ""),
            (r"\mathop", " x", ""),
            (r"\big", "(", ""),
            (r"\text{", "x", "}"),
            (r"\begin{matrix}", "x", r"\end{matrix}"),
            (r"\boxed{", "x", "}"),
            (r"\xrightarrow[a]", "{x}", ""),
            (r"\genfrac(){1pt}{1}{a}", "x", ""),
            (r"\substack{", "x", "}"),
        ] {
            hostile.push(deep(open, inner, close, times));
        }
    }
    for answer in hostile {
        let name: String = answer.chars().take(24).collect();
        let began = Instant::now();
        let pieces = render_answer(&answer, &[], &[], 0);
        assert!(began.elapsed().as_secs() < 5, "{name}: {:?}", began.elapsed());
        for piece in &pieces {
            let (mut count, mut deepest) = (0, 0);
            for inline in all(std::slice::from_ref(piece)) {
                if let Inline::Math { nodes, .. } = inline {
                    walk(&nodes, 1, &mut |depth, _, _| {
                        (count, deepest) = (count + 1, deepest.max(depth));
                    });
                }
            }
            assert!(deepest <= MAX_MATH_DEPTH && count <= 2_500, "{name}: {count} elements, {deepest} deep");
        }
    }
}

#[test]
fn ordinary_formulas_are_within_the_bounds() {
    for tex in [
        r"\frac{\partial^2 u}{\partial t^2} = c^2 \nabla^2 u",
        r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}^{-1} = \frac{1}{-2} \begin{pmatrix} 4 & -2 \\ -3 & 1 \end{pmatrix}",
        r"\left( \frac{1}{\sqrt{1 + \left( \frac{a}{b} \right)^2}} \right)",
        r"f(x) = \begin{cases} x^2 & \text{if } x > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\hat{y} = \sigma\left(\sum_{i=1}^{n} w_i x_i + b\right), \quad \sigma(z) = \frac{1}{1 + e^{-z}}",
        r"\int_0^\infty e^{-x^2} \, dx = \frac{\sqrt{\pi}}{2}",
        r"\alpha \beta \gamma \delta \epsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi \pi \rho \sigma",
        r"x \in [0, 1), \; y \in (0, 1], \; \|x\|_2 \leq \lVert y \rVert",
        r"\underbrace{a + b}_{\text{sum}} \xrightarrow{f} \overline{AB} \cdot \vec{v}",
        r"\cfrac{1}{1 + \cfrac{1}{1 + \cfrac{1}{1 + \cfrac{1}{x}}}}",
        r"\Bigl[ \binom{n}{k} \Bigr] \mathbb{E}[X] \mathcal{N}(\mu, \sigma^2) \operatorname{softmax}(QK^\top / \sqrt{d_k})V",
    ] {
        let shown = formulas(&format!("$${tex}$$"));
        assert!(shown.len() == 1 && !shown[0].2.is_empty(), "{tex}: {shown:?}");
    }
}

#[test]
fn a_formula_that_arrives_in_parts_is_the_whole_one() {
    let answer = "Before.\n\nThe sum $\\frac{a}{b}$ is\n\\[\na\n= b\n\\]\nand costs $5. After [1].\n";
    let whole = render_answer(answer, &[], &[], 0);
    for cut in (0..=answer.len()).filter(|cut| answer.is_char_boundary(*cut)) {
        let mut renderer = sidecite::markup::AnswerRenderer::new(Vec::new(), 0);
        let mut pieces = Vec::new();
        renderer.push(&answer[..cut]);
        renderer.paint().apply(&mut pieces);
        renderer.push(&answer[cut..]);
        renderer.finish();
        while renderer.is_dirty() {
            renderer.paint().apply(&mut pieces);
        }
        assert_eq!(pieces, whole, "{cut}");
    }
    assert_eq!(all(&whole).iter().filter(|inline| matches!(inline, Inline::Math { .. })).count(), 2);
}
