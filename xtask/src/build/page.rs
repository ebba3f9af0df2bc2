//! `index.html` and `bin/app.rs` → the page, by Trunk.

use super::flavour::{Cache, Flavour};
use crate::{Outcome, command, setup};
use std::path::Path;
use std::process::Command;

/// Builds the page into `staging`; `id` is the build id it asks its workers for.
///
/// Trunk empties the folder it writes to, so it gets one below and its files are moved up.
pub fn build(staging: &Path, id: &str) -> Outcome<()> {
    let own = staging.join(".page");
    let cache = Cache::hold(Flavour::Page)?;
    let mut trunk = Command::new(setup::trunk()?);
    trunk.args(["build", "--release", "--locked", "--offline", "true", "--skip-version-check"]);
    trunk.args(["--public-url", "./", "--dist"]).arg(&own).arg("index.html");
    // Trunk finds the other tools on PATH. It reads NO_COLOR as a boolean and fails on the customary "1".
    trunk.env("PATH", path()?).env_remove("NO_COLOR");
    trunk.env("SIDECITE_BUILD_ID", id);
    cache.apply(&mut trunk);
    command::run(&mut trunk)?;
    let complain = |e: std::io::Error| format!("cannot take over Trunk's files: {e}");
    for entry in std::fs::read_dir(&own).map_err(complain)? {
        let entry = entry.map_err(complain)?;
        std::fs::rename(entry.path(), staging.join(entry.file_name())).map_err(complain)?;
    }
    std::fs::remove_dir(&own).map_err(complain)
}

fn path() -> Outcome<std::ffi::OsString> {
    let mut folders = vec![setup::wasm_bindgen()?, setup::wasm_opt()?];
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    std::env::join_paths(folders).map_err(|e| format!("PATH cannot be extended: {e}"))
}
