//! Bytes → `Document` and warnings.
//!
//! The format is detected by content, not by name. Each format is a row of `format::FORMATS` with its own reader; all of them
//! push blocks into one builder, which cleans the text and keeps the spans true. Limits are checked before and while
//! unpacking. It refuses to run scripts, to load anything from outside the file, and to expand XML entities;
//! only "nothing readable" is an error, everything less is a warning.

mod format;

#[cfg(feature = "reader")]
mod archive;
#[cfg(feature = "reader")]
mod build;
#[cfg(feature = "reader")]
mod clean;
#[cfg(feature = "reader")]
mod docx;
#[cfg(feature = "reader")]
mod encoding;
#[cfg(feature = "reader")]
mod epub;
#[cfg(feature = "reader")]
mod error;
#[cfg(feature = "reader")]
mod foreign;
#[cfg(feature = "reader")]
mod html;
#[cfg(feature = "reader")]
pub mod limits;
#[cfg(feature = "reader")]
mod markdown;
#[cfg(feature = "pdf")]
mod pdf;
#[cfg(feature = "reader")]
mod sniff;
#[cfg(feature = "reader")]
mod xml;

#[cfg(feature = "reader")]
pub use clean::clean_name;
#[cfg(feature = "reader")]
pub use error::Error;
pub use format::{accept, format_names, is_pdf};
#[cfg(feature = "reader")]
pub use sniff::sniff;

#[cfg(feature = "reader")]
use crate::types::problem::warning;
#[cfg(feature = "reader")]
use crate::types::{Document, Warning};
#[cfg(feature = "reader")]
use build::Builder;

/// What the person can say about a file.
#[cfg(feature = "reader")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParseOptions {
    /// Password of an encrypted PDF.
    pub password: Option<String>,
}

/// A document, and what went partly wrong while reading it.
#[cfg(feature = "reader")]
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// What went partly wrong.
    pub warnings: Vec<Warning>,
}

/// Reads the file `name` whose content is `bytes`.
///
/// ```
/// use sidecite::parse::{ParseOptions, parse};
///
/// // By content: the name claims something else, and the result says so.
/// let bytes = b"<!doctype html><h1>Tariff</h1><p>A ticket costs 12 euros.</p>";
/// let parsed = parse("notes.docx", bytes, &ParseOptions::default())?;
/// let document = parsed.document;
/// let spans: Vec<&str> = document.blocks.iter().map(|block| block.span.of(&document.text)).collect();
/// assert_eq!(spans, ["Tariff", "A ticket costs 12 euros."]);
/// assert_eq!(parsed.warnings[0].what.code.name(), "warning.other_name");
/// # Ok::<(), sidecite::parse::Error>(())
/// ```
#[cfg(feature = "reader")]
pub fn parse(name: &str, bytes: &[u8], options: &ParseOptions) -> Result<Parsed, Error> {
    limits::check_file(bytes.len())?;
    let spec = sniff::recognise(name, bytes)?;
    let mut builder = Builder::default();
    if let Some(claimed) = sniff::claimed(name)
        && claimed != spec.label
    {
        builder.warn(warning::other_name(claimed, spec.label));
    }
    (spec.reader.read)(bytes, options, &mut builder)?;
    match builder.finish(name, bytes, spec.format) {
        Err(Error::NoText { .. }) if spec.reader.is_plain => Err(Error::Empty),
        parsed => parsed,
    }
}
