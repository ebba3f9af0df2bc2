//! The build id → `index.html`.
//!
//! The id is a hash of everything the site is made of. The page adds it to the address of every worker, so a page of
//! one build never talks to a cached worker of another.

use crate::Outcome;
use std::path::Path;

const PLACEHOLDER: &str = "<meta name=\"sidecite-build\" content=\"dev\">";

/// Puts the id into the site's `index.html`.
pub fn write(staging: &Path, id: &str) -> Outcome<()> {
    let index = staging.join("index.html");
    let html = std::fs::read_to_string(&index).map_err(|e| format!("cannot read index.html: {e}"))?;
    if html.matches(PLACEHOLDER).count() != 1 {
        return Err(format!("index.html must contain {PLACEHOLDER} exactly once"));
    }
    let stamped = html.replace(PLACEHOLDER, &PLACEHOLDER.replace("dev", id));
    std::fs::write(&index, stamped).map_err(|e| format!("cannot write index.html: {e}"))
}
