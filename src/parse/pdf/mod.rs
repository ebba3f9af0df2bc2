//! PDF → blocks and pages.
//!
//! pdf_oxide decodes the file and puts the glyphs of a page into reading order; what it lacks is added here:
//! passwords, a second try on files that were cut off, paragraphs and headings detected by the geometry of the
//! lines, and words that are hyphenated over a page break. A page that fails is a warning. Scripts, actions
//! and attachments are never looked at.

mod join;
mod layout;

use super::{Builder, Error, limits};
use crate::parse::error::one_line;
use crate::types::UserError;
use crate::types::problem::{flaw, warning};
use layout::Piece;
use pdf_oxide::PdfDocument;
use pdf_oxide::converters::ConversionOptions;

/// Reads a PDF, with the password where one is needed.
pub fn read(bytes: &[u8], password: Option<&str>, builder: &mut Builder) -> Result<(), Error> {
    let attempt = |bytes: Vec<u8>| caught(|| open(bytes, password).and_then(|pdf| read_pages(&pdf)));
    let mut outcome = attempt(bytes.to_vec());
    let nothing = !matches!(&outcome, Ok(found) if found.has_text() || found.bomb);
    if nothing && is_cut_off(bytes) {
        let repaired = attempt(repair(bytes));
        if let Ok(found) = repaired
            && found.has_text()
        {
            builder.warn(warning::truncated());
            outcome = Ok(found);
        }
    }
    let found = outcome?;
    if !found.has_text() {
        if found.bomb {
            return Err(Error::Bomb { what: "a page".to_owned(), reason: flaw::unsafe_content() });
        }
        if let Some(error) = found.errors.first() {
            return Err(Error::flawed("PDF", error.clone()));
        }
    }
    found.errors.iter().for_each(|error| builder.warn(warning::page_unreadable(error.clone())));
    builder.title = found.title.clone();
    let blank = found.pages.iter().filter(|page| page.is_empty()).count();
    if found.has_text() && blank > 0 {
        builder.warn(warning::blank_pages(blank));
    }
    for step in join::over_pages(found.pages) {
        match step {
            join::Step::Block(piece, breaks) => builder.block_marked(piece.kind, &piece.text, &breaks),
            join::Step::PageEnd => builder.page_break(),
        }
    }
    Ok(())
}

/// Runs a decoder that panics on some damaged files. Where panics unwind this turns them into an error; in
/// wasm they end the reader, which the page restarts.
fn caught(read: impl FnOnce() -> Result<Found, Error>) -> Result<Found, Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Error::flawed("PDF", flaw::not_decodable())))
}

/// What the pages of a PDF gave.
#[derive(Debug, Default)]
struct Found {
    title: Option<String>,
    pages: Vec<Vec<Piece>>,
    /// What is wrong with each page that failed.
    errors: Vec<UserError>,
    /// Whether something unpacked to more than the decoder's limit.
    bomb: bool,
}

impl Found {
    fn has_text(&self) -> bool {
        self.pages.iter().any(|page| !page.is_empty())
    }
}

fn open(bytes: Vec<u8>, password: Option<&str>) -> Result<PdfDocument, Error> {
    let pdf = PdfDocument::from_bytes(bytes).map_err(|error| match error {
        pdf_oxide::error::Error::EncryptedPdf => Error::PasswordNeeded,
        error => Error::corrupt("PDF", error),
    })?;
    if !pdf.is_encrypted() {
        return Ok(pdf);
    }
    // Most encrypted files open with the empty user password; viewers do not even ask.
    let given = password.unwrap_or_default();
    for attempt in [given.as_bytes().to_vec(), latin1(given), Vec::new()] {
        if matches!(pdf.authenticate(&attempt), Ok(true)) && pdf.is_authenticated() {
            return Ok(pdf);
        }
    }
    match pdf.authenticate(given.as_bytes()) {
        Err(error) => Err(Error::corrupt("encryption of the PDF", error)),
        Ok(_) if given.is_empty() => Err(Error::PasswordNeeded),
        Ok(_) => Err(Error::WrongPassword),
    }
}

