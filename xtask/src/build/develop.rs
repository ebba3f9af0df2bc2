//! The checkout → the site while it is developed.
//!
//! One compilation makes all seven wasms, so every dependency is compiled once and a changed line compiles only its
//! part of the crate. Nothing is optimised for size. The SIMD build stands under the relaxed build's name too.

use super::flavour::{Cache, Flavour};
use super::{Job, in_two_lanes, page, wasm, worker};
use crate::{Outcome, command};
use std::path::Path;
use std::process::Command;

const PROFILE: &str = "develop";

/// Builds the page and all workers into `staging`.
pub fn build(staging: &Path, id: &str) -> Outcome<()> {
    let cache = Cache::hold(Flavour::Develop)?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--locked", "--target", "wasm32-unknown-unknown", "--profile", PROFILE, "--bins"]);
    cache.apply(cargo.env("SIDECITE_BUILD_ID", id));
    command::run(&mut cargo)?;
    let cache = &cache;
    let mut jobs: Vec<Job<'_>> = vec![Box::new(move || page::develop(staging, cache, PROFILE))];
    for (binary, variants) in [
        ("reader", &[None, Some("pdf")][..]),
        ("engine", &[Some("simd"), Some("relaxed")]),
        ("local_model", &[Some("simd"), Some("relaxed")]),
        ("graph", &[None]),
        ("courier", &[None]),
        ("renderer", &[None]),
    ] {
        jobs.push(Box::new(move || {
            let compiled = cache.compiled(PROFILE, binary);
            variants.iter().try_for_each(|variant| {
                let name = worker::glue_name(binary, *variant);
                worker::put(binary, &wasm::finished(&compiled, &name, None, cache)?, staging)
            })
        }));
    }
    in_two_lanes(jobs)
}
