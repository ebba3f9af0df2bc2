//! Symbol fonts → Unicode.

/// A character of a symbol font as the Unicode character that it shows; fonts of pictures show none.
pub fn symbol(code: u32, font: &str) -> Option<char> {
    let low = if (0xF000..=0xF0FF).contains(&code) { code - 0xF000 } else { code };
    if code == low && code > 0xFF {
        return char::from_u32(code);
    }
    match font {
        "Symbol" => {
            const GREEK_UPPER: &str = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ";
            const GREEK_LOWER: &str = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ";
            match low {
                0x41..=0x5A => GREEK_UPPER.chars().nth((low - 0x41) as usize),
                0x61..=0x7A => GREEK_LOWER.chars().nth((low - 0x61) as usize),
                0xA3 => Some('≤'),
                0xA5 => Some('∞'),
                0xAB => Some('↔'),
                0xAC => Some('←'),
                0xAE => Some('→'),
                0xB0 => Some('°'),
                0xB1 => Some('±'),
                0xB3 => Some('≥'),
                0xB4 => Some('×'),
                0xB7 => Some('•'),
                0xB9 => Some('≠'),
                0xBB => Some('≈'),
                0xD9 => Some('∧'),
                0xDA => Some('∨'),
                0xE5 => Some('∑'),
                0xF2 => Some('∫'),
                low => char::from_u32(low),
            }
        }
        "Wingdings" => match low {
            0x4A => Some('☺'),
            0xA7 => Some('▪'),
            0xE0 | 0xE8 => Some('→'),
            0xDF => Some('←'),
            0xFC => Some('✓'),
            0xFB => Some('✗'),
            _ => None,
        },
        _ if font.starts_with("Wingdings") || font.starts_with("Webdings") => None,
        _ => char::from_u32(low).filter(|c| !c.is_control()),
    }
}
