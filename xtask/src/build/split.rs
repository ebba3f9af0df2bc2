//! The compiled page → the wasm of the first view, and the wasm that it loads later.
//!
//! `wasm-split-cli` follows the calls from `ui::deferred::code` by the linker's relocations and moves what nothing else reaches.
//! Its link module becomes part of the page's glue: one request less, and file names with a hash.

use super::flavour::Cache;
use super::{tree, wasm};
use crate::{Outcome, command, setup};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `wasm-split-cli` calls its link module.
const LINK: &str = "__wasm_split.js";
/// What it calls the part of `#[wasm_split(deferred)]`.
const CHUNK: &str = "split_deferred.wasm";

/// The parts of a page.
pub struct Parts {
    /// Its first wasm, for `wasm-bindgen`.
    pub main: PathBuf,
    /// What is loaded later, optimised.
    pub deferred: PathBuf,
    link: PathBuf,
}

/// Splits a binary that was linked with `--emit-relocs`.
pub fn parts(compiled: &Path, level: &str, cache: &Cache) -> Outcome<Parts> {
    let folder = cache.folder.join("finished/app-split");
    let _ = std::fs::remove_dir_all(&folder);
    let mut split = Command::new(setup::wasm_split()?);
    command::run(split.arg(compiled).arg(&folder).args(["--out-name", "app"]))?;
    let deferred = folder.join(CHUNK);
    let wasms =
        tree::files(&folder)?.into_iter().filter(|file| file.extension().is_some_and(|end| end == "wasm"));
    if wasms.count() != 2 || !deferred.is_file() {
        return Err(format!("{}: expected app.wasm and {CHUNK} and no other wasm", folder.display()));
    }
    wasm::optimise(&deferred, level, &cache.flavour.wasm_opt_features())?;
    Ok(Parts { main: folder.join("app.wasm"), deferred, link: folder.join(LINK) })
}

impl Parts {
    /// The page's glue with the link module in it, which loads the rest from `file`.
    pub fn glue(&self, glue: &str, file: &str) -> Outcome<String> {
        let link = std::fs::read_to_string(&self.link)
            .map_err(|e| format!("cannot read {}: {e}", self.link.display()))?;
        joined(glue, &link, file)
            .ok_or_else(|| "the glue and the link module do not look as expected".to_owned())
    }
}

fn joined(glue: &str, link: &str, file: &str) -> Option<String> {
    let import = glue.lines().find(|line| line.starts_with("import * as ") && line.contains(LINK))?;
    let name = import.strip_prefix("import * as ")?.split_whitespace().next()?;
    let (_, link) = link.split_once('\n').filter(|(first, _)| first.starts_with("import { initSync }"))?;
    let (_, export) = link.split_once("\nexport const ")?;
    let loader = export.split_whitespace().next()?;
    if !link.contains(CHUNK) || link.matches("\nexport const ").count() != 1 {
        return None;
    }
    // Not every file server knows the media type that streaming asks for, and nobody waits for this file.
    let streaming = "WebAssembly.instantiateStreaming(src, imports)";
    let plain =
        "src.then((answer) => answer.arrayBuffer()).then((bytes) => WebAssembly.instantiate(bytes, imports))";
    if !link.contains(streaming) {
        return None;
    }
    let link = link.replace("\nexport const ", "\nconst ").replace(CHUNK, file).replace(streaming, plain);
    let glue = glue.replacen(&format!("{import}\n"), "", 1);
    Some(format!("{glue}{link}\nconst {name} = {{ {loader} }};\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "import * as import1 from \"./__wasm_split.js\"\nlet wasm;\n";
    const LINK_MODULE: &str = "import { initSync } from \"./app.js\";\n\nlet sharedImports;\n\
        export const __wasm_split_load_deferred = wrapAsyncCb(makeLoad(() => {\n\
        const src = fetch(new URL(\"./split_deferred.wasm\", import.meta.url));\n\
        return async (imports) => (WebAssembly.instantiateStreaming(src, imports));\n}, []));\n";

    #[test]
    fn the_link_module_becomes_part_of_the_glue() {
        let joined = joined(GLUE, LINK_MODULE, "deferred-1.wasm").unwrap();
        assert!(joined.starts_with("let wasm;\n"));
        assert!(!joined.contains("import {") && !joined.contains("import *") && !joined.contains("export"));
        assert!(joined.contains("\"./deferred-1.wasm\"") && !joined.contains("instantiateStreaming"));
        assert!(joined.ends_with("const import1 = { __wasm_split_load_deferred };\n"));
    }

    #[test]
    fn unknown_output_is_refused() {
        assert!(joined("let wasm;\n", LINK_MODULE, "x").is_none());
        assert!(joined(GLUE, "export const a = 1;", "x").is_none());
    }
}
