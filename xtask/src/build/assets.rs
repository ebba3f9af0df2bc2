//! Files that are not compiled: `public/`, the licence, the models.

use crate::{Outcome, place, setup};
use std::path::Path;

const MODELS_NOTICE: &str = "\
Weights that Sidecite runs in the tab, unchanged in their licence, Apache-2.0 (see ../LICENSE.txt):

minilm-l6-v2.int8.bin            sentence-transformers/all-MiniLM-L6-v2, quantised to int8 by Sidecite
smollm2-135m-instruct.q4_1.gguf  HuggingFaceTB/SmolLM2-135M-Instruct, quantised to Q4_1
";

/// Copies `public/` to the top of the site, and the licence beside it.
pub fn copy(staging: &Path) -> Outcome<()> {
    folder(&place::root().join("public"), staging)?;
    file(&place::root().join("LICENSE"), &staging.join("LICENSE.txt"))
}

/// Copies the prepared models.
pub fn models(staging: &Path) -> Outcome<()> {
    let target = staging.join("models");
    std::fs::create_dir_all(&target).map_err(|e| format!("cannot make {}: {e}", target.display()))?;
    for name in [setup::EMBEDDER, setup::GENERATOR] {
        if name == setup::EMBEDDER && !place::models()?.join(name).exists() {
            continue; // TEMPORARY
        }
        file(&place::models()?.join(name), &target.join(name))?;
    }
    let notice = target.join("NOTICE.txt");
    std::fs::write(&notice, MODELS_NOTICE).map_err(|e| format!("cannot write {}: {e}", notice.display()))
}

fn folder(from: &Path, to: &Path) -> Outcome<()> {
    let complain = |e: std::io::Error| format!("cannot copy {}: {e}", from.display());
    std::fs::create_dir_all(to).map_err(complain)?;
    for entry in std::fs::read_dir(from).map_err(complain)? {
        let entry = entry.map_err(complain)?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { folder(&entry.path(), &target)? } else { file(&entry.path(), &target)? }
    }
    Ok(())
}

fn file(from: &Path, to: &Path) -> Outcome<()> {
    std::fs::copy(from, to).map(drop).map_err(|e| format!("cannot copy {}: {e}", from.display()))
}
