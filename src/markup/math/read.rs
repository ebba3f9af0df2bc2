//! MathML as text → the closed tree. An explicit stack of open elements, bounded; nothing here recurses.

use super::{MAX_MATH_DEPTH, MAX_NODES, MathAttribute, MathLook, MathNode, MathTag};

/// Longest length that an attribute may state, in whatever unit.
const MAX_LENGTH: f32 = 20.0;

type Attributes = Vec<(MathAttribute, String)>;

/// An element under construction.
enum Frame {
    Element {
        tag: MathTag,
        attributes: Attributes,
        looks: Vec<MathLook>,
        children: Vec<MathNode>,
    },
    /// Text set in some way within `mtext`: what it holds belongs to the element around it.
    Style {
        name: String,
    },
}

/// What stands within `<math …>…</math>`; nothing when there is anything else than what the tree has.
pub(super) fn read(mathml: &str) -> Option<Vec<MathNode>> {
    let inside = mathml.strip_prefix("<math")?.split_once('>')?.1.strip_suffix("</math>")?;
    let mut reader = Reader { stack: Vec::new(), nodes: Vec::new(), count: 0 };
    let mut rest = inside;
    while let Some(at) = rest.find('<') {
        let (text, from) = rest.split_at(at);
        reader.text(text)?;
        let (tag, after) = from.get(1..)?.split_once('>')?;
        reader.tag(tag)?;
        rest = after;
    }
    reader.text(rest)?;
    reader.stack.is_empty().then_some(reader.nodes)
}

struct Reader {
    stack: Vec<Frame>,
    nodes: Vec<MathNode>,
    count: usize,
}

impl Reader {
    fn tag(&mut self, tag: &str) -> Option<()> {
        if let Some(name) = tag.strip_prefix('/') {
            return self.close(name);
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        self.open(name, attributes)?;
        if is_empty { self.close(name) } else { Some(()) }
    }

    fn open(&mut self, name: &str, attributes: &str) -> Option<()> {
        self.count += 1;
        if self.stack.len() >= MAX_MATH_DEPTH || self.count > MAX_NODES {
            return None;
        }
        let Some(tag) = MathTag::of(name) else {
            let look = match name {
                "b" => Some(MathLook::Bold),
                "i" | "em" => Some(MathLook::Italic),
                "code" | "span" | "s" | "u" => None,
                _ => return None,
            };
            if let Some(Frame::Element { tag: MathTag::Text, looks, .. }) =
                self.stack.iter_mut().rfind(is_element)
            {
                looks.extend(look);
            }
            self.stack.push(Frame::Style { name: name.to_owned() });
            return Some(());
        };
        let (attributes, looks) = read_attributes(attributes)?;
        self.stack.push(Frame::Element { tag, attributes, looks, children: Vec::new() });
        Some(())
    }

    fn close(&mut self, name: &str) -> Option<()> {
        match self.stack.pop()? {
            Frame::Style { name: open } => (open == name).then_some(()),
            Frame::Element { tag, attributes, looks, children } => {
                let node = MathNode::Element { tag, attributes, looks, children };
                (tag.name() == name).then(|| self.add(node))
            }
        }
    }

    fn text(&mut self, text: &str) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        self.count += 1;
        let text =
            text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        self.add(MathNode::Text(text));
        (self.count <= MAX_NODES).then_some(())
    }

    fn add(&mut self, node: MathNode) {
        if is_filler(&node) {
            return;
        }
        match self.stack.iter_mut().rfind(is_element) {
            Some(Frame::Element { children, .. }) => children.push(node),
            _ => self.nodes.push(node),
        }
    }
}

fn is_element(frame: &&mut Frame) -> bool {
    matches!(frame, Frame::Element { .. })
}

/// A cell that only keeps a numbered line in the middle of the page, which is wider than a column.
fn is_filler(node: &MathNode) -> bool {
    matches!(
        node,
        MathNode::Element { tag: MathTag::Cell, attributes, children, .. }
            if children.is_empty() && attributes.iter().any(|(name, _)| *name == MathAttribute::Width)
    )
}

/// The attributes and looks of `name="value" …`; nothing when one is not among ours.
fn read_attributes(text: &str) -> Option<(Attributes, Vec<MathLook>)> {
    let (mut attributes, mut looks) = (Vec::new(), Vec::new());
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        rest = after.trim_start();
        match name {
            "style" => value.split(';').for_each(|rule| match style(rule.trim()) {
                Some(Style::Look(look)) => looks.push(look),
                Some(Style::Filler) => attributes.push((MathAttribute::Width, String::new())),
                None => {}
            }),
            "class" => {}
            name => {
                let attribute = MathAttribute::of(name)?;
                if !is_harmless(value) {
                    return None;
                }
                attributes.push((attribute, value.to_owned()));
            }
        }
    }
    Some((attributes, looks))
}

enum Style {
    Look(MathLook),
    /// The width of a cell that fills a line.
    Filler,
}

/// What a rule of a style attribute is for us: the page's style sheet is the only one. Colours are not ours: one that can be
/// read on a light page cannot be on a dark one.
fn style(rule: &str) -> Option<Style> {
    let (name, value) = rule.split_once(':')?;
    Some(Style::Look(match (name, value.trim()) {
        ("text-align", "left") => MathLook::Left,
        ("text-align", "right") => MathLook::Right,
        ("padding-left", "0") => MathLook::FlushLeft,
        ("padding-right", "0") => MathLook::FlushRight,
        ("border-left", _) => MathLook::RuleLeft,
        ("border-right", _) => MathLook::RuleRight,
        ("border-top", _) => MathLook::RuleTop,
        ("width", "50%" | "7.5%") => return Some(Style::Filler),
        _ => return None,
    }))
}

/// Words, numbers, and lengths that do not push the rest of the answer out of sight.
fn is_harmless(value: &str) -> bool {
    let plain =
        value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'%' | b' '));
    let number: String = value.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-')).collect();
    let is_short = number.parse::<f32>().map_or(number.is_empty(), |number| number.abs() <= MAX_LENGTH);
    plain && value.len() <= 64 && is_short
}
