//! A compiled binary → optimised wasm and its JavaScript glue, kept until the binary changes.

use super::flavour::Cache;
use crate::{Outcome, command, hash, setup};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with `NAME.js` and `NAME_bg.wasm` for the binary; `level` is `-O3`, `-Oz` or, while developing, nothing.
pub fn finished(compiled: &Path, name: &str, level: Option<&str>, cache: &Cache) -> Outcome<PathBuf> {
    bound(compiled, name, level, &[], cache)
}

/// The same, with options of `wasm-bindgen`.
///
/// Optimising takes longer than compiling when little has changed, so its result is kept under the hash of what went
/// in. The hash is written last: an interrupted run leaves none.
pub fn bound(
    compiled: &Path,
    name: &str,
    level: Option<&str>,
    options: &[&str],
    cache: &Cache,
) -> Outcome<PathBuf> {
    let bindgen = setup::wasm_bindgen()?.join("wasm-bindgen");
    let features = cache.flavour.wasm_opt_features();
    let binary = hash::of_file(compiled)?;
    let key = [binary.as_str(), level.unwrap_or_default(), &bindgen.to_string_lossy(), setup::BINARYEN]
        .join("\n")
        + &features.join(" ")
        + &options.join(" ");
    let folder = cache.folder.join("finished").join(name);
    let stamp = folder.with_extension("key");
    if folder.is_dir() && std::fs::read_to_string(&stamp).is_ok_and(|kept| kept == key) {
        return Ok(folder);
    }
    let _ = std::fs::remove_file(&stamp);
    let _ = std::fs::remove_dir_all(&folder);
    let mut bind = Command::new(bindgen);
    bind.args(["--target", "web", "--no-typescript", "--out-name", name, "--out-dir"]).arg(&folder);
    command::run(bind.args(options).arg(compiled))?;
    if let Some(level) = level {
        optimise(&folder.join(format!("{name}_bg.wasm")), level, &features)?;
    }
    std::fs::write(&stamp, key).map_err(|e| format!("cannot write {}: {e}", stamp.display()))?;
    Ok(folder)
}

/// Optimises a wasm in its place.
pub fn optimise(wasm: &Path, level: &str, features: &[&str]) -> Outcome<()> {
    let mut optimise = Command::new(setup::wasm_opt()?.join("wasm-opt"));
    command::run(optimise.arg(level).args(features).arg("--output").arg(wasm).arg(wasm))
}
