//! `Cargo.lock` → the version of one package.

use crate::{Outcome, place};

/// The version that `Cargo.lock` holds for `package`.
pub fn version_of(package: &str) -> Outcome<String> {
    let path = place::root().join("Cargo.lock");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    find(&text, package).ok_or_else(|| format!("Cargo.lock has no package {package}"))
}

fn find(text: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = text.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn only_the_whole_name_counts() {
        let text = "[[package]]\nname = \"ab\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.1.0\"\n";
        assert_eq!(find(text, "a").as_deref(), Some("2.1.0"));
        assert_eq!(find(text, "b"), None);
    }
}
