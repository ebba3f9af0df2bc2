//! The worker binaries → `workers/NAME.js` (the loader) and `workers/glue/NAME[-VARIANT]{.js,_bg.wasm}`.
//!
//! A worker's address is stable, because a host with headers gives the courier a policy of its own by that address;
//! the page adds the build id to the query, so a new build is never mixed with a cached one.

use super::flavour::{Cache, Flavour};
use super::{tree, wasm};
use crate::{Outcome, command};
use std::path::Path;
use std::process::Command;

/// Binaries that one run of cargo compiles together.
pub struct Batch {
    flavour: Flavour,
    binaries: &'static [&'static str],
    features: &'static str,
    profile: &'static str,
    level: &'static str,
    /// What the glue's name says after the worker's name.
    variant: Option<&'static str>,
}

/// The reader carries the parsers.
pub const READER: Batch = Batch {
    flavour: Flavour::Reader,
    binaries: &["reader"],
    features: "reader",
    profile: "worker",
    level: "-O3",
    variant: None,
};
/// The courier computes little and is wanted early: small.
pub const COURIER: Batch = Batch {
    flavour: Flavour::Page,
    binaries: &["courier"],
    features: "",
    profile: "page",
    level: "-Oz",
    variant: None,
};
/// The two that compute, for every browser.
pub const SIMD: Batch = Batch {
    flavour: Flavour::Simd,
    binaries: &["engine", "local_model"],
    features: "",
    profile: "worker",
    level: "-O3",
    variant: Some("simd"),
};
/// The two that compute, for browsers with relaxed SIMD.
pub const RELAXED: Batch = Batch { flavour: Flavour::Relaxed, variant: Some("relaxed"), ..SIMD };

const LOADER: &str = include_str!("loader.js");

/// Builds the batch into the site under `staging`.
pub fn build(batch: &Batch, staging: &Path) -> Outcome<()> {
    let glue = staging.join("workers/glue");
    std::fs::create_dir_all(&glue).map_err(|e| format!("cannot make {}: {e}", glue.display()))?;
    let cache = Cache::hold(batch.flavour)?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--target", "wasm32-unknown-unknown", "--no-default-features"]);
    cargo.args(["--features", batch.features, "--profile", batch.profile]);
    for binary in batch.binaries {
        cargo.args(["--bin", binary]);
    }
    cache.apply(&mut cargo);
    command::run(&mut cargo)?;
    let compiled = cache.folder.join("wasm32-unknown-unknown").join(batch.profile);
    for binary in batch.binaries {
        let name = match batch.variant {
            Some(variant) => format!("{binary}-{variant}"),
            None => (*binary).to_owned(),
        };
        let wasm = compiled.join(format!("{binary}.wasm"));
        tree::copy(&wasm::finished(&wasm, &name, batch.level, &cache)?, &glue)?;
        let loader = staging.join(format!("workers/{binary}.js"));
        std::fs::write(&loader, LOADER).map_err(|e| format!("cannot write {}: {e}", loader.display()))?;
    }
    Ok(())
}
