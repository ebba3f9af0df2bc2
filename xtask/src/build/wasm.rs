//! A compiled binary → optimised wasm and its JavaScript glue.

use super::flavour::Flavour;
use crate::{Outcome, command, setup};
use std::path::Path;
use std::process::Command;

/// Writes `NAME.js` and `NAME_bg.wasm` into `folder`.
pub fn bind(compiled: &Path, name: &str, folder: &Path) -> Outcome<()> {
    let mut bindgen = Command::new(setup::wasm_bindgen()?.join("wasm-bindgen"));
    bindgen.args(["--target", "web", "--no-typescript", "--out-name", name, "--out-dir"]).arg(folder);
    command::run(bindgen.arg(compiled))
}

/// Optimises `wasm` in place; `level` is one of `-O3` and `-Oz`.
pub fn optimise(wasm: &Path, level: &str, flavour: Flavour) -> Outcome<()> {
    let mut wasm_opt = Command::new(setup::wasm_opt()?.join("wasm-opt"));
    wasm_opt.arg(level).args(flavour.wasm_opt_features()).arg("--output").arg(wasm).arg(wasm);
    command::run(&mut wasm_opt)
}
