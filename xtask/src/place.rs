//! Where things are: the checkout, the tools folder, the caches.
//!
//! Paths only; nothing is created here except by [`cache`].

use crate::Outcome;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout this program was built from.
pub fn root() -> PathBuf {
    // `cargo run` names the folder at run time; a binary started by hand knows where it was built.
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let xtask = xtask.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().unwrap_or(&xtask).to_path_buf()
}

/// The built site.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The folder outside the checkout that holds tools, weights and build caches.
pub fn tools() -> Outcome<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = set("SIDECITE_TOOLS") {
        // A relative folder would mean another place for every tool that runs in another directory.
        return Ok(if folder.is_absolute() { folder } else { root().join(folder) });
    }
    if let Some(folder) = set("XDG_CACHE_HOME") {
        return Ok(folder.join("sidecite"));
    }
    set("HOME")
        .or_else(|| set("USERPROFILE"))
        .map(|home| home.join(".cache/sidecite"))
        .ok_or_else(|| "no home folder found; set SIDECITE_TOOLS to a folder for the tools".to_owned())
}

/// The prepared models: what `dist/models/` is copied from, and what host programs read.
pub fn models() -> Outcome<PathBuf> {
    Ok(tools()?.join("models"))
}

/// A folder below the tools folder, made when it is missing.
pub fn cache(name: &str) -> Outcome<PathBuf> {
    let folder = tools()?.join(name);
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    Ok(folder)
}

/// Cargo's own folder: registry sources, advisory databases.
pub fn cargo_home() -> Option<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")))
}

/// The first file named `name` on `PATH`.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// `cargo`, in the checkout, for programs that run on this machine.
///
/// In CI the build cache lives in the tools folder, so that the next clean clone compiles only what changed.
pub fn host_cargo() -> Outcome<Command> {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root());
    if std::env::var_os("CI").is_some_and(|value| value == "true")
        && std::env::var_os("CARGO_TARGET_DIR").is_none()
    {
        cargo.env("CARGO_TARGET_DIR", build_cache("host")?);
    }
    Ok(cargo)
}

/// A build cache outside the checkout, safe to share between checkouts.
///
/// Cargo names the crates of a workspace by their place inside it and trusts time stamps, so an older checkout could
/// be taken for the newer one that was built last. When the checkout changes, its own crates are forgotten; the
/// dependencies, which take the time, stay.
pub fn build_cache(flavour: &str) -> Outcome<PathBuf> {
    let folder = cache(&format!("target/{flavour}"))?;
    let owner = folder.join(".checkout");
    let here = root().display().to_string();
    if std::fs::read_to_string(&owner).is_ok_and(|kept| kept == here) {
        return Ok(folder);
    }
    forget_own_crates(&folder, 0);
    std::fs::write(&owner, here).map_err(|e| format!("cannot write {}: {e}", owner.display()))?;
    Ok(folder)
}

/// Removes the fingerprints of the workspace's crates: `PROFILE/.fingerprint/` or `TARGET/PROFILE/.fingerprint/`.
fn forget_own_crates(folder: &Path, depth: usize) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if depth > 0 && folder.ends_with(".fingerprint") {
            if name.starts_with("sidecite-") || name.starts_with("xtask-") {
                let _ = std::fs::remove_dir_all(path);
            }
        } else if depth < 3 && path.is_dir() && name != "deps" && name != "build" && name != "incremental" {
            forget_own_crates(&path, depth + 1);
        }
    }
}
