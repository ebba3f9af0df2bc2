//! The benches compile: they run by hand only, and rot unseen otherwise.

use super::checks::check;
use super::count::Count;
use crate::{Outcome, place, setup};
use std::fs::File;
use std::process::Command;

/// Type-checks the host's benches and every crate below `benches/browser`.
pub fn run(log: &mut File) -> Outcome<Count> {
    setup::wasm_target()?;
    let mut host = place::host_cargo()?;
    host.args(["check", "--locked", "--benches", "--no-default-features"]);
    let mut count = check(&mut host, log)?;
    let folder = place::root().join("benches/browser");
    let complain = |e: std::io::Error| format!("cannot list {}: {e}", folder.display());
    for entry in std::fs::read_dir(&folder).map_err(complain)? {
        let manifest = entry.map_err(complain)?.path().join("Cargo.toml");
        if manifest.is_file() {
            let mut cargo = Command::new("cargo");
            cargo.args(["check", "--target", "wasm32-unknown-unknown", "--manifest-path"]).arg(&manifest);
            // One cache for all of them: what they share is checked once.
            cargo.env("CARGO_TARGET_DIR", place::build_cache("wasm-benches")?).env_remove("RUSTFLAGS");
            cargo.env("CARGO_ENCODED_RUSTFLAGS", "-Ctarget-feature=+simd128").current_dir(place::root());
            count += check(&mut cargo, log)?;
        }
    }
    Ok(count)
}
