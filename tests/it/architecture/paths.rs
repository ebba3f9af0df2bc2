//! The tokens of a file → every path in it, with groups taken apart and `crate`, `self`, `super` resolved.

use super::tokens::{Token, tokens};

/// `use super::{a::b, c};` in `x/y.rs` gives `crate::x::a::b` and `crate::x::c`.
#[derive(Debug, PartialEq)]
pub struct Path {
    /// The words between the `::`; the first is `crate` when the path starts in this crate by name.
    pub words: Vec<String>,
    pub line: usize,
    /// Whether it stands in an inline module under `#[cfg(test)]`.
    pub in_test: bool,
}

/// All paths of a source file; `file` is relative to `src/`, with forward slashes.
pub fn paths(file: &str, source: &str) -> Vec<Path> {
    let tokens = tokens(source);
    let mut reader = Reader { tokens: &tokens, found: Vec::new(), scopes: Vec::new(), braces: 0 };
    reader.read(&module_of(file));
    reader.found
}

/// `a/b.rs` and `a/b/mod.rs` are both `a::b`; binaries and the library are roots.
fn module_of(file: &str) -> Vec<String> {
    let stem = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if stem == "lib" || stem.starts_with("bin/") {
        return Vec::new();
    }
    stem.split('/').map(str::to_owned).collect()
}

/// An inline module: its name, whether only tests see it, and the depth of braces outside it.
struct Scope {
    name: String,
    in_test: bool,
    braces: usize,
}

struct Reader<'a> {
    tokens: &'a [Token],
    found: Vec<Path>,
    scopes: Vec<Scope>,
    braces: usize,
}

impl Reader<'_> {
    fn text(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |token| token.text.as_str())
    }

    fn read(&mut self, file_module: &[String]) {
        let mut i = 0;
        while i < self.tokens.len() {
            match self.text(i) {
                "mod" if self.text(i + 2) == "{" => {
                    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
                    let in_test =
                        i >= 7 && (0..7).all(|k| self.text(i - 7 + k) == attribute[k]) || self.in_test();
                    self.scopes.push(Scope {
                        name: self.text(i + 1).to_owned(),
                        in_test,
                        braces: self.braces,
                    });
                    i += 2;
                    continue;
                }
                "{" => self.braces += 1,
                "}" => {
                    self.braces = self.braces.saturating_sub(1);
                    if self.scopes.last().is_some_and(|scope| scope.braces == self.braces) {
                        self.scopes.pop();
                    }
                }
                word if is_word(word) && (i == 0 || self.text(i - 1) != "::") => {
                    let mut module: Vec<String> = file_module.to_vec();
                    module.extend(self.scopes.iter().map(|scope| scope.name.clone()));
                    // A path with a group is read whole here; its braces do not nest code.
                    i = self.tree(i, Vec::new(), &module);
                    continue;
                }
                _ => {}
            }
            i += 1;
        }
    }

    fn in_test(&self) -> bool {
        self.scopes.iter().any(|scope| scope.in_test)
    }

    /// Reads one path or tree of paths from `i` on, below `prefix`, and returns where it ends.
    fn tree(&mut self, mut i: usize, mut prefix: Vec<String>, module: &[String]) -> usize {
        let line = self.tokens.get(i).map_or(0, |token| token.line);
        loop {
            match self.text(i) {
                "{" => {
                    i += 1;
                    while !matches!(self.text(i), "}" | "") {
                        i = self.tree(i, prefix.clone(), module).max(i + 1);
                        while !matches!(self.text(i), "," | "}" | "") {
                            i += 1;
                        }
                        i += usize::from(self.text(i) == ",");
                    }
                    return i + 1;
                }
                "self" if prefix.is_empty() => {
                    prefix = root(module);
                }
                "self" => {}
                "super" if prefix.is_empty() => {
                    prefix = root(module);
                    prefix.truncate(prefix.len().saturating_sub(1).max(1));
                }
                "super" => prefix.truncate(prefix.len().saturating_sub(1).max(1)),
                word => prefix.push(word.to_owned()),
            }
            i += 1;
            let next = self.text(i + 1);
            if self.text(i) != "::" || !(is_word(next) || next == "{" || next == "*") {
                break;
            }
            i += 1;
        }
        self.found.push(Path { words: prefix, line, in_test: self.in_test() });
        i
    }
}

fn root(module: &[String]) -> Vec<String> {
    std::iter::once("crate".to_owned()).chain(module.iter().cloned()).collect()
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
