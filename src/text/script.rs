//! Scripts, as far as word and line breaking ask.

use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// Whether `c` belongs to a script whose words are not found by spaces: Chinese, Japanese, Thai, Lao, Khmer, Burmese and
/// Tibetan do not part words; Korean does, but glues endings to them. Letters and signs only, no punctuation.
pub fn is_unspaced(c: char) -> bool {
    c >= '\u{E01}'
        && (is_hangul(c)
            || matches!(c,
                '\u{0E01}'..='\u{0E3A}' | '\u{0E40}'..='\u{0E4E}'         // Thai
                | '\u{0E81}'..='\u{0ECE}'                                 // Lao
                | '\u{0F40}'..='\u{0FBC}'                                 // Tibetan
                | '\u{1000}'..='\u{103F}'                                 // Burmese
                | '\u{1780}'..='\u{17D3}'                                 // Khmer
                | '\u{2E80}'..='\u{2FD5}' | '\u{3005}'..='\u{3007}'       // radicals, 々〆〇
                | '\u{3041}'..='\u{3096}' | '\u{3099}'..='\u{309F}'       // Hiragana
                | '\u{30A1}'..='\u{30FA}' | '\u{30FC}'..='\u{30FF}'       // Katakana
                | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}'       // Katakana, small and half width
                | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'       // Han
                | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}'     // Han, compatibility and rare
            ))
}

/// Korean letters and syllables.
pub fn is_hangul(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11FF}' | '\u{3130}'..='\u{318F}'       // jamo
        | '\u{A960}'..='\u{A97C}' | '\u{AC00}'..='\u{D7FB}'     // jamo, syllables
    )
}

/// Han, kana and their punctuation, full-width forms included: what is written without blanks between sentences.
pub fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Whether `c` only changes the character before it: vowel signs, tone marks, (half-width) voicing marks.
fn is_sign(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{FF9E}' | '\u{FF9F}')
}

/// The characters of `run` with their signs, as byte ranges of `run`.
pub fn characters(run: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, c) in run.char_indices() {
        let end = at + c.len_utf8();
        match found.last_mut() {
            Some(last) if is_sign(c) => last.end = end,
            _ => found.push(at..end),
        }
    }
    found
}

/// Whether letters that are written from right to left are in `text`.
pub fn has_rtl(text: &str) -> bool {
    text.chars().any(is_rtl)
}

/// Whether the first letter of `text` is written from right to left.
pub fn begins_rtl(text: &str) -> bool {
    text.chars().find(|c| c.is_alphabetic()).is_some_and(is_rtl)
}

/// Letters of Hebrew, Arabic, Syriac, Thaana, N'Ko and their neighbours (Unicode's blocks of that direction).
fn is_rtl(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_letter_tells_where_text_begins() {
        for rtl in ["عربي", "1. عربي Latin", "«שלום»"] {
            assert!(begins_rtl(rtl) && has_rtl(rtl), "{rtl}");
        }
        for ltr in ["Latin عربي", "中文", "42", ""] {
            assert!(!begins_rtl(ltr), "{ltr}");
        }
        assert!(has_rtl("Latin عربي") && !has_rtl("中文"));
    }
}
