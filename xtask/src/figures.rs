//! `cargo xtask figures [DIR]`: how long the files and functions of `src/` are, without their tests.

use crate::{Outcome, place};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Longer functions are listed.
const MAX_FUNCTION: usize = 60;

/// A function and its length in lines, signature and braces included.
#[derive(Debug, PartialEq, Eq)]
struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// Prints the figures of this checkout, or of another one.
pub fn command(arguments: &[String]) -> Outcome<()> {
    let root = match arguments {
        [] => place::root(),
        [folder] => PathBuf::from(folder),
        _ => return Err("figures takes one folder at most".into()),
    };
    let mut files = Vec::new();
    read(&root.join("src"), &mut files)?;
    files.sort();
    print!("{}", report(&root, &files));
    Ok(())
}

/// Rust files below `folder`, but those of tests.
fn read(folder: &Path, files: &mut Vec<(PathBuf, String)>) -> Outcome<()> {
    let cannot = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            read(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).map_err(cannot)?;
            files.push((path, without_tests(&text)));
        }
    }
    Ok(())
}

/// The text without `#[cfg(test)]` modules, which stand at the top level.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line != "#[cfg(test)]" {
            kept.extend([line, "\n"]);
        } else if lines.next().is_some_and(|next| next.ends_with('{')) {
            lines.by_ref().find(|line| line.starts_with('}'));
        }
    }
    kept
}

/// The functions of a file that rustfmt has formatted: a function ends at the brace below its `fn`.
fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = line.len() - line.trim_start().len();
        let close = format!("{:indent$}}}", "");
        let declaration = |line: &&str| line.ends_with(';') && line.len() - line.trim_start().len() == indent;
        let rest = lines.get(at..).unwrap_or_default();
        let length = if line.ends_with('}') || line.ends_with(';') {
            1
        } else {
            rest.iter()
                .position(|line| line.starts_with(&close) || declaration(line))
                .map_or(1, |end| end + 1)
        };
        found.push(Function { name: name.to_owned(), line: at + 1, lines: length });
    }
    found
}

/// The name in `pub(crate) async fn name(`.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let modifiers = ["", "pub", "pub(crate)", "pub(super)", "const", "async", "unsafe", "extern", "\"C\""];
    before.split_whitespace().all(|word| modifiers.contains(&word)).then_some(())?;
    let name = after.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    (!name.is_empty() && (before.is_empty() || before.ends_with(' '))).then_some(name)
}

fn report(root: &Path, files: &[(PathBuf, String)]) -> String {
    let mut lengths: Vec<usize> = files.iter().map(|(_, text)| text.lines().count()).collect();
    lengths.sort_unstable();
    let mut sizes = Vec::new();
    let mut long = Vec::new();
    for (path, text) in files {
        let name = path.strip_prefix(root).unwrap_or(path).display();
        for function in functions(text) {
            sizes.push(function.lines);
            if function.lines > MAX_FUNCTION {
                long.push((function.lines, format!("{name}:{} {}", function.line, function.name)));
            }
        }
    }
    sizes.sort_unstable();
    long.sort_by(|a, b| b.cmp(a));
    let mut out = String::new();
    let _ = writeln!(
        out,
        "src/ without tests: {} files, {} lines; lines of a file: {}",
        files.len(),
        lengths.iter().sum::<usize>(),
        spread(&lengths)
    );
    let _ = writeln!(out, "{} functions; lines of a function: {}", sizes.len(), spread(&sizes));
    let _ = writeln!(out, "{} functions over {MAX_FUNCTION} lines", long.len());
    for (lines, place) in long {
        let _ = writeln!(out, "{lines:5} {place}");
    }
    out
}

/// Of sorted numbers.
fn spread(sorted: &[usize]) -> String {
    let at =
        |percent: usize| sorted.get((sorted.len().saturating_sub(1)) * percent / 100).copied().unwrap_or(0);
    format!("median {}, p90 {}, longest {}", at(50), at(90), at(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_from_the_name_to_the_brace() {
        let text = "impl X {\n    pub(crate) async fn long(\n        self,\n    ) -> u32 {\n        if a {\n            b\n        }\n    }\n\n    \
                    fn short() {}\n    fn declared(&self)\n    -> u32;\n}\n// a fn is no function\nlet f: fn (u32);\n";
        let found: Vec<(String, usize, usize)> =
            functions(text).into_iter().map(|one| (one.name, one.line, one.lines)).collect();
        let expected = [("long", 2, 7), ("short", 10, 1), ("declared", 11, 2)];
        assert_eq!(found, expected.map(|(name, line, lines)| (name.to_owned(), line, lines)));
    }

    #[test]
    fn test_modules_do_not_count() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n\n#[cfg(test)]\nmod more;\nfn c() {}\n";
        assert_eq!(without_tests(text), "fn a() {}\n\n\nfn c() {}\n");
    }

    #[test]
    fn a_spread_is_of_all_numbers() {
        assert_eq!(spread(&[1, 2, 3, 4, 100]), "median 3, p90 4, longest 100");
        assert_eq!(spread(&[]), "median 0, p90 0, longest 0");
    }
}
