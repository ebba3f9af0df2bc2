//! TeX as models write it → TeX that `math-core` takes and that takes it little time and stack.

use std::borrow::Cow;

/// Most bytes.
const MAX_BYTES: usize = 4_000;
/// Most groups, delimiters, environments and arguments within each other: each is a few calls deep.
const MAX_DEPTH: usize = 40;
/// Most commands that hold for the rest of their group, each of which is a level of its own.
const MAX_SWITCHES: usize = 20;
/// Longest description of an array's columns: its lines stand in every row.
const MAX_COLUMNS_BYTES: usize = 60;
/// Most rows of all tables.
const MAX_ROWS: usize = 100;

/// Environments that number their lines, or that go by another name.
const ENVIRONMENTS: [(&str, &str); 5] = [
    ("{align}", "{align*}"),
    ("{equation}", "{equation*}"),
    ("{gather}", "{gather*}"),
    ("{multline}", "{multline*}"),
    ("{split}", "{aligned}"),
];

/// `tex`, ready to be converted; nothing when it is too much.
pub(super) fn prepare(tex: &str) -> Option<String> {
    if tex.len() > MAX_BYTES || !is_bounded(tex) {
        return None;
    }
    let mut tex = Cow::Borrowed(tex);
    for (from, to) in ENVIRONMENTS {
        if tex.contains(from) {
            tex = Cow::Owned(tex.replace(from, to));
        }
    }
    let is_numbered =
        ["{align", "{equation*}", "{gather*}", "{multline*}"].iter().any(|name| tex.contains(name));
    Some(commands(&tex, is_numbered))
}

/// Drops labels, writes a tag outside of numbered environments as text, and takes `%` for the sign: a model that writes
/// `5%` means no comment.
fn commands(tex: &str, is_numbered: bool) -> String {
    let mut out = String::with_capacity(tex.len());
    let mut rest = tex;
    while let Some(at) = rest.find(['\\', '%']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let argument =
            |name: &str| from.strip_prefix(name)?.split_once('}').filter(|(tag, _)| !tag.contains('{'));
        if let Some((_, after)) = argument(r"\label{") {
            rest = after;
        } else if let Some((tag, after)) = argument(r"\tag{").filter(|_| !is_numbered) {
            out.push_str(&format!(r"\qquad\text{{({tag})}}"));
            rest = after;
        } else if let Some(after) = from.strip_prefix('%') {
            out.push_str(r"\%");
            rest = after;
        } else {
            // With what it escapes.
            let end = 1 + from.chars().nth(1).map_or(0, char::len_utf8);
            out.push_str(from.get(..end).unwrap_or(from));
            rest = from.get(end..).unwrap_or("");
        }
    }
    out.push_str(rest);
    out
}

/// Whether nesting, rows and columns are as those of formulas that people read.
fn is_bounded(tex: &str) -> bool {
    let mut nesting = Nesting::default();
    let (mut switches, mut rows) = (0, 0);
    let mut rest = tex;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        if c != '\\' {
            nesting.sign(c);
        } else {
            let len = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
            let name = rest.get(..len).unwrap_or("");
            rows += usize::from(rest.starts_with('\\'));
            switches += usize::from(is_switch(name));
            nesting.command(name);
            let skipped = len.max(rest.chars().next().map_or(0, char::len_utf8));
            rest = rest.get(skipped..).unwrap_or("");
            if name == "begin" && columns(rest) > MAX_COLUMNS_BYTES {
                return false;
            }
        }
        if nesting.open.len() > MAX_DEPTH {
            return false;
        }
    }
    switches <= MAX_SWITCHES && rows <= MAX_ROWS
}

/// What is open where a parser of TeX stands that calls itself for every argument; rather more than less.
#[derive(Default)]
struct Nesting {
    open: Vec<Open>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Group,
    Optional,
    /// A command that waits for so many arguments.
    Arguments(u8),
}

impl Nesting {
    fn sign(&mut self, c: char) {
        match c {
            '{' => self.open.push(Open::Group),
            '}' => self.close(),
            '[' => self.open.push(Open::Optional),
            // An optional argument comes before the others.
            ']' if self.open.last() == Some(&Open::Optional) => drop(self.open.pop()),
            '^' | '_' => self.open.push(Open::Arguments(1)),
            c if c.is_whitespace() => {}
            _ => self.argument(),
        }
    }

    fn command(&mut self, name: &str) {
        match name {
            // The name of an environment is a group of its own.
            "begin" | "left" => self.open.push(Open::Group),
            "end" | "right" => self.close(),
            "" => self.argument(),
            "frac" | "dfrac" | "tfrac" | "cfrac" | "binom" | "dbinom" | "tbinom" | "overset" | "underset"
            | "stackrel" | "textcolor" => self.open.push(Open::Arguments(2)),
            "sideset" | "prescript" => self.open.push(Open::Arguments(3)),
            "genfrac" => self.open.push(Open::Arguments(6)),
            // Most are signs, which take nothing.
            _ => self.open.push(Open::Arguments(1)),
        }
    }

    /// The innermost group ends, with all that waits in it.
    fn close(&mut self) {
        while self.open.pop().is_some_and(|open| open != Open::Group) {}
        self.argument();
    }

    /// The innermost command has one of its arguments, and may so be one itself.
    fn argument(&mut self) {
        while let Some(Open::Arguments(left)) = self.open.last_mut() {
            *left -= 1;
            if *left > 0 {
                break;
            }
            self.open.pop();
        }
    }
}

/// Commands such as `\displaystyle`, `\color` and `\bf`.
fn is_switch(name: &str) -> bool {
    name.ends_with("style")
        || matches!(name, "color" | "rm" | "bf" | "it" | "sf" | "tt" | "cal" | "frak" | "normalfont")
}

/// How long the description of an array's columns is, behind `\begin`.
fn columns(rest: &str) -> usize {
    let Some((name, rest)) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) else { return 0 };
    if !matches!(name, "array" | "subarray" | "darray") {
        return 0;
    }
    rest.trim_start().strip_prefix('{').and_then(|rest| rest.split('}').next()).map_or(0, str::len)
}
