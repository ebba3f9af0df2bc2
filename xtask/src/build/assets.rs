//! Files that are not compiled: `public/`, the licence, the models.

use super::tree;
use crate::{Outcome, place, setup};
use std::path::Path;

const MODELS_NOTICE: &str = "\
Weights that Sidecite runs in the tab, unchanged in their licence, Apache-2.0 (see ../LICENSE.txt):

minilm-l6-v2.int8.bin            sentence-transformers/all-MiniLM-L6-v2, quantised to int8 by Sidecite
smollm2-135m-instruct.q4_1.gguf  HuggingFaceTB/SmolLM2-135M-Instruct, quantised to Q4_1
";

/// Copies `public/` to the top of the site, and the licence beside it.
pub fn copy(staging: &Path) -> Outcome<()> {
    tree::copy(&place::root().join("public"), staging)?;
    tree::copy_file(&place::root().join("LICENSE"), &staging.join("LICENSE.txt"))
}

/// Copies the prepared models.
pub fn models(staging: &Path) -> Outcome<()> {
    let target = staging.join("models");
    for name in [setup::EMBEDDER, setup::GENERATOR] {
        tree::copy_file(&place::models()?.join(name), &target.join(name))?;
    }
    let notice = target.join("NOTICE.txt");
    std::fs::write(&notice, MODELS_NOTICE).map_err(|e| format!("cannot write {}: {e}", notice.display()))
}
