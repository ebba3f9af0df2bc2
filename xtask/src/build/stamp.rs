//! The build id and the list of languages → `index.html`.
//!
//! The id is a hash of everything the site is made of. The page adds it to the address of every worker, so a page of
//! one build never talks to a cached worker of another.

use super::languages;
use crate::Outcome;
use std::path::Path;

const BUILD: &str = "<meta name=\"sidecite-build\" content=\"dev\">";
const LANGUAGES: &str = "<meta name=\"sidecite-languages\" content=\"\">";

/// Puts both into the site's `index.html`.
pub fn write(staging: &Path, id: &str) -> Outcome<()> {
    let index = staging.join("index.html");
    let html = std::fs::read_to_string(&index).map_err(|e| format!("cannot read index.html: {e}"))?;
    for placeholder in [BUILD, LANGUAGES] {
        if html.matches(placeholder).count() != 1 {
            return Err(format!("index.html must contain {placeholder} exactly once"));
        }
    }
    let list: Vec<String> = languages::all()?.iter().map(|(code, name)| format!("{code} {name}")).collect();
    let list = LANGUAGES.replace("\"\"", &format!("\"{}\"", list.join(", ")));
    let stamped = html.replace(BUILD, &BUILD.replace("dev", id)).replace(LANGUAGES, &list);
    std::fs::write(&index, stamped).map_err(|e| format!("cannot write index.html: {e}"))
}
