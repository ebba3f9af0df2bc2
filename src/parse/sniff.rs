//! Bytes → their format, by content.
//!
//! Magic numbers first, then the members of a zip archive, then markup at the beginning of the text. The name
//! decides only between plain text and Markdown, which look alike, and whether a stray HTML tag at the top
//! is a page or Markdown with a tag in it.

use super::archive::Archive;
use super::{Error, encoding};
use crate::types::Format;

/// What the file `name` with content `bytes` is; binaries and other formats are `Unsupported`.
pub fn sniff(name: &str, bytes: &[u8]) -> Result<Format, Error> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Empty);
    }
    let head = encoding::peek(bytes, 4096);
    let start = skip_prelude(&head);
    if let Some(format) = zip_or_magic(bytes)? {
        return Ok(format);
    }
    if !start.starts_with('<') && is_pdf(name, bytes) {
        return Ok(Format::Pdf);
    }
    if let Some(format) = markup(name, start)? {
        return Ok(format);
    }
    if looks_binary(bytes) {
        return Err(Error::Unsupported { found: "binary data of an unknown kind".to_owned() });
    }
    Ok(match extension(name).as_str() {
        "md" | "markdown" | "mdown" | "mkd" | "mkdn" | "qmd" | "rmd" => Format::Markdown,
        "" if reads_like_markdown(&head) => Format::Markdown,
        _ => Format::Text,
    })
}

/// The format that a file name claims, where it claims one; text formats claim nothing.
pub fn claimed(name: &str) -> Option<&'static str> {
    match extension(name).as_str() {
        "pdf" => Some(Format::Pdf.label()),
        "docx" | "docm" | "dotx" => Some(Format::Docx.label()),
        "doc" => Some("Word 97"),
        "epub" => Some(Format::Epub.label()),
        "htm" | "html" | "xhtml" => Some(Format::Html.label()),
        _ => None,
    }
}

/// The part of the cleaned name after its last full stop, in lower case.
fn extension(name: &str) -> String {
    let name = super::clean_name(name);
    name.rsplit_once('.').map(|(_, last)| last.to_lowercase()).unwrap_or_default()
}

/// PDF 2.0 §7.5.2 lets the header stand anywhere in the first 1,024 bytes; a file that is named PDF and has
/// PDF objects has merely lost its header.
fn is_pdf(name: &str, bytes: &[u8]) -> bool {
    let head = bytes.get(..1024).unwrap_or(bytes);
    let has = |hay: &[u8], needle: &[u8]| hay.windows(needle.len()).any(|window| window == needle);
    has(head, b"%PDF-") || extension(name) == "pdf" && has(bytes.get(..65_536).unwrap_or(bytes), b" obj")
}

fn zip_or_magic(bytes: &[u8]) -> Result<Option<Format>, Error> {
    if [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|magic| bytes.starts_with(*magic)) {
        return zip_member(bytes).map(Some);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        let utf16 = |word: &str| word.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let has = |word: &str| {
            let word = utf16(word);
            bytes.windows(word.len()).any(|window| window == word)
        };
        let found = match () {
            () if has("EncryptedPackage") => "an Office document protected by a password",
            () if has("WordDocument") => "a Word 97–2003 document (.doc)",
            () if has("Workbook") => "an Excel 97–2003 workbook (.xls)",
            () if has("PowerPoint Document") => "a PowerPoint 97–2003 presentation (.ppt)",
            () if has("__substg1.0_") => "an Outlook message (.msg)",
            () => "an old Microsoft Office file",
        };
        return Err(Error::Unsupported { found: found.to_owned() });
    }
    match MAGIC.iter().find(|(at, magic, _)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic))) {
        Some((_, _, found)) => Err(Error::Unsupported { found: (*found).to_owned() }),
        None => Ok(None),
    }
}