/// Revisions up to 4 hash the password in PDFDocEncoding (ISO 32000-2 §7.6.4.3.2), which is Latin-1 for
/// the letters that people type.
fn latin1(password: &str) -> Vec<u8> {
    password.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

fn read_pages(pdf: &PdfDocument) -> Result<Found, Error> {
    let count = pdf.page_count().map_err(|error| Error::corrupt("PDF", error))?;
    if count > limits::PDF_PAGES {
        return Err(Error::TooLarge {
            what: "its number of pages".to_owned(),
            size_bytes: count as u64,
            limit_bytes: limits::PDF_PAGES as u64,
        });
    }
    let mut found = Found { title: title(pdf), ..Found::default() };
    let options = ConversionOptions {
        extract_tables: false,
        include_form_fields: false,
        ..ConversionOptions::default()
    };
    let mut sizes = layout::Sizes::default();
    let mut texts = Vec::new();
    let mut total = 0usize;
    for page in 0..count {
        let text = page_text(pdf, page, &options, &mut found.errors);
        total += text.len();
        if total > limits::TEXT_BYTES {
            return Err(Error::TooLarge {
                what: "its text".to_owned(),
                size_bytes: total as u64,
                limit_bytes: limits::TEXT_BYTES as u64,
            });
        }
        let lines = pdf.extract_spans(page).map(|spans| layout::lines(&spans)).unwrap_or_default();
        sizes.add(&lines);
        texts.push((text, lines));
    }
    let body = sizes.body();
    found.pages = texts.into_iter().map(|(text, lines)| layout::pieces(&text, &lines, body)).collect();
    let decoder_refused = |message: &str| {
        let message = message.to_lowercase();
        message.contains("decompress") && (message.contains("limit") || message.contains("exceed"))
            || message.contains("bomb")
    };
    found.bomb = pdf.take_structured_warnings().iter().any(|warning| decoder_refused(&warning.message))
        || found.errors.iter().any(|error| decoder_refused(&error.to_string()));
    Ok(found)
}

/// The text of a page; what could not be read of it is among the `errors`.
fn page_text(
    pdf: &PdfDocument,
    page: usize,
    options: &ConversionOptions,
    errors: &mut Vec<UserError>,
) -> String {
    let mut text = match pdf.extract_text_with_options(page, options) {
        Ok(text) => text,
        Err(error) => {
            errors.push(flaw::page_unreadable(page + 1, one_line(&error.to_string())));
            String::new()
        }
    };
    if layout::is_sparse(&text) {
        // Marked content with a replacement text of a few words can hide a whole page from extraction.
        let drawn = pdf.extract_chars(page).map(|chars| layout::text_of_chars(&chars)).unwrap_or_default();
        if layout::holds_far_more(&drawn, &text) {
            text = drawn;
        }
    }
    if text.trim().is_empty()
        && let Err(error) = pdf.get_page_content_data(page)
    {
        // Extraction takes content that cannot be decoded for no content; here it is distinguished.
        errors.push(flaw::page_unreadable(page + 1, one_line(&error.to_string())));
    }
    text
}

/// The title in the document information, unless it is the name of the file that a word processor printed.
fn title(pdf: &PdfDocument) -> Option<String> {
    let information = pdf.trailer().as_dict()?.get("Info")?;
    let information = pdf.resolve_object(information).ok()?;
    let title = pdf.resolve_object(information.as_dict()?.get("Title")?).ok()?;
    let bytes = title.as_string()?;
    let text = match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode(rest).0.into_owned(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        bytes => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    };
    let lower = text.to_lowercase();
    let is_file_name =
        [".doc", ".docx", ".tex", ".dvi", ".indd", ".qxd", ".pdf"].iter().any(|end| lower.ends_with(end));
    let says_nothing =
        matches!(lower.trim(), "" | "untitled" | "title") || lower.contains("microsoft word -");
    (!is_file_name && !says_nothing).then_some(text)
}

/// Whether the end of the file is missing: a whole PDF ends in `%%EOF` (ISO 32000-2 §7.5.5).
fn is_cut_off(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(2048)..).unwrap_or(bytes);
    !tail.windows(5).any(|window| window == b"%%EOF")
}

/// The file with its open stream closed at the last line end, so that the stream's object can be found.
fn repair(bytes: &[u8]) -> Vec<u8> {
    let mut repaired = bytes.to_vec();
    repaired.extend_from_slice(b"\nendstream\nendobj\n");
    repaired
}
