//! Whether `dist/` is already what the sources make.
//!
//! The note is kept beside the build, not in it: the hash of everything that goes in, and the names and lengths of
//! what came out. Any doubt means building again.

use super::{Mode, tree};
use crate::{Outcome, hash, place};
use std::path::{Path, PathBuf};

/// What the site is made of; a folder stands for all files below it.
const INPUTS: [&str; 12] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Trunk.toml",
    "index.html",
    "public",
    "rust-toolchain.toml",
    "src",
    "stubs",
    "style",
    "xtask/src",
];

/// The hash of all inputs, to be taken before the build starts.
pub fn inputs(mode: Mode) -> Outcome<String> {
    let root = place::root();
    let mut listing = format!("{mode:?}\n");
    for input in INPUTS {
        let path = root.join(input);
        let files = if path.is_dir() { tree::files(&path)? } else { vec![path] };
        for file in files.iter().filter(|file| file.is_file()) {
            let name = file.strip_prefix(&root).unwrap_or(file);
            listing.push_str(&format!("{}  {}\n", hash::of_file(file)?, name.display()));
        }
    }
    Ok(hash::of_bytes(listing.as_bytes()))
}

/// The build id of these inputs.
pub fn id(inputs: &str) -> String {
    inputs.chars().take(16).collect()
}

/// Whether `out` was built from these inputs and still has all its files.
pub fn holds(inputs: &str, out: &Path) -> bool {
    match (std::fs::read_to_string(note(out)), outputs(out)) {
        (Ok(kept), Ok(outputs)) => kept == format!("{inputs}\n{outputs}"),
        _ => false,
    }
}

/// Notes that `out` was built from these inputs.
pub fn write(inputs: &str, out: &Path) -> Outcome<()> {
    let note = note(out);
    tree::make_parent(&note)?;
    let text = format!("{inputs}\n{}", outputs(out)?);
    std::fs::write(&note, text).map_err(|e| format!("cannot write {}: {e}", note.display()))
}

fn outputs(out: &Path) -> Outcome<String> {
    let line = |file: &PathBuf| {
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        format!("{length}  {}\n", file.display())
    };
    Ok(tree::files(out)?.iter().map(line).collect())
}

fn note(out: &Path) -> PathBuf {
    let name: String = hash::of_bytes(out.to_string_lossy().as_bytes()).chars().take(16).collect();
    place::root().join("target/xtask").join(format!("built-{name}"))
}
