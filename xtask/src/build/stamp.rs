//! The files of the site → a build id, written into `index.html`.
//!
//! The page adds it to the address of every worker, and compares it with theirs: a page of one build never talks to
//! a worker of another. The same files give the same id.

use super::tree;
use crate::{Outcome, hash};
use std::path::Path;

const PLACEHOLDER: &str = "<meta name=\"sidecite-build\" content=\"dev\">";

/// Puts the id of everything under `staging` into its `index.html`.
pub fn write(staging: &Path) -> Outcome<()> {
    let mut listing = String::new();
    for file in tree::files(staging)? {
        let name = file.strip_prefix(staging).unwrap_or(&file);
        listing.push_str(&format!("{}  {}\n", hash::of_file(&file)?, name.display()));
    }
    let id: String = hash::of_bytes(listing.as_bytes()).chars().take(16).collect();
    let index = staging.join("index.html");
    let html = std::fs::read_to_string(&index).map_err(|e| format!("cannot read index.html: {e}"))?;
    if html.matches(PLACEHOLDER).count() != 1 {
        return Err(format!("index.html must hold {PLACEHOLDER} exactly once"));
    }
    let stamped = html.replace(PLACEHOLDER, &PLACEHOLDER.replace("dev", &id));
    std::fs::write(&index, stamped).map_err(|e| format!("cannot write index.html: {e}"))
}
