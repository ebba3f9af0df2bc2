//! Bytes → their format, by content.
//!
//! Known foreign files are refused by their magic numbers; then the rows of `FORMATS` are asked in order. The name decides
//! only between plain text and Markdown, which look alike, and whether a stray HTML tag at the top is a page or
//! Markdown with a tag in it.

use super::archive::Archive;
use super::format::{FORMATS, FormatSpec, Recognise};
use super::{Error, encoding, foreign};
use crate::types::Format;
use std::borrow::Cow;

/// What the file `name` with content `bytes` is; binaries and other formats are `Unsupported`.
pub fn sniff(name: &str, bytes: &[u8]) -> Result<Format, Error> {
    recognise(name, bytes).map(|spec| spec.format)
}

/// The row of the format of the file `name` with content `bytes`.
pub(super) fn recognise(name: &str, bytes: &[u8]) -> Result<&'static FormatSpec, Error> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Empty);
    }
    let unsupported = |found: &str| Error::Unsupported { found: found.to_owned() };
    if [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| bytes.starts_with(*magic)) {
        let members = Members::of(bytes)?;
        let fits = |spec: &&FormatSpec| matches!(spec.reader.recognise, Recognise::Zip(is) if is(&members));
        return FORMATS.iter().find(fits).ok_or_else(|| unsupported(foreign::by_members(&members)));
    }
    if let Some(found) = foreign::by_magic(bytes) {
        return Err(unsupported(found));
    }
    let sample = Sample::of(name, bytes);
    if sample.is_svg() {
        return Err(unsupported("an SVG image"));
    }
    let fits = |spec: &&FormatSpec| matches!(spec.reader.recognise, Recognise::Bytes(is) if is(&sample));
    FORMATS.iter().find(fits).ok_or_else(|| unsupported("binary data of an unknown kind"))
}

/// The format that a file name claims, where it claims one; text formats claim nothing.
pub(super) fn claimed(name: &str) -> Option<&'static str> {
    let extension = extension(name);
    if extension == "doc" {
        return Some("Word 97");
    }
    let claims = |spec: &&FormatSpec| !spec.reader.is_plain && spec.extensions.contains(&extension.as_str());
    FORMATS.iter().find(claims).map(|spec| spec.label)
}

/// The part of the cleaned name after its last full stop, in lower case.
fn extension(name: &str) -> String {
    let name = super::clean_name(name);
    name.rsplit_once('.').map(|(_, last)| last.to_lowercase()).unwrap_or_default()
}

/// A zip archive, and the two members that say what it is.
pub(crate) struct Members<'a> {
    pub(super) archive: Archive<'a>,
    /// `mimetype` of EPUB and OpenDocument.
    pub(super) mimetype: Option<String>,
    /// `[Content_Types].xml` of Office Open XML; empty where there is none.
    pub(super) content_types: Cow<'a, str>,
}

impl<'a> Members<'a> {
    fn of(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut archive = Archive::open(bytes)?;
        let mimetype = archive.read("mimetype").ok();
        let mimetype = mimetype.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        let content_types = archive.read("[Content_Types].xml").unwrap_or_default();
        let content_types = Cow::Owned(encoding::decode_xml(&content_types).into_owned());
        Ok(Self { archive, mimetype, content_types })
    }

    /// Whether it is built like the files of Office since 2007.
    pub(super) fn is_office(&self) -> bool {
        self.archive.has("[Content_Types].xml") || self.archive.has("_rels/.rels")
    }
}

/// A file that is no archive, and its beginning as text.
pub(crate) struct Sample<'a> {
    bytes: &'a [u8],
    extension: String,
    head: String,
}

impl<'a> Sample<'a> {
    fn of(name: &str, bytes: &'a [u8]) -> Self {
        Self { bytes, extension: extension(name), head: encoding::peek(bytes, 4096) }
    }

    /// Whether its name ends as those of `format` do.
    fn is_named(&self, format: Format) -> bool {
        let of_format = FORMATS.iter().filter(|spec| spec.format == format);
        of_format.flat_map(|spec| spec.extensions).any(|extension| *extension == self.extension)
    }

    /// The beginning of the text in lower case, after white space, XML declaration and comments.
    fn start(&self) -> String {
        skip_prelude(&self.head).chars().take(1024).collect::<String>().to_ascii_lowercase()
    }

    fn is_svg(&self) -> bool {
        let start = self.start();
        start.starts_with("<svg") || start.starts_with("<!doctype svg")
    }
}

