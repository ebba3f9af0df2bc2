//! Bytes → `Document` and warnings.
//!
//! The format is told by content, not by name. Each format has its own reader; all of them push blocks into
//! one builder, which cleans the text and keeps the spans true. Limits are checked before and while
//! unpacking. It refuses to run scripts, to load anything from outside the file, and to expand XML entities;
//! only "nothing readable" is an error, everything less is a warning.

mod archive;
mod build;
mod clean;
mod docx;
mod encoding;
mod epub;
mod error;
mod html;
pub mod limits;
mod markdown;
mod pdf;
mod sniff;
mod xml;

pub use clean::clean_name;
pub use error::Error;
pub use sniff::sniff;

use crate::types::{Document, Format, Warning};
use build::Builder;

/// What the person can say about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParseOptions {
    /// Password of an encrypted PDF.
    pub password: Option<String>,
}

/// A document, and what went partly wrong while reading it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// What went partly wrong.
    pub warnings: Vec<Warning>,
}

/// Reads the file `name` whose content is `bytes`.
pub fn parse(name: &str, bytes: &[u8], options: &ParseOptions) -> Result<Parsed, Error> {
    limits::check_file(bytes.len())?;
    let format = sniff(name, bytes)?;
    let mut builder = Builder::default();
    if let Some(claimed) = sniff::claimed(name)
        && claimed != format.label()
    {
        builder.warn(format!("The name says {claimed}, but the content is {}.", format.label()));
    }
    match format {
        Format::Text => {
            let text = encoding::decode(bytes, &mut builder);
            builder.verbatim(&text);
        }
        Format::Markdown => {
            let text = encoding::decode(bytes, &mut builder);
            markdown::read(&text, &mut builder);
        }
        Format::Html => {
            let text = encoding::decode_html(bytes, &mut builder);
            html::read(&text, &mut builder);
        }
        Format::Docx => docx::read(bytes, &mut builder)?,
        Format::Epub => epub::read(bytes, &mut builder)?,
        Format::Pdf => pdf::read(bytes, options.password.as_deref(), &mut builder)?,
    }
    let parsed = builder.finish(name, bytes, format);
    match (parsed, format) {
        // A text file without a word is an empty file to everyone.
        (Err(Error::NoText { .. }), Format::Text | Format::Markdown) => Err(Error::Empty),
        (parsed, _) => parsed,
    }
}
