use crate::markup::MathNode;
use leptos::prelude::*;
use web_sys::{Document, Element, Node};

/// The namespace of MathML.
const MATHML: &str = "http://www.w3.org/1998/Math/MathML";

/// A formula; its source as code when it has no nodes.
pub fn formula(source: &str, is_display: bool, nodes: &[MathNode]) -> AnyView {
    if nodes.is_empty() {
        let title = t!(
            "Shown as it was written: this formula is faulty, too long, or uses a command that is not known here."
        );
        return view! { <code title=title>{source.to_owned()}</code> }.into_any();
    }
    let drawing = Drawing { source: source.to_owned(), is_display, nodes: nodes.to_vec() };
    if is_display {
        view! { <span class="answer-formula" tabindex="0" role="group" aria-label=t!("Formula") use:draw=drawing></span> }
            .into_any()
    } else {
        view! { <span use:draw=drawing></span> }.into_any()
    }
}

#[derive(Clone)]
struct Drawing {
    source: String,
    is_display: bool,
    nodes: Vec<MathNode>,
}

/// Elements of the nodes: made one by one, because `view!` would bring a type and its code for each name.
fn draw(place: Element, drawing: Drawing) {
    // A browser that cannot make them leaves the source there.
    if build(&place, &drawing).is_none() {
        place.set_text_content(Some(&drawing.source));
    }
}

fn build(place: &Element, drawing: &Drawing) -> Option<()> {
    let document = document();
    let math = element(&document, "math")?;
    // Formulas run from left to right in Arabic text too.
    math.set_attribute("dir", "ltr").ok()?;
    if drawing.is_display {
        math.set_attribute("display", "block").ok()?;
    }
    let (semantics, row) = (element(&document, "semantics")?, element(&document, "mrow")?);
    fill(&document, &row, &drawing.nodes)?;
    let annotation = element(&document, "annotation")?;
    annotation.set_attribute("encoding", "application/x-tex").ok()?;
    annotation.set_text_content(Some(&drawing.source));
    for (parent, child) in
        [(&semantics, &row), (&semantics, &annotation), (&math, &semantics), (place, &math)]
    {
        parent.append_child(child).ok()?;
    }
    Some(())
}

/// Trees are at most `MAX_MATH_DEPTH` deep, so is the recursion.
fn fill(document: &Document, parent: &Element, nodes: &[MathNode]) -> Option<()> {
    for node in nodes {
        let child: Node = match node {
            MathNode::Text(text) => document.create_text_node(text).into(),
            MathNode::Element { tag, attributes, looks, children } => {
                let child = element(document, tag.name())?;
                for (name, value) in attributes {
                    child.set_attribute(name.name(), value).ok()?;
                }
                for look in looks {
                    child.class_list().add_1(look.class()).ok()?;
                }
                fill(document, &child, children)?;
                child.into()
            }
        };
        parent.append_child(&child).ok()?;
    }
    Some(())
}

fn element(document: &Document, name: &str) -> Option<Element> {
    document.create_element_ns(Some(MATHML), name).ok()
}
