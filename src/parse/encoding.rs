//! Bytes of a text file → `str`.
//!
//! A byte order mark decides; else UTF-8 if it is valid; else UTF-16 by its pattern of NULs; else a guess by
//! letter statistics (chardetng, Firefox's detector). Bytes that fit nothing become U+FFFD with a warning.

use super::Builder;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// Decodes plain text.
pub fn decode<'a>(bytes: &'a [u8], builder: &mut Builder) -> Cow<'a, str> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, bytes, builder);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return decode_as(encoding, bytes, builder);
    }
    if is_nearly_utf8(bytes) {
        return decode_as(UTF_8, bytes, builder);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    decode_as(detector.guess(None, chardetng::Utf8Detection::Allow), bytes, builder)
}

/// Decodes HTML: what a `meta` element in the first kilobytes declares comes before any guess (WHATWG HTML
/// §13.2.3.2, "prescan").
pub fn decode_html<'a>(bytes: &'a [u8], builder: &mut Builder) -> Cow<'a, str> {
    if Encoding::for_bom(bytes).is_none()
        && std::str::from_utf8(bytes).is_err()
        && let Some(encoding) = declared(bytes.get(..4096).unwrap_or(bytes))
    {
        return decode_as(encoding, bytes, builder);
    }
    decode(bytes, builder)
}

/// Decodes an XML part: UTF-8 or UTF-16 by its mark, else what its declaration says.
pub fn decode_xml(bytes: &[u8]) -> Cow<'_, str> {
    if Encoding::for_bom(bytes).is_none()
        && let Some(encoding) =
            utf16_without_mark(bytes).or_else(|| declared(bytes.get(..200).unwrap_or(bytes)))
    {
        return encoding.decode(bytes).0;
    }
    UTF_8.decode(bytes).0
}

/// The first `limit` bytes as text, for looking at only.
pub fn peek(bytes: &[u8], limit: usize) -> String {
    let head = bytes.get(..limit).unwrap_or(bytes);
    let encoding = utf16_without_mark(head).unwrap_or(UTF_8);
    encoding.decode(head).0.into_owned()
}

fn decode_as<'a>(encoding: &'static Encoding, bytes: &'a [u8], builder: &mut Builder) -> Cow<'a, str> {
    let (text, used, broken) = encoding.decode(bytes);
    if broken {
        let bad = text.matches('\u{FFFD}').count();
        builder.warn(format!("{bad} places could not be decoded as {} and show as \u{FFFD}.", used.name()));
    }
    text
}

/// UTF-16 without a mark: nearly every other byte of the head is NUL.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..2048).unwrap_or(bytes);
    let pairs = head.len() / 2;
    if pairs < 2 || bytes.len() % 2 == 1 {
        return None;
    }
    let zeros = |at: usize| head.chunks_exact(2).filter(|pair| pair.get(at) == Some(&0)).count();
    let (high, low) = (zeros(0), zeros(1));
    match () {
        () if low * 10 >= pairs * 7 && high * 20 <= pairs => Some(UTF_16LE),
        () if high * 10 >= pairs * 7 && low * 20 <= pairs => Some(UTF_16BE),
        () => None,
    }
}

/// Whether the bytes are UTF-8 with a few stray ones: many well-formed sequences, few broken.
fn is_nearly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad * 4
}

/// The encoding that a `charset=` or `encoding=` near the beginning names.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let label = ["charset=", "encoding="].iter().find_map(|key| {
        let rest = text.get(text.find(key)? + key.len()..)?;
        let rest = rest.trim_start_matches([' ', '"', '\'']);
        rest.split(['"', '\'', ' ', ';', '>', '/', '?']).next()
    })?;
    // A page that says UTF-16 in ASCII letters is not UTF-16 (WHATWG HTML §13.2.3.2).
    Encoding::for_label(label.as_bytes())
        .map(|found| if found == UTF_16LE || found == UTF_16BE { UTF_8 } else { found })
}
