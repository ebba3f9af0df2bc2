//! Bytes of a text file → `str`.
//!
//! A byte order mark decides; else UTF-8 if it is valid; else UTF-16 by its pattern of NULs; else a guess by
//! letter statistics (chardetng, Firefox's detector). Bytes that fit nothing become U+FFFD with a warning.

use super::Builder;
use crate::types::problem::warning;
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
    let guess = hangul(bytes).unwrap_or_else(|| detector.guess(None, chardetng::Utf8Detection::Allow));
    builder.warn(warning::unknown_encoding(guess.name()));
    decode_as(guess, bytes, builder)
}

/// EUC-KR, when the bytes read as it are mostly Hangul: the detector takes short Korean texts for Japanese
/// or Chinese, whose byte ranges are the same, but those read as EUC-KR are mostly not Hangul.
fn hangul(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..65_536).unwrap_or(bytes);
    let (text, _, _) = encoding_rs::EUC_KR.decode(head);
    let of = |test: fn(char) -> bool| text.chars().filter(|c| test(*c)).count();
    let foreign = of(|c| !c.is_ascii());
    // The first block of KS X 1001 syllables, which everyday Korean stays within almost wholly, is what
    // bytes 0xB0A1–0xC8FE give; Chinese in the same bytes would spread over hanja and symbols too.
    let syllables = of(|c| matches!(c, '\u{AC00}'..='\u{D7A3}'));
    let particles = of(|c| {
        matches!(c, '이' | '다' | '는' | '을' | '를' | '의' | '에' | '고' | '은' | '가' | '하' | '한')
    });
    (syllables * 10 >= foreign * 8 && particles * 10 >= foreign).then_some(encoding_rs::EUC_KR)
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
    let text = if used == encoding_rs::EUC_KR { composed(text) } else { text };
    if broken {
        let bad = text.matches('\u{FFFD}').count();
        builder.warn(warning::undecoded(bad, used.name()));
    }
    text
}

/// KS X 1001 writes rare syllables as a filler and three letters (annex 3 of the standard); the WHATWG decoder
/// leaves those apart, here they become the syllable.
fn composed(text: Cow<'_, str>) -> Cow<'_, str> {
    const FILLER: char = '\u{3164}';
    const INITIALS: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
    const FINALS: &str = "ㅤㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
    if !text.contains(FILLER) {
        return text;
    }
    let place = |letters: &str, c: char| {
        letters.chars().position(|letter| letter == c).and_then(|at| u32::try_from(at).ok())
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let mut ahead = rest.clone();
        let syllable = (c == FILLER).then(|| {
            let initial = place(INITIALS, ahead.next()?)?;
            let vowel = u32::from(ahead.next()?).checked_sub(0x314F).filter(|vowel| *vowel < 21)?;
            let last = place(FINALS, ahead.next()?)?;
            char::from_u32(0xAC00 + (initial * 21 + vowel) * 28 + last)
        });
        match syllable.flatten() {
            Some(syllable) => {
                out.push(syllable);
                rest = ahead;
            }
            None => out.push(c),
        }
    }
    Cow::Owned(out)
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
