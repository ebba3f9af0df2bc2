//! A crate with programs → those programs, in a folder of their own below the tools folder.
//!
//! The programs only have to run, not to run fast: with little optimisation they build in half the time.

use super::{install, lockfile, pins};
use crate::{Outcome, command, place};
use std::path::{Path, PathBuf};
use std::process::Command;

/// cargo-deny: licences, bans, sources.
pub fn cargo_deny() -> Outcome<PathBuf> {
    Ok(tool("cargo-deny", pins::CARGO_DENY, &["cargo-deny"], &["--locked"])?.join("bin/cargo-deny"))
}

/// The folder with `wasm-bindgen` and `wasm-bindgen-test-runner` of the locked version.
///
/// Built without `--locked`: the lock file it carries names a crate that was yanked. Without TLS, which only
/// the test runner could use, and it talks to a driver on loopback.
pub fn wasm_bindgen() -> Outcome<PathBuf> {
    let version = lockfile::version_of("wasm-bindgen")?;
    let programs = ["wasm-bindgen", "wasm-bindgen-test-runner"];
    Ok(tool("wasm-bindgen-cli", &version, &programs, &["--no-default-features"])?.join("bin"))
}

/// `wasm-split-cli`, which takes code out of a wasm to be loaded later. It does not say its version; its folder's name does.
pub fn wasm_split() -> Outcome<PathBuf> {
    let (name, version, program) = ("wasm_split_cli_support", pins::WASM_SPLIT, "bin/wasm-split-cli");
    let home = install::installed(
        &format!("{name}-{version}"),
        &[program],
        |home| command::output(Command::new(home.join(program)).arg("--help")).map(drop),
        |home| build(name, version, &["--locked", "--features", "build-binary"], home),
    )?;
    Ok(home.join(program))
}

fn tool(name: &str, version: &str, programs: &[&str], options: &[&str]) -> Outcome<PathBuf> {
    let files: Vec<String> = programs.iter().map(|program| format!("bin/{program}")).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let first = files.first().copied().unwrap_or_default();
    install::installed(
        &format!("{name}-{version}"),
        &files,
        |home| says_version(&home.join(first), version),
        |home| build(name, version, options, home),
    )
}

fn says_version(program: &Path, version: &str) -> Outcome<()> {
    let said = command::output(Command::new(program).arg("--version"))?;
    if said.split_whitespace().any(|word| word == version) {
        return Ok(());
    }
    Err(format!("{} reports `{said}`, expected version {version}", program.display()))
}

fn build(name: &str, version: &str, options: &[&str], home: &Path) -> Outcome<()> {
    let scratch = place::tools()?.join("build-tools");
    let mut cargo = Command::new("cargo");
    cargo.args(["install", name, "--version", version, "--root"]).arg(home).args(options);
    cargo.env("CARGO_TARGET_DIR", &scratch);
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    // The tools folder must not pick up this checkout's cargo configuration.
    cargo.current_dir(home);
    command::run(&mut cargo)?;
    let _ = std::fs::remove_dir_all(&scratch);
    Ok(())
}
