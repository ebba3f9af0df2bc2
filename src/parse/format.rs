//! What a file format is: one row with its name, the file names that go with it, and, where files are read, how its
//! bytes are recognised and what reads them.
//!
//! The page is built without the readers (feature `reader`); it needs the names only. The parser of PDF (feature `pdf`) weighs three
//! times as much as all the others: what reads a page or a note at once comes without it.

use crate::types::Format;

#[cfg(feature = "reader")]
use super::{Builder, Error, ParseOptions, docx, encoding, epub, html, markdown, sniff};

/// One format.
#[derive(Debug)]
pub(crate) struct FormatSpec {
    /// Which one.
    pub format: Format,
    /// The name people know it by.
    pub label: &'static str,
    /// Endings of file names, without the dot, in lower case.
    pub extensions: &'static [&'static str],
    /// Raised when its documents come out of the reader better than before: stored ones then offer to be read again.
    pub version: u32,
    /// Media types for the file chooser.
    pub media_types: &'static [&'static str],
    /// How it is read.
    #[cfg(feature = "reader")]
    pub reader: FormatReader,
}

/// How a format is recognised and read.
#[cfg(feature = "reader")]
#[derive(Debug)]
pub(crate) struct FormatReader {
    /// Plain text to everyone: a name promises nothing that the content could break, and a file without a word is empty.
    pub is_plain: bool,
    /// Whether the bytes are of this format.
    pub recognise: Recognise,
    /// Pushes the file's blocks into the builder.
    pub read: fn(&[u8], &ParseOptions, &mut Builder) -> Result<(), Error>,
}

