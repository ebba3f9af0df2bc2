//! The npm package `binaryen` → `wasm-opt`.

use super::{install, interpreter, pins};
use crate::{Outcome, command, hash};
use std::path::{Path, PathBuf};

const WASM_OPT: &str = "node_modules/binaryen/bin/wasm-opt";

/// The folder that holds `wasm-opt`, fit for `PATH`.
pub fn wasm_opt() -> Outcome<PathBuf> {
    let name = format!("binaryen-{}", pins::BINARYEN);
    let accept = |home: &Path| hash::check(&home.join(WASM_OPT), pins::WASM_OPT_SHA256);
    let home = install::installed(&name, &[WASM_OPT], accept, download)?;
    Ok(home.join("node_modules/.bin"))
}

fn download(home: &Path) -> Outcome<()> {
    let mut npm = interpreter::npm();
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix"]).arg(home);
    npm.arg(format!("binaryen@{}", pins::BINARYEN)).current_dir(home);
    command::run(&mut npm)
}
