//! Folders of files: listed, copied.

use crate::Outcome;
use std::path::{Path, PathBuf};

/// Every file below `folder`, sorted; nothing when there is no such folder.
pub fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        list(folder, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) -> Outcome<()> {
    let complain = |e: std::io::Error| format!("cannot list {}: {e}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(complain)? {
        let path = entry.map_err(complain)?.path();
        if path.is_dir() { list(&path, found)? } else { found.push(path) }
    }
    Ok(())
}

/// Copies the files below `from` to the same places below `to`.
pub fn copy(from: &Path, to: &Path) -> Outcome<()> {
    for source in files(from)? {
        let target = to.join(source.strip_prefix(from).unwrap_or(&source));
        copy_file(&source, &target)?;
    }
    Ok(())
}

/// Copies one file, making the folder it goes to.
pub fn copy_file(from: &Path, to: &Path) -> Outcome<()> {
    make_parent(to)?;
    std::fs::copy(from, to).map(drop).map_err(|e| format!("cannot copy {}: {e}", from.display()))
}

/// Makes the folder that a file goes to.
pub fn make_parent(file: &Path) -> Outcome<()> {
    match file.parent() {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))
        }
        None => Ok(()),
    }
}