/// How a format is recognised.
#[cfg(feature = "reader")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Recognise {
    /// By the members of a zip archive.
    Zip(fn(&sniff::Members<'_>) -> bool),
    /// By the bytes of a file that is no zip archive.
    Bytes(fn(&sniff::Sample<'_>) -> bool),
}

/// All formats in the order in which they are tried: what fits a narrower test comes first.
pub(crate) const FORMATS: [FormatSpec; 6] = [
    FormatSpec {
        format: Format::Epub,
        label: "EPUB",
        version: 2,
        extensions: &["epub"],
        media_types: &["application/epub+zip"],
        #[cfg(feature = "reader")]
        reader: FormatReader {
            is_plain: false,
            recognise: Recognise::Zip(sniff::is_epub),
            read: |bytes, _, builder| epub::read(bytes, builder),
        },
    },
    FormatSpec {
        format: Format::Docx,
        label: "DOCX",
        version: 2,
        extensions: &["docx", "docm", "dotx"],
        media_types: &["application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
        #[cfg(feature = "reader")]
        reader: FormatReader {
            is_plain: false,
            recognise: Recognise::Zip(sniff::is_docx),
            read: |bytes, _, builder| docx::read(bytes, builder),
        },
    },
    FormatSpec {
        format: Format::Pdf,
        label: "PDF",
        version: 1,
        extensions: &["pdf"],
        media_types: &["application/pdf"],
        #[cfg(feature = "reader")]
        reader: FormatReader { is_plain: false, recognise: Recognise::Bytes(sniff::is_pdf), read: read_pdf },
    },
    FormatSpec {
        format: Format::Html,
        label: "HTML",
        version: 2,
        extensions: &["html", "htm", "xhtml"],
        media_types: &["text/html", "application/xhtml+xml"],
        #[cfg(feature = "reader")]
        reader: FormatReader {
            is_plain: false,
            recognise: Recognise::Bytes(sniff::is_html),
            read: |bytes, _, builder| {
                let text = encoding::decode_html(bytes, builder);
                html::read(&text, builder);
                Ok(())
            },
        },
    },
    FormatSpec {
        format: Format::Markdown,
        label: "Markdown",
        version: 2,
        extensions: &["md", "markdown", "mdown", "mkd", "mkdn", "qmd", "rmd"],
        media_types: &["text/markdown"],
        #[cfg(feature = "reader")]
        reader: FormatReader {
            is_plain: true,
            recognise: Recognise::Bytes(sniff::is_markdown),
            read: |bytes, _, builder| {
                let text = encoding::decode(bytes, builder);
                markdown::read(&text, builder);
                Ok(())
            },
        },
    },
    FormatSpec {
        format: Format::Text,
        label: "Text",
        version: 1,
        extensions: &["txt", "text"],
        // Source code, tables and the like are read as text too.
        media_types: &["text/*"],
        #[cfg(feature = "reader")]
        reader: FormatReader {
            is_plain: true,
            recognise: Recognise::Bytes(sniff::is_text),
            read: |bytes, _, builder| {
                let text = encoding::decode(bytes, builder);
                builder.verbatim(&text);
                Ok(())
            },
        },
    },
];

#[cfg(feature = "pdf")]
fn read_pdf(bytes: &[u8], options: &ParseOptions, builder: &mut Builder) -> Result<(), Error> {
    super::pdf::read(bytes, options.password.as_deref(), builder)
}

/// Not here: whoever asks has looked at `is_pdf` first.
#[cfg(all(feature = "reader", not(feature = "pdf")))]
fn read_pdf(_: &[u8], _: &ParseOptions, _: &mut Builder) -> Result<(), Error> {
    Err(Error::Unsupported { found: "PDF".to_owned() })
}

/// Whether the file `name` that begins with `bytes` may be a PDF: by its name, or by the header that ISO 32000-2 §7.5.2 wants in the
/// first 1,024 bytes.
pub fn is_pdf(name: &str, bytes: &[u8]) -> bool {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let is_named = name.rsplit_once('.').is_some_and(|(_, ending)| ending.trim().eq_ignore_ascii_case("pdf"));
    is_named || head.windows(5).any(|window| window == b"%PDF-")
}

impl Format {
    /// The version of the reader that reads it now.
    pub fn reader_version(self) -> u32 {
        FORMATS.iter().find(|spec| spec.format == self).map_or(1, |spec| spec.version)
    }

    /// The name people know it by.
    pub fn label(self) -> &'static str {
        FORMATS.iter().find(|spec| spec.format == self).map_or("", |spec| spec.label)
    }
}

/// The names of all formats, as in "PDF, HTML, Text".
pub fn format_names() -> String {
    FORMATS.map(|spec| spec.label).join(", ")
}

/// What the file chooser offers first, as an `accept` attribute. Whatever else is chosen or dropped is read if it can be.
pub fn accept() -> String {
    let extensions = FORMATS.iter().flat_map(|spec| spec.extensions).map(|ending| format!(".{ending}"));
    let media_types = FORMATS.iter().flat_map(|spec| spec.media_types).map(|kind| (*kind).to_owned());
    extensions.chain(media_types).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_format_has_one_complete_row() {
        // Serde lists the variants that it knows.
        let error = serde_json::from_str::<Format>("\"?\"").unwrap_err().to_string();
        let names: Vec<&str> = error.split('`').skip(1).step_by(2).filter(|name| *name != "?").collect();
        assert_eq!(names.len(), FORMATS.len(), "{names:?}");
        let (mut labels, mut extensions) = (HashSet::new(), HashSet::new());
        for name in names {
            let format: Format = serde_json::from_str(&format!("\"{name}\"")).unwrap();
            let [spec] = FORMATS.iter().filter(|spec| spec.format == format).collect::<Vec<_>>()[..] else {
                panic!("{name} has no row, or two");
            };
            assert!(!format.label().is_empty() && labels.insert(format.label()), "{name}");
            assert!(!spec.extensions.is_empty() && !spec.media_types.is_empty(), "{name}");
            for extension in spec.extensions {
                let is_plain = extension.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
                assert!(is_plain && extensions.insert(*extension), "{name}: {extension}");
            }
            assert!(spec.media_types.iter().all(|kind| kind.split_once('/').is_some()), "{name}");
        }
    }

    #[test]
    fn the_chooser_offers_endings_and_media_types() {
        let accept = accept();
        let offered: Vec<&str> = accept.split(',').collect();
        for expected in [".pdf", ".docx", ".md", "application/pdf", "text/*"] {
            assert!(offered.contains(&expected), "{accept}");
        }
    }

    #[test]
    fn the_names_make_a_phrase() {
        assert_eq!(format_names(), "EPUB, DOCX, PDF, HTML, Markdown, Text");
    }

    #[cfg(feature = "reader")]
    #[test]
    fn a_name_alone_is_recognised_as_its_format_where_the_content_allows_it() {
        for spec in FORMATS.iter().filter(|spec| spec.reader.is_plain || spec.format == Format::Html) {
            for extension in spec.extensions {
                let found = sniff::sniff(&format!("a.{extension}"), b"plain words < 3");
                assert_eq!(found, Ok(spec.format), "{extension}");
            }
        }
    }
}
