//! Languages beside English: a file each in `src/messages`, which the page loads when it is needed.

use super::tree;
use crate::{Outcome, place};
use std::path::{Path, PathBuf};

/// The one that is built in.
const ENGLISH: &str = "en";

fn files() -> Outcome<Vec<(String, PathBuf)>> {
    let files = tree::files(&place::root().join("src/messages"))?.into_iter();
    let files = files.filter(|file| file.extension().is_some_and(|ending| ending == "txt"));
    let code = |file: PathBuf| Some((file.file_stem()?.to_str()?.to_owned(), file));
    Ok(files.filter_map(code).filter(|(code, _)| code != ENGLISH).collect())
}

/// Their codes and their names in themselves.
pub fn all() -> Outcome<Vec<(String, String)>> {
    files()?.into_iter().map(|(code, file)| Ok((code, name(&file)?))).collect()
}

fn name(file: &Path) -> Outcome<String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    let name = text.lines().find_map(|line| line.strip_prefix("name: "));
    let name = name.filter(|name| !name.contains([',', '"', '<', '&']));
    name.map(str::to_owned).ok_or_else(|| format!("{} has no line `name: …`", file.display()))
}

/// Copies them to where the page looks for them.
pub fn copy(staging: &Path) -> Outcome<()> {
    for (code, file) in files()? {
        tree::copy_file(&file, &staging.join(format!("languages/{code}.txt")))?;
    }
    Ok(())
}
