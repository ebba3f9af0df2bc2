//! XML text → a flat stream of opened elements, closed elements and text.
//!
//! No document type definition is read: entities other than the five of XML and character references vanish,
//! so nothing is expanded and nothing is loaded. Depth and attributes are bounded.

use super::{Error, limits};
use crate::types::problem::flaw;
use quick_xml::events::{BytesStart, Event};
use std::borrow::Cow;

/// One step of the stream; namespaces' prefixes are dropped.
#[derive(Debug)]
pub enum Node<'a> {
    /// An element begins (an empty one begins and ends).
    Open(Element<'a>),
    /// An element of that local name ends.
    Close(&'a str),
    /// Text, with references resolved.
    Text(Cow<'a, str>),
}

/// An element's begin tag.
#[derive(Debug)]
pub struct Element<'a>(&'a BytesStart<'a>);

impl Element<'_> {
    /// Its name without prefix.
    pub fn name(&self) -> &str {
        local(self.0.name().0)
    }

    /// The value of the attribute of that local name.
    pub fn attribute(&self, name: &str) -> Option<String> {
        self.0
            .html_attributes()
            .with_checks(false)
            .filter_map(Result::ok)
            .find(|attribute| local(attribute.key.0) == name)
            .map(|attribute| match attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0) {
                Ok(value) => value.into_owned(),
                Err(_) => attribute.value.into_owned(),
            })
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Walks over `text`, the content of the part `what`. What was visited before an error stays visited.
pub fn walk(
    what: &str,
    text: &str,
    mut visit: impl FnMut(Node<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut reader = quick_xml::Reader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    let mut depth = 0usize;
    loop {
        match reader.read_event().map_err(|error| Error::corrupt(what, error))? {
            Event::Start(start) => {
                depth += 1;
                check(what, &start, depth)?;
                visit(Node::Open(Element(&start)))?;
            }
            Event::Empty(start) => {
                check(what, &start, depth + 1)?;
                visit(Node::Open(Element(&start)))?;
                visit(Node::Close(local(start.name().0)))?;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                visit(Node::Close(local(end.name().0)))?;
            }
            Event::Text(text) => visit(Node::Text(Cow::Borrowed(&text)))?,
            Event::CData(data) => visit(Node::Text(Cow::Borrowed(&data)))?,
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(c)) => Some(c.to_string()),
                    Ok(None) => quick_xml::escape::resolve_predefined_entity(&reference).map(str::to_owned),
                    Err(_) => None,
                };
                if let Some(resolved) = resolved {
                    visit(Node::Text(Cow::Owned(resolved)))?;
                }
            }
            Event::Eof => return Ok(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn check(what: &str, start: &BytesStart<'_>, depth: usize) -> Result<(), Error> {
    if depth > limits::XML_DEPTH {
        return Err(Error::Bomb { what: what.to_owned(), reason: flaw::nested_too_deep(limits::XML_DEPTH) });
    }
    // Counting the equals signs bounds the attributes without parsing them.
    if start.attributes_raw().matches('=').count() > limits::XML_ATTRIBUTES * 4
        || start.html_attributes().with_checks(false).take(limits::XML_ATTRIBUTES + 1).count()
            > limits::XML_ATTRIBUTES
    {
        return Err(Error::Bomb {
            what: what.to_owned(),
            reason: flaw::too_many_attributes(limits::XML_ATTRIBUTES),
        });
    }
    Ok(())
}
