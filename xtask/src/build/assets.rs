//! Files that are not compiled: `public/`, the licence, the models.

use super::tree;
use crate::{Outcome, place, setup};
use std::path::Path;

const MODELS_NOTICE: &str = "\
Weights that Sidecite runs in the tab, unchanged in their licence, Apache-2.0 (see ../LICENSE.txt):

minilm-l6-v2.int8.bin            sentence-transformers/all-MiniLM-L6-v2, quantised to int8 by Sidecite
minilm-l6-v2.vocab.txt           its vocabulary
smollm2-135m-instruct.q4_1.gguf  HuggingFaceTB/SmolLM2-135M-Instruct, quantised to Q4_1
";

/// The embedder's vocabulary in a file of its own: documents can be chunked, and found by words, before the weights have come.
const VOCABULARY: &str = "minilm-l6-v2.vocab.txt";
/// Where the vocabulary begins in the weights; the number before it says how long it is (`embed::weights`).
const VOCABULARY_START: usize = 40;

fn vocabulary(weights: &[u8]) -> Option<&[u8]> {
    let length = weights.get(VOCABULARY_START - 4..VOCABULARY_START)?.first_chunk()?;
    let end = VOCABULARY_START + usize::try_from(u32::from_le_bytes(*length)).ok()?;
    weights.get(VOCABULARY_START..end).filter(|text| text.starts_with(b"[PAD]"))
}

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
    let weights = place::models()?.join(setup::EMBEDDER);
    let bytes = std::fs::read(&weights).map_err(|e| format!("cannot read {}: {e}", weights.display()))?;
    let vocabulary = vocabulary(&bytes).ok_or_else(|| format!("{} has no vocabulary", weights.display()))?;
    let path = target.join(VOCABULARY);
    std::fs::write(&path, vocabulary).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    let notice = target.join("NOTICE.txt");
    std::fs::write(&notice, MODELS_NOTICE).map_err(|e| format!("cannot write {}: {e}", notice.display()))
}
