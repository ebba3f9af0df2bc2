//! Formatting and lints: one check per command.

use super::count::Count;
use crate::build::{Cache, Flavour};
use crate::{Outcome, command, place, setup};
use std::fs::File;
use std::process::Command;

/// `cargo fmt --check` over the workspace.
pub fn fmt(log: &mut File) -> Outcome<Count> {
    let mut cargo = Command::new("cargo");
    check(cargo.args(["fmt", "--all", "--check"]).current_dir(place::root()), log)
}

/// Clippy over everything on the host, and over what only the wasm target compiles.
pub fn clippy(log: &mut File) -> Outcome<Count> {
    setup::wasm_target()?;
    let mut host = place::host_cargo()?;
    host.args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let mut count = check(&mut host, log)?;
    // The parsers are the same code on both targets and heavy to compile: the browser's side leaves them out.
    let cache = Cache::hold(Flavour::Tests)?;
    let mut wasm = Command::new("cargo");
    wasm.args(["clippy", "--locked", "--target", "wasm32-unknown-unknown", "--lib", "--bins"]);
    wasm.args(["--no-default-features", "--features", "page,graph", "--", "-D", "warnings"]);
    cache.apply(&mut wasm);
    count += check(&mut wasm, log)?;
    Ok(count)
}

/// One command that holds or does not.
pub fn check(command: &mut Command, log: &mut File) -> Outcome<Count> {
    let (status, _) = command::run_captured(command, log)?;
    Ok(Count::of(status.success()))
}
