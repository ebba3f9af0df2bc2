//! One line of Markdown → what it does to the block structure at the top level.

/// A line without its end, behind its indentation.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// Columns of white space before it.
    pub indent: usize,
    /// What follows.
    pub rest: &'a [u8],
}

/// How a line begins a list item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker {
    /// The bullet, or what follows the number: items of one list share it.
    pub kind: u8,
    /// The column in which the item's content begins.
    pub offset: usize,
    /// Nothing that could be a paragraph follows on the line.
    pub is_empty: bool,
    /// It may begin a list in the middle of a paragraph.
    pub interrupts: bool,
}

/// The fence that opened a code block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    pub mark: u8,
    pub len: usize,
    pub indent: usize,
    /// What the fence names, reduced to letters that mean nothing to Markdown.
    pub info: String,
}

impl<'a> Line<'a> {
    pub(super) fn of(line: &'a [u8]) -> Self {
        let mut indent = 0;
        let mut at = 0;
        for byte in line {
            match byte {
                b' ' => indent += 1,
                b'\t' => indent = (indent / 4 + 1) * 4,
                _ => break,
            }
            at += 1;
        }
        Self { indent, rest: line.get(at..).unwrap_or_default().trim_ascii_end() }
    }

    pub(super) fn is_blank(self) -> bool {
        self.rest.is_empty()
    }

    fn starts_with(self, prefix: &[u8]) -> bool {
        self.rest.starts_with(prefix)
    }

    pub(super) fn is_quote(self) -> bool {
        self.indent < 4 && self.starts_with(b">")
    }

    /// `# …`, or a thematic break.
    pub(super) fn is_heading_or_rule(self) -> bool {
        let hashes = self.rest.iter().take_while(|byte| **byte == b'#').count();
        let heading = (1..=6).contains(&hashes)
            && self.rest.get(hashes).is_none_or(|byte| matches!(byte, b' ' | b'\t'));
        heading || self.is_rule()
    }

    fn is_rule(self) -> bool {
        let Some(first @ (b'-' | b'*' | b'_')) = self.rest.first() else { return false };
        let marks = self.rest.iter().filter(|byte| *byte == first).count();
        marks >= 3 && self.rest.iter().all(|byte| byte == first || matches!(byte, b' ' | b'\t'))
    }

    /// The delimiter row of a table.
    pub(super) fn is_table_delimiter(self) -> bool {
        self.rest.contains(&b'-')
            && self.rest.iter().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'))
    }

    pub(super) fn fence(self) -> Option<Fence> {
        let mark = *self.rest.first().filter(|byte| matches!(byte, b'`' | b'~'))?;
        let len = self.rest.iter().take_while(|byte| **byte == mark).count();
        let info = self.rest.get(len..).unwrap_or_default();
        if len < 3 || (mark == b'`' && info.contains(&b'`')) {
            return None;
        }
        let plain = |byte: &&u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'+' | b'#' | b'.' | b'_' | b'-' | b' ' | b',' | b'{')
        };
        let info = info.iter().take(64).map_while(|byte| plain(&byte).then_some(char::from(*byte))).collect();
        Some(Fence { mark, len, indent: self.indent, info })
    }

    pub(super) fn closes(self, fence: &Fence) -> bool {
        self.indent < 4 && self.rest.len() >= fence.len && self.rest.iter().all(|byte| *byte == fence.mark)
    }

    /// An HTML block that blank lines do not end: what opens one of its kind, and what ends it.
    pub(super) fn html(self) -> Option<(&'static str, &'static str)> {
        let inside = self.rest.strip_prefix(b"<")?;
        for (name, open, close) in [
            ("pre", "<pre>\n", "</pre>"),
            ("style", "<style>\n", "</style>"),
            ("script", "<script>\n", "</script>"),
            ("textarea", "<textarea>\n", "</textarea>"),
        ] {
            let named =
                inside.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes()));
            let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
            if named && inside.get(name.len()).is_none_or(ends) {
                return Some((open, close));
            }
        }
        for (begin, open, close) in
            [("!--", "<!--\n", "-->"), ("?", "<?\n", "?>"), ("![CDATA[", "<![CDATA[\n", "]]>")]
        {
            if inside.starts_with(begin.as_bytes()) {
                return Some((open, close));
            }
        }
        let declared = inside.first() == Some(&b'!') && inside.get(1).is_some_and(u8::is_ascii_alphabetic);
        declared.then_some(("<!A\n", ">"))
    }

    pub(super) fn contains(self, end: &str) -> bool {
        let matches = |window: &[u8]| window.eq_ignore_ascii_case(end.as_bytes());
        self.rest.windows(end.len()).any(matches)
    }

    pub(super) fn marker(self) -> Option<Marker> {
        if self.indent >= 4 || self.is_rule() {
            return None;
        }
        let first = *self.rest.first()?;
        let (kind, width, one) = match first {
            b'-' | b'+' | b'*' => (first, 1, true),
            b'0'..=b'9' => {
                let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let kind =
                    *self.rest.get(digits).filter(|byte| digits <= 9 && matches!(byte, b'.' | b')'))?;
                (kind, digits + 1, self.rest.get(..digits) == Some(b"1"))
            }
            _ => return None,
        };
        let after = Line::of(self.rest.get(width..).unwrap_or_default());
        if !after.is_blank() && after.indent == 0 {
            return None;
        }
        let blanks = if after.is_blank() || after.indent > 4 { 1 } else { after.indent };
        let offset = self.indent + width + blanks;
        // Items in items that hold nothing are as empty; code is no paragraph either.
        let is_bullet = |word: &[u8]| matches!(word, [] | [b'-' | b'+' | b'*']);
        let is_empty = after.rest.split(u8::is_ascii_whitespace).all(is_bullet) || after.indent > 4;
        Some(Marker { kind, offset, is_empty, interrupts: one && !after.is_blank() })
    }
}
