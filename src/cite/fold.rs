//! Text → the same text for comparing, with a way back.
//!
//! White space is one blank; quotation marks, emphasis and invisible characters vanish; dashes are `-`; letters are lower
//! case. Each folded character remembers the bytes it came from, so that a match maps back exactly.

use crate::text::is_hidden;

/// Folded text and, for each of its bytes, where its character stood.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// The folded text; single blanks, none at the ends.
    pub text: String,
    /// For each byte of `text`: start and end of its character in the original.
    places: Vec<(u32, u32)>,
}

impl Folded {
    /// The bytes of the original under `start..end` of the folded text.
    pub fn original(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let (first, _) = *self.places.get(start)?;
        let (_, last) = *self.places.get(end.checked_sub(1)?)?;
        Some((first as usize, last as usize))
    }

    fn push(&mut self, c: char, start: usize, end: usize) {
        self.text.push(c);
        let place = (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX));
        self.places.extend(std::iter::repeat_n(place, c.len_utf8()));
    }
}

/// `text`, folded.
pub fn fold(text: &str) -> Folded {
    let mut out = Folded::default();
    let mut blank = None;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match c {
            _ if c.is_whitespace() => {
                blank = blank.or(Some((at, end)));
                continue;
            }
            _ if is_dropped(c) => continue,
            _ => {}
        }
        if let Some((start, stop)) = blank.take()
            && !out.text.is_empty()
        {
            out.push(' ', start, stop);
        }
        match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-', at, end),
            '…' => (0..3).for_each(|_| out.push('.', at, end)),
            _ => c.to_lowercase().for_each(|lower| out.push(lower, at, end)),
        }
    }
    out
}

/// Quotation marks and apostrophes of all kinds, emphasis, and what nobody sees.
fn is_dropped(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '`'
            | '´'
            | '*'
            | '‘'
            | '’'
            | '‚'
            | '‛'
            | '“'
            | '”'
            | '„'
            | '‟'
            | '«'
            | '»'
            | '‹'
            | '›'
    ) || is_hidden(c)
}