pub(super) fn is_epub(members: &Members<'_>) -> bool {
    let has_container = members.archive.has("META-INF/container.xml");
    has_container && !members.archive.has("[Content_Types].xml")
        || members.mimetype.as_deref() == Some("application/epub+zip")
}

pub(super) fn is_docx(members: &Members<'_>) -> bool {
    let stated = members.content_types.contains("wordprocessingml");
    let is_word = stated || members.archive.has_under("word/");
    let is_word = if members.is_office() { is_word } else { members.archive.has_under("word/document.xml") };
    members.mimetype.is_none() && is_word
}

/// PDF 2.0 §7.5.2 lets the header stand anywhere in the first 1,024 bytes; a file that is named PDF and has
/// PDF objects has merely lost its header.
pub(super) fn is_pdf(sample: &Sample<'_>) -> bool {
    let within = |limit: usize| sample.bytes.get(..limit).unwrap_or(sample.bytes);
    let has = |hay: &[u8], needle: &[u8]| hay.windows(needle.len()).any(|window| window == needle);
    let has_header = has(within(1024), b"%PDF-");
    let has_objects = || sample.is_named(Format::Pdf) && has(within(65_536), b" obj");
    !skip_prelude(&sample.head).starts_with('<') && (has_header || has_objects())
}

/// Recognised by its first element (the tags of the WHATWG MIME sniffing standard §7.1).
pub(super) fn is_html(sample: &Sample<'_>) -> bool {
    let start = sample.start();
    let opens = |tag: &str| {
        start.strip_prefix(tag).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/')
        })
    };
    if start.starts_with("<!doctype html") || ["<html", "<head", "<body"].iter().any(|tag| opens(tag)) {
        return true;
    }
    if sample.is_named(Format::Html) && start.contains('<') {
        return true;
    }
    let tags = [
        "<script", "<iframe", "<h1", "<h2", "<div", "<font", "<table", "<a", "<style", "<title", "<b", "<br",
        "<p", "<meta", "<link", "<article", "<section", "<main", "<ul", "<ol", "<pre", "<span", "<center",
    ];
    // Markdown may begin with a tag; nothing else that is text would.
    let is_text_name = sample.is_named(Format::Markdown) || sample.is_named(Format::Text);
    !is_text_name && tags.iter().any(|tag| opens(tag))
}

pub(super) fn is_markdown(sample: &Sample<'_>) -> bool {
    let is_named = sample.is_named(Format::Markdown);
    let reads_so = sample.extension.is_empty() && reads_like_markdown(&sample.head);
    (is_named || reads_so) && is_text(sample)
}

pub(super) fn is_text(sample: &Sample<'_>) -> bool {
    !looks_binary(sample.bytes)
}

/// The text after white space, XML declaration and comments.
fn skip_prelude(head: &str) -> &str {
    let mut rest = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    loop {
        let close = match () {
            () if rest.starts_with("<?") => "?>",
            () if rest.starts_with("<!--") => "-->",
            () => return rest,
        };
        match rest.find(close).and_then(|at| rest.get(at + close.len()..)) {
            Some(after) => rest = after.trim_start(),
            None => return rest,
        }
    }
}

/// Whether no text encoding explains the bytes: not UTF-8, not UTF-16, and many control bytes.
fn looks_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..8192).unwrap_or(bytes);
    if encoding_rs::Encoding::for_bom(bytes).is_some() {
        return false;
    }
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    if valid {
        return false;
    }
    let text = encoding::peek(bytes, 8192);
    let total = text.chars().count().max(1);
    let controls = text.chars().filter(|c| c.is_control() && !c.is_whitespace() && *c != '\u{1B}').count();
    controls * 20 > total
}

/// Two different marks of Markdown in a text without a telling name.
fn reads_like_markdown(head: &str) -> bool {
    let line = |test: fn(&str) -> bool| head.lines().any(test);
    let heading = line(|line| {
        let rest = line.trim_start_matches('#');
        rest.len() < line.len() && line.len() - rest.len() <= 6 && rest.starts_with(' ')
    });
    let fence = line(|line| line.starts_with("```"));
    let list = line(|line| line.starts_with("- ") || line.starts_with("* "));
    let link = head.contains("](");
    let bold = head.matches("**").count() >= 2;
    let rule = line(|line| line.starts_with("| ") || line.starts_with("|-"));
    [heading, fence, list, link, bold, rule].into_iter().filter(|found| *found).count() >= 2
}
