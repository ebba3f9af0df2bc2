//! DOCX → blocks.
//!
//! An own reader over zip and XML (ECMA-376 part 1 §17): styles tell headings, numbering tells list markers,
//! tracked changes read as accepted, text boxes are read once, notes come last. Headers and footers are
//! read only when the body is blank: they repeat on every page and belong to none of the text around them.

mod body;
mod numbering;
mod styles;
mod symbols;

use super::archive::Archive;
use super::{Builder, Error, xml};
use crate::types::BlockKind;
use crate::types::problem::{flaw, warning};
use body::{Body, Content, Piece};
use numbering::Numbering;
use styles::Styles;

/// Reads a document.
pub fn read(bytes: &[u8], builder: &mut Builder) -> Result<(), Error> {
    let mut archive = Archive::open(bytes)?;
    let main = main_part(&mut archive)?;
    let relations = match archive.relations(&main) {
        Err(error @ Error::Bomb { .. }) => return Err(error),
        relations => relations.unwrap_or_default(),
    };
    let parts = |kind: &str| -> Vec<String> {
        let own = relations.iter().filter(|relation| relation.kind == kind);
        own.map(|relation| relation.target.clone()).collect()
    };
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    // A part that the relations forgot is looked for under its usual name.
    let usual = |kind: &str, file: &str| -> String {
        parts(kind).into_iter().next().unwrap_or_else(|| super::archive::resolve(&folder, file))
    };
    let styles = match optional(&mut archive, &usual("styles", "styles.xml"), builder)? {
        Some(text) => Styles::read(&text)?,
        None => Styles::default(),
    };
    let mut numbering = match optional(&mut archive, &usual("numbering", "numbering.xml"), builder)? {
        Some(text) => Numbering::read(&text)?,
        None => Numbering::default(),
    };
    builder.title = optional(&mut archive, "docProps/core.xml", builder)?.and_then(|text| core_title(&text));

    let text = archive.read_xml(&main)?;
    let mut body = Body::new(&styles, &mut numbering);
    let outcome = body.read(&main, &text);
    let content = body.finish();
    tolerate(outcome, content.pieces.is_empty(), builder)?;
    push(&content, builder);

    let mut notes: Vec<(usize, String)> = Vec::new();
    for (kind, file) in [("footnotes", "footnotes.xml"), ("endnotes", "endnotes.xml")] {
        let Some(text) = optional(&mut archive, &usual(kind, file), builder)? else { continue };
        let mut body = Body::new(&styles, &mut numbering);
        let outcome = body.read(kind, &text);
        let of_notes = body.finish();
        tolerate(outcome, false, builder)?;
        builder.hide(&of_notes.hidden);
        let of_kind = content.cited.iter().enumerate().filter(|(_, mark)| mark.kind == kind);
        notes.extend(of_kind.map(|(at, mark)| (at, note(at + 1, &mark.id, &of_notes.pieces))));
    }
    notes.sort_by_key(|(at, _)| *at);
    for (_, text) in &notes {
        builder.block(BlockKind::Note, text);
    }
    if builder.block_count() == 0 {
        for part in parts("header").into_iter().chain(parts("footer")) {
            let Some(text) = optional(&mut archive, &part, builder)? else { continue };
            let mut body = Body::new(&styles, &mut numbering);
            let outcome = body.read(&part, &text);
            let content = body.finish();
            tolerate(outcome, false, builder)?;
            push(&content, builder);
        }
    }
    Ok(())
}

/// The text of a note, after its number.
fn note(number: usize, id: &str, pieces: &[Piece]) -> String {
    let own = pieces.iter().filter(|piece| piece.note.as_deref() == Some(id));
    let lines: Vec<&str> = own.map(|piece| piece.text.trim()).collect();
    format!("[{number}] {}", lines.join("\n"))
}

fn push(content: &Content, builder: &mut Builder) {
    for piece in &content.pieces {
        builder.block(piece.kind, &piece.text);
    }
    builder.hide(&content.hidden);
}

/// The main part, named by the package's relations, else by its usual name.
fn main_part(archive: &mut Archive<'_>) -> Result<String, Error> {
    let named = archive.relations("").unwrap_or_default();
    named
        .into_iter()
        .find(|relation| relation.kind == "officeDocument" && archive.has(&relation.target))
        .map(|relation| relation.target)
        .or_else(|| archive.has("word/document.xml").then(|| "word/document.xml".to_owned()))
        .or_else(|| archive.names().iter().find(|name| name.ends_with("document.xml")).cloned())
        .ok_or_else(|| Error::flawed("DOCX", flaw::no_main_document()))
}

/// A part that may be missing. A damaged one is a warning, an unsafe one is an error.
fn optional(archive: &mut Archive<'_>, part: &str, builder: &mut Builder) -> Result<Option<String>, Error> {
    if !archive.has(part) {
        return Ok(None);
    }
    match archive.read_xml(part) {
        Ok(text) => Ok(Some(text)),
        Err(error @ (Error::Bomb { .. } | Error::TooLarge { .. })) => Err(error),
        Err(error) => {
            builder.warn(warning::part_unreadable(error));
            Ok(None)
        }
    }
}

/// Damage after something was read is a warning.
fn tolerate(outcome: Result<(), Error>, nothing_read: bool, builder: &mut Builder) -> Result<(), Error> {
    match outcome {
        Err(error @ Error::Corrupt { .. }) if !nothing_read => {
            builder.warn(warning::rest_unreadable(error));
            Ok(())
        }
        other => other,
    }
}

/// `dc:title` of the core properties.
fn core_title(text: &str) -> Option<String> {
    let mut title = String::new();
    let mut inside = false;
    let outcome = xml::walk("docProps/core.xml", text, |node| {
        match node {
            xml::Node::Open(element) => inside = element.name() == "title",
            xml::Node::Close(_) => inside = false,
            xml::Node::Text(text) if inside => title.push_str(&text),
            xml::Node::Text(_) => {}
        }
        Ok(())
    });
    (outcome.is_ok() && !title.trim().is_empty()).then_some(title)
}
