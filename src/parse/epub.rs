//! EPUB → blocks: container → package document → spine → chapters as HTML.
//!
//! References are resolved to member names only; nothing outside the archive is ever named by them.

use super::archive::{Archive, resolve};
use super::{Builder, Error, encoding, html, xml};
use crate::types::problem::{flaw, warning};
use percent_encoding::percent_decode_str;
use std::collections::{HashMap, HashSet};

/// Reads a book in the order of its spine (EPUB 3.3 §5.6).
pub fn read(bytes: &[u8], builder: &mut Builder) -> Result<(), Error> {
    let mut archive = Archive::open(bytes)?;
    let package_path = package_path(&mut archive)?;
    let folder = package_path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let text = archive.read_xml(&package_path)?;
    let package = Package::read(&package_path, &text)?;
    builder.title = package.title.clone();
    let mut title = None;
    let encrypted = encrypted(&mut archive);
    let mut unreadable = 0;
    for id in &package.spine {
        let Some(target) = package.manifest.get(id) else {
            builder.warn(warning::chapter_missing(id.as_str()));
            continue;
        };
        let path = target.split('#').next().unwrap_or(target);
        let path = resolve(&folder, &percent_decode_str(path).decode_utf8_lossy());
        if encrypted.contains(&path) {
            unreadable += 1;
            builder.warn(warning::chapter_unreadable(Error::flawed(&path, flaw::encrypted())));
            continue;
        }
        match archive.read(&path) {
            Ok(bytes) => {
                let text = encoding::decode_xml(&bytes).into_owned();
                let before = builder.block_count();
                // Each chapter has a title of its own, which must not become the book's.
                title = title.or_else(|| builder.title.take());
                builder.title = title.clone().or_else(|| Some(String::new()));
                html::read_xhtml(&text, builder);
                if builder.block_count() == before && !has_image(&text) {
                    builder.warn(warning::chapter_blank(path));
                }
            }
            Err(error @ (Error::Bomb { .. } | Error::TooLarge { .. })) => return Err(error),
            Err(error) => builder.warn(warning::chapter_unreadable(error)),
        }
    }
    if unreadable > 0 && builder.block_count() == 0 {
        return Err(Error::flawed("EPUB", flaw::encrypted()));
    }
    builder.title = title.or_else(|| builder.title.take());
    Ok(())
}

/// Whether a chapter without text may be a cover or a plate.
fn has_image(text: &str) -> bool {
    ["<img", "<image", "<svg", ":svg", ":image"].iter().any(|tag| text.contains(tag))
}

/// The members that are encrypted, other than fonts (EPUB OCF 3.3 §4.2.6.3.2).
fn encrypted(archive: &mut Archive<'_>) -> HashSet<String> {
    let mut members = HashSet::new();
    if let Ok(text) = archive.read_xml("META-INF/encryption.xml") {
        let _ = xml::walk("META-INF/encryption.xml", &text, |node| {
            if let xml::Node::Open(element) = node
                && element.name() == "CipherReference"
                && let Some(uri) = element.attribute("URI")
            {
                members.insert(resolve("", &percent_decode_str(&uri).decode_utf8_lossy()));
            }
            Ok(())
        });
    }
    members
}

fn package_path(archive: &mut Archive<'_>) -> Result<String, Error> {
    let mut found = None;
    if let Ok(container) = archive.read_xml("META-INF/container.xml") {
        xml::walk("META-INF/container.xml", &container, |node| {
            if let xml::Node::Open(element) = node
                && element.name() == "rootfile"
                && found.is_none()
            {
                found = element.attribute("full-path").map(|path| resolve("", &path));
            }
            Ok(())
        })?;
    }
    found
        .or_else(|| archive.names().iter().find(|name| name.ends_with(".opf")).cloned())
        .ok_or_else(|| Error::flawed("EPUB", flaw::no_package()))
}

#[derive(Debug, Default)]
struct Package {
    title: Option<String>,
    manifest: HashMap<String, String>,
    spine: Vec<String>,
}

impl Package {
    fn read(path: &str, text: &str) -> Result<Self, Error> {
        let mut package = Self::default();
        let mut in_title = false;
        xml::walk(path, text, |node| {
            match node {
                xml::Node::Open(element) => match element.name() {
                    "item" => {
                        if let (Some(id), Some(target)) = (element.attribute("id"), element.attribute("href"))
                        {
                            package.manifest.insert(id, target);
                        }
                    }
                    "itemref" => package.spine.extend(element.attribute("idref")),
                    "title" => in_title = package.title.is_none(),
                    _ => {}
                },
                xml::Node::Close("title") => in_title = false,
                xml::Node::Text(text) if in_title => package.title.get_or_insert_default().push_str(&text),
                _ => {}
            }
            Ok(())
        })?;
        Ok(package)
    }
}
