//! A zip file → its members, unpacked under the limits.

use super::{Error, encoding, limits, xml};
use crate::types::problem::flaw;
use std::io::{Cursor, Read};

/// An opened zip file.
#[derive(Debug)]
pub struct Archive<'a> {
    zip: zip::ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    file_bytes: u64,
    unpacked_bytes: u64,
}

impl<'a> Archive<'a> {
    /// Reads the directory of the archive.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let zip =
            zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| Error::corrupt("zip archive", error))?;
        if zip.len() > limits::ZIP_ENTRIES {
            return Err(Error::Bomb {
                what: "the archive".to_owned(),
                reason: flaw::too_many_entries(zip.len(), limits::ZIP_ENTRIES),
            });
        }
        let names =
            zip.file_names_raw().map(|name| String::from_utf8_lossy(name).replace('\\', "/")).collect();
        Ok(Self { zip, names, file_bytes: bytes.len() as u64, unpacked_bytes: 0 })
    }

    /// Whether there is a member of that name.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|member| member == name)
    }

    /// Whether a member's name begins so.
    pub fn has_under(&self, prefix: &str) -> bool {
        self.names.iter().any(|member| member.starts_with(prefix))
    }

    /// Names of all members.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The unpacked bytes of a member. Names are compared without regard to case when the exact one is
    /// missing, as office programs do.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, Error> {
        let name = name.trim_start_matches('/');
        let index = self
            .names
            .iter()
            .position(|member| member == name)
            .or_else(|| self.names.iter().position(|member| member.eq_ignore_ascii_case(name)))
            .ok_or_else(|| Error::flawed("archive", flaw::part_missing(name)))?;
        let mut file = self.zip.by_index(index).map_err(|error| match error {
            zip::result::ZipError::UnsupportedArchive(_) => {
                Error::flawed(name, flaw::unsupported_compression())
            }
            other => Error::corrupt(name, other),
        })?;
        // The header's packed size is bounded by what is really there, so that it cannot hide a bomb.
        let packed = file.compressed_size().min(self.file_bytes);
        let mut bytes = Vec::new();
        let mut buffer = vec![0u8; 65_536];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(bytes),
                Ok(count) => {
                    bytes.extend_from_slice(buffer.get(..count).unwrap_or(&[]));
                    self.unpacked_bytes += count as u64;
                    limits::check_unpacked(name, packed, bytes.len() as u64, self.unpacked_bytes)?;
                }
                // A damaged tail or a wrong checksum: the caller's XML reader decides what the rest is worth.
                Err(_) if !bytes.is_empty() => return Ok(bytes),
                Err(error) => return Err(Error::corrupt(name, error)),
            }
        }
    }

    /// An XML member as text.
    pub fn read_xml(&mut self, name: &str) -> Result<String, Error> {
        let bytes = self.read(name)?;
        Ok(encoding::decode_xml(&bytes).into_owned())
    }

    /// The relations of a part (Open Packaging Conventions §9): id, type's last segment, target resolved.
    pub fn relations(&mut self, part: &str) -> Result<Vec<Relation>, Error> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let path = if folder.is_empty() {
            format!("_rels/{file}.rels")
        } else {
            format!("{folder}/_rels/{file}.rels")
        };
        if !self.has(&path) {
            return Ok(Vec::new());
        }
        let text = self.read_xml(&path)?;
        let mut found = Vec::new();
        xml::walk(&path, &text, |node| {
            if let xml::Node::Open(element) = node
                && element.name() == "Relationship"
                && element.attribute("TargetMode").as_deref() != Some("External")
            {
                let kind = element.attribute("Type").unwrap_or_default();
                found.push(Relation {
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    target: resolve(folder, &element.attribute("Target").unwrap_or_default()),
                });
            }
            Ok(())
        })?;
        Ok(found)
    }
}

/// One relation of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The last segment of its type, such as `styles`.
    pub kind: String,
    /// The name of the member that it points to.
    pub target: String,
}

/// A reference from within `folder` as a member name: relative parts resolved, never above the root.
pub fn resolve(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder.split('/').filter(|part| !part.is_empty()).collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path.join("/")
}
