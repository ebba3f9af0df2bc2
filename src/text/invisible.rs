//! Characters that show nothing, or change what their neighbours show: the one list that every check against
//! deception uses.
//!
//! It holds Unicode's `Default_Ignorable_Code_Point` (fillers, joiners, variation selectors, bidi controls, tags) and
//! interlinear annotation, as ranges: the standard library knows neither.

/// Whether `c` has no glyph and no width. White space and control characters are not among them: see [`is_hidden`].
pub fn is_invisible(c: char) -> bool {
    // A quick way out for nearly all text.
    c >= '\u{AD}'
        && (is_bidi_override(c)
            || is_tag(c)
            || matches!(c,
                '\u{AD}'                                                        // soft hyphen
                | '\u{34F}'                                                     // grapheme joiner
                | '\u{61C}' | '\u{200E}' | '\u{200F}'                           // bidi marks
                | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}'             // Hangul fillers
                | '\u{17B4}' | '\u{17B5}'                                       // Khmer inherent vowels
                | '\u{180B}'..='\u{180F}'                                       // Mongolian selectors and separator
                | '\u{200B}'..='\u{200D}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' // spaces of no width, joiners, operators
                | '\u{FE00}'..='\u{FE0F}'                                       // variation selectors
                | '\u{FFF0}'..='\u{FFFB}'                                       // unassigned, interlinear annotation
                | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'         // shorthand and music formats
                | '\u{E0000}'..='\u{E0FFF}')) // tags, more selectors, unassigned
}

/// Whether `c` can only mislead in a name or an address: invisible, a control character or a line separator. Of white
/// space, callers that keep some must look first.
pub fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_invisible(c)
}

/// Bidi embeddings, overrides and isolates, which can make text look like other text.
pub fn is_bidi_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Unicode tag characters, which can carry invisible instructions.
pub fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_invisible_and_hidden() {
        let ranges = [
            // What evidence, citations, links and error messages each had a list of.
            ('\u{AD}', '\u{AD}'),
            ('\u{61C}', '\u{61C}'),
            ('\u{180E}', '\u{180E}'),
            ('\u{200B}', '\u{200F}'),
            ('\u{202A}', '\u{202E}'),
            ('\u{2060}', '\u{206F}'),
            ('\u{FEFF}', '\u{FEFF}'),
            ('\u{FFF9}', '\u{FFFB}'),
            ('\u{E0000}', '\u{E0FFF}'),
            // DerivedCoreProperties.txt, Default_Ignorable_Code_Point, besides.
            ('\u{34F}', '\u{34F}'),
            ('\u{115F}', '\u{1160}'),
            ('\u{17B4}', '\u{17B5}'),
            ('\u{180B}', '\u{180F}'),
            ('\u{3164}', '\u{3164}'),
            ('\u{FE00}', '\u{FE0F}'),
            ('\u{FFA0}', '\u{FFA0}'),
            ('\u{FFF0}', '\u{FFF8}'),
            ('\u{1BCA0}', '\u{1BCA3}'),
            ('\u{1D173}', '\u{1D17A}'),
        ];
        let listed = |c: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c));
        for c in '\0'..=char::MAX {
            assert_eq!(is_invisible(c), listed(c), "{c:?}");
            assert!(!is_invisible(c) || is_hidden(c), "{c:?}");
            assert!(!(is_invisible(c) && (c.is_whitespace() || c.is_control())), "{c:?}");
        }
    }

    #[test]
    fn controls_and_separators_are_hidden_and_letters_are_not() {
        for c in ['\0', '\n', '\u{1B}', '\u{7F}', '\u{85}', '\u{9F}', '\u{2028}', '\u{2029}'] {
            assert!(is_hidden(c) && !is_invisible(c), "{c:?}");
        }
        for c in ['a', ' ', '\u{A0}', 'é', '-', '\u{2010}', '猫', '한', '\u{301}', '🙂'] {
            assert!(!is_hidden(c), "{c:?}");
        }
    }
}
