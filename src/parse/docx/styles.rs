//! `styles.xml` → what a paragraph style means for reading.

use super::super::{Error, xml};
use super::body::hides;
use crate::types::BlockKind;
use std::collections::HashMap;

/// What a style, with all it inherits, says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// The kind of block, where the style tells.
    pub kind: Option<BlockKind>,
    /// Numbering: id of the list and level.
    pub numbering: (Option<String>, Option<usize>),
    /// Whether its text is hidden.
    pub hidden: Option<bool>,
}

#[derive(Clone, Debug, Default)]
struct Style {
    name: String,
    based_on: Option<String>,
    outline: Option<u8>,
    list: Option<String>,
    level: Option<usize>,
    hidden: Option<bool>,
}

/// All paragraph styles of a document.
#[derive(Debug, Default)]
pub struct Styles {
    styles: HashMap<String, Style>,
}

impl Styles {
    /// Reads `styles.xml`; damage leaves what was read before it.
    pub fn read(text: &str) -> Result<Self, Error> {
        let mut styles = HashMap::new();
        let mut open: Option<(String, Style)> = None;
        let outcome = xml::walk("styles", text, |node| {
            match node {
                xml::Node::Open(element) if element.name() == "style" => {
                    open = element.attribute("styleId").map(|id| (id, Style::default()));
                }
                xml::Node::Open(element) => {
                    if let Some((_, style)) = &mut open {
                        let value = element.attribute("val");
                        match element.name() {
                            "name" => style.name = value.unwrap_or_default().to_lowercase(),
                            "basedOn" => style.based_on = value,
                            "outlineLvl" => style.outline = value.and_then(|value| value.parse().ok()),
                            "numId" => style.list = value,
                            "ilvl" => style.level = value.and_then(|value| value.parse().ok()),
                            _ => style.hidden = hides(&element).or(style.hidden),
                        }
                    }
                }
                xml::Node::Close("style") => styles.extend(open.take()),
                _ => {}
            }
            Ok(())
        });
        match outcome {
            Err(error @ Error::Bomb { .. }) => Err(error),
            _ => Ok(Self { styles }),
        }
    }

    /// What the style of that id means; the nearest ancestor that tells something decides.
    pub fn meaning(&self, id: &str) -> Meaning {
        let mut meaning = Meaning::default();
        let mut next = Some(id);
        // A chain of styles may run in a circle; real ones are short.
        for _ in 0..16 {
            let Some(id) = next else { break };
            let Some(style) = self.styles.get(id) else {
                meaning.kind = meaning.kind.or_else(|| kind_of_name(&id.to_lowercase()));
                break;
            };
            let outline = style.outline.filter(|level| *level < 6).map(|level| BlockKind::Heading(level + 1));
            // Outline level 9 says in so many words "body text".
            let body = (style.outline == Some(9)).then_some(BlockKind::Paragraph);
            meaning.kind = meaning.kind.or_else(|| kind_of_name(&style.name)).or(outline).or(body);
            let (list, level) = &mut meaning.numbering;
            *list = list.take().or_else(|| style.list.clone());
            *level = level.or(style.level);
            meaning.hidden = meaning.hidden.or(style.hidden);
            next = style.based_on.as_deref();
        }
        meaning
    }
}

/// The kind that a built-in style's name (in lower case, as stored in every language's Word) stands for.
fn kind_of_name(name: &str) -> Option<BlockKind> {
    let heading = name.strip_prefix("heading").map(str::trim);
    if let Some(level) =
        heading.and_then(|level| level.parse::<u8>().ok()).filter(|level| (1..=9).contains(level))
    {
        return Some(BlockKind::Heading(level.min(6)));
    }
    match name {
        "title" => Some(BlockKind::Heading(1)),
        "quote" | "intense quote" | "block text" => Some(BlockKind::Quote),
        "html preformatted" | "source code" | "code" | "preformatted text" | "macro" => Some(BlockKind::Code),
        "footnote text" | "endnote text" => Some(BlockKind::Note),
        _ => None,
    }
}
