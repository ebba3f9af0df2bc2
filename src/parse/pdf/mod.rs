//! PDF → blocks and pages.

use super::{Builder, Error};
use crate::types::BlockKind;
use pdf_oxide::PdfDocument;

/// Reads a PDF.
pub fn read(bytes: &[u8], password: Option<&str>, builder: &mut Builder) -> Result<(), Error> {
    let pdf = PdfDocument::from_bytes(bytes.to_vec()).map_err(|error| Error::corrupt("PDF", error))?;
    if let Some(password) = password {
        let _ = pdf.authenticate(password.as_bytes());
    } else {
        let _ = pdf.authenticate(b"");
    }
    let pages = pdf.page_count().map_err(|error| Error::corrupt("PDF", error))?;
    for page in 0..pages {
        match pdf.extract_text(page) {
            Ok(text) => builder.block(BlockKind::Paragraph, &text),
            Err(error) => builder.warn(format!("Page {} could not be read: {error}.", page + 1)),
        }
        builder.page_break();
    }
    Ok(())
}