/// Offset, bytes and name of file kinds that hold no text for us.
const MAGIC: [(usize, &[u8], &str); 37] = [
    (0, b"\x89PNG\r\n\x1A\n", "a PNG image"),
    (0, b"\xFF\xD8\xFF", "a JPEG image"),
    (0, b"GIF87a", "a GIF image"),
    (0, b"GIF89a", "a GIF image"),
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (8, b"WEBP", "a WebP image"),
    (8, b"WAVE", "a WAV recording"),
    (8, b"AVI ", "an AVI video"),
    (0, b"\0\0\x01\0", "an icon"),
    (4, b"ftypheic", "a HEIC image"),
    (4, b"ftypavif", "an AVIF image"),
    (4, b"ftyp", "an MP4 or QuickTime video"),
    (0, b"\x1A\x45\xDF\xA3", "a Matroska or WebM video"),
    (0, b"ID3", "an MP3 recording"),
    (0, b"OggS", "an Ogg recording"),
    (0, b"fLaC", "a FLAC recording"),
    (0, b"\x7FELF", "an executable program"),
    (0, b"MZ\x90\0", "an executable program"),
    (0, b"\xCF\xFA\xED\xFE", "an executable program"),
    (0, b"\xCE\xFA\xED\xFE", "an executable program"),
    (0, b"\xCA\xFE\xBA\xBE", "an executable program or Java class"),
    (0, b"\0asm", "a WebAssembly module"),
    (0, b"\x1F\x8B", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xFD7zXZ\0", "an xz archive"),
    (0, b"\x28\xB5\x2F\xFD", "a Zstandard archive"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (0, b"Rar!\x1A\x07", "a RAR archive"),
    (257, b"ustar", "a tar archive"),
    (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"wOFF", "a web font"),
    (0, b"wOF2", "a web font"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"%!PS", "a PostScript document"),
    (0, b"AT&TFORM", "a DjVu document"),
    (60, b"BOOKMOBI", "a Kindle book"),
];

/// What a zip archive is, told by its members.
fn zip_member(bytes: &[u8]) -> Result<Format, Error> {
    let mut archive = Archive::open(bytes)?;
    if archive.has("META-INF/container.xml") && !archive.has("[Content_Types].xml") {
        return Ok(Format::Epub);
    }
    if let Ok(mimetype) = archive.read("mimetype") {
        let mimetype = String::from_utf8_lossy(&mimetype).trim().to_owned();
        let found = match mimetype.as_str() {
            "application/epub+zip" => return Ok(Format::Epub),
            other if other.ends_with("opendocument.text") => "an OpenDocument text (.odt)",
            other if other.ends_with("opendocument.spreadsheet") => "an OpenDocument spreadsheet (.ods)",
            other if other.ends_with("opendocument.presentation") => "an OpenDocument presentation (.odp)",
            _ => "a zip archive of an unknown kind",
        };
        return Err(Error::Unsupported { found: found.to_owned() });
    }
    if archive.has("[Content_Types].xml") || archive.has("_rels/.rels") {
        let types = archive.read("[Content_Types].xml").unwrap_or_default();
        let types = encoding::decode_xml(&types).into_owned();
        let has = |part: &str| types.contains(part) || archive.has_under(part);
        let found = match () {
            () if types.contains("wordprocessingml") || archive.has_under("word/") => {
                return Ok(Format::Docx);
            }
            () if has("presentationml") || archive.has_under("ppt/") => "a PowerPoint presentation (.pptx)",
            () if has("spreadsheetml") || archive.has_under("xl/") => "an Excel workbook (.xlsx)",
            () if archive.has_under("visio/") => "a Visio drawing",
            () => "an Office file of an unknown kind",
        };
        return Err(Error::Unsupported { found: found.to_owned() });
    }
    let found = match () {
        () if archive.has_under("word/document.xml") => return Ok(Format::Docx),
        () if archive.has("AndroidManifest.xml") => "an Android app",
        () if archive.has("META-INF/MANIFEST.MF") => "a Java archive",
        () if archive.has_under("Index/") => "an Apple iWork document",
        () => "a zip archive",
    };
    Err(Error::Unsupported { found: found.to_owned() })
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

/// HTML or SVG, told by its first element (the tags of the WHATWG MIME sniffing standard §7.1).
fn markup(name: &str, start: &str) -> Result<Option<Format>, Error> {
    let lower: String = start.chars().take(1024).collect::<String>().to_ascii_lowercase();
    if lower.starts_with("<svg") || lower.starts_with("<!doctype svg") {
        return Err(Error::Unsupported { found: "an SVG image".to_owned() });
    }
    let opens = |tag: &str| {
        lower.strip_prefix(tag).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/')
        })
    };
    if lower.starts_with("<!doctype html") || ["<html", "<head", "<body"].iter().any(|tag| opens(tag)) {
        return Ok(Some(Format::Html));
    }
    let extension = extension(name);
    if matches!(extension.as_str(), "htm" | "html" | "xhtml") && lower.contains('<') {
        return Ok(Some(Format::Html));
    }
    let tags = [
        "<script", "<iframe", "<h1", "<h2", "<div", "<font", "<table", "<a", "<style", "<title", "<b", "<br",
        "<p", "<meta", "<link", "<article", "<section", "<main", "<ul", "<ol", "<pre", "<span", "<center",
    ];
    // Markdown may begin with a tag; nothing else that is text would.
    let text_name =
        matches!(extension.as_str(), "md" | "markdown" | "mdown" | "mkd" | "txt" | "text" | "qmd" | "rmd");
    Ok((!text_name && tags.iter().any(|tag| opens(tag))).then_some(Format::Html))
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
