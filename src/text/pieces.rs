use crate::types::Span;

/// A span of `text` → parts of at most `most` bytes that follow one another, cut behind the last line end that fits, else behind
/// the last white space, else between characters. `most` is at least 4, so that every character fits.
pub fn pieces(text: &str, span: Span, most: usize) -> Vec<Span> {
    let most = most.max(4);
    let (mut start, end) = (span.start as usize, span.end as usize);
    let mut found = Vec::new();
    while end.saturating_sub(start) > most {
        let limit = (start..=start + most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
        let part = text.get(start..limit).unwrap_or("");
        let behind = |test: fn(char) -> bool| {
            part.char_indices().rev().find(|(_, c)| test(*c)).map(|(at, c)| at + c.len_utf8())
        };
        let length = behind(|c| c == '\n').or_else(|| behind(char::is_whitespace)).unwrap_or(part.len());
        if length == 0 {
            break;
        }
        found.push(Span::new(start, start + length));
        start += length;
    }
    if start < end {
        found.push(Span::new(start, end));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str, most: usize) -> Vec<&str> {
        pieces(text, Span::new(0, text.len()), most).into_iter().map(|span| span.of(text)).collect()
    }

    #[test]
    fn lines_come_before_words_and_words_before_characters() {
        assert_eq!(cut("one two\nthree four", 9), ["one two\n", "three ", "four"]);
        assert_eq!(cut("abcdefgh", 5), ["abcde", "fgh"]);
        assert_eq!(cut("short", 10), ["short"]);
        assert!(cut("", 10).is_empty());
    }

    proptest! {
        #[test]
        fn pieces_tile_the_span(text in "[a-z \n\u{3b1}\u{4e2d}\u{1f600}]{0,80}", most in 1_usize..20) {
            let cut = cut(&text, most);
            prop_assert_eq!(cut.concat(), text.clone());
            prop_assert!(cut.iter().all(|piece| !piece.is_empty() && piece.len() <= most.max(4)));
        }
    }
}
