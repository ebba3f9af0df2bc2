//! The batches of binaries that cargo compiles, and the workers → `workers/NAME.js` (the loader) and `workers/glue/NAME[-VARIANT]{.js,_bg.wasm}`.
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
    /// The build cache and its compiler flags.
    pub flavour: Flavour,
    binaries: &'static [&'static str],
    /// The crate's features.
    pub features: &'static str,
    /// The profile in `Cargo.toml`.
    pub profile: &'static str,
    /// What `wasm-opt` aims at.
    pub level: &'static str,
    /// What the glue's name says after the worker's name.
    variant: Option<&'static str>,
    /// What the compiler gets for the binary alone, so that its dependencies are shared with other batches.
    link: &'static [&'static str],
}

/// The page: small.
pub const PAGE: Batch = Batch {
    flavour: Flavour::Page,
    binaries: &["app"],
    features: "page",
    profile: "page",
    level: "-Oz",
    variant: None,
    // The splitting follows them.
    link: &["-Clink-arg=--emit-relocs"],
};
/// The reader of everything but PDF: a page or a note is read at once.
pub const READER: Batch = Batch { features: "reader", variant: None, ..PDF_READER };
/// The reader with the parser of PDF, which weighs three times as much as the others.
pub const PDF_READER: Batch = Batch {
    flavour: Flavour::Reader,
    binaries: &["reader"],
    features: "pdf",
    profile: "worker",
    level: "-O3",
    variant: Some("pdf"),
    link: &[],
};
/// The two that compute little and are wanted early: small.
pub const SMALL: Batch = Batch {
    flavour: Flavour::Page,
    binaries: &["courier", "renderer"],
    features: "",
    profile: "page",
    level: "-Oz",
    variant: None,
    link: &[],
};
/// The two that compute, for every browser.
pub const SIMD: Batch = Batch {
    flavour: Flavour::Simd,
    binaries: &["engine", "local_model"],
    features: "",
    profile: "worker",
    level: "-O3",
    variant: Some("simd"),
    link: &[],
};
/// The graphs of recipes: their own code is wide enough with fixed-width SIMD. Loaded by the engine when a recipe asks for one.
pub const GRAPH: Batch = Batch { binaries: &["graph"], features: "graph", variant: None, ..SIMD };
/// The two that compute, for browsers with relaxed SIMD.
pub const RELAXED: Batch = Batch { flavour: Flavour::Relaxed, variant: Some("relaxed"), ..SIMD };

const LOADER: &str = include_str!("loader.js");

impl Batch {
    /// The command that compiles the batch.
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.arg(if self.link.is_empty() { "build" } else { "rustc" });
        cargo.args(["--locked", "--target", "wasm32-unknown-unknown", "--no-default-features"]);
        cargo.args(["--features", self.features, "--profile", self.profile]);
        for binary in self.binaries {
            cargo.args(["--bin", binary]);
        }
        if !self.link.is_empty() {
            cargo.arg("--").args(self.link);
        }
        cargo
    }
}

/// Builds the batch's workers into the site under `staging`.
pub fn build(batch: &Batch, staging: &Path) -> Outcome<()> {
    let cache = Cache::hold(batch.flavour)?;
    let mut cargo = batch.cargo();
    cache.apply(&mut cargo);
    command::run(&mut cargo)?;
    for binary in batch.binaries {
        let name = glue_name(binary, batch.variant);
        let compiled = cache.compiled(batch.profile, binary);
        put(binary, &wasm::finished(&compiled, &name, Some(batch.level), &cache)?, staging)?;
    }
    Ok(())
}

/// The stem of a worker's glue.
pub fn glue_name(binary: &str, variant: Option<&str>) -> String {
    variant.map_or_else(|| binary.to_owned(), |variant| format!("{binary}-{variant}"))
}

/// Puts a worker's glue and its loader into the site.
pub fn put(binary: &str, finished: &Path, staging: &Path) -> Outcome<()> {
    tree::copy(finished, &staging.join("workers/glue"))?;
    let loader = staging.join(format!("workers/{binary}.js"));
    std::fs::write(&loader, LOADER).map_err(|e| format!("cannot write {}: {e}", loader.display()))
}
