//! A fresh machine → one that can build and test Sidecite.
//!
//! Every step answers quickly when its thing is there and right, and otherwise installs it with the output of the
//! installer on the console. Each caller asks only for what it needs, so that `cargo xtask test fmt` installs
//! nothing. What is needed beforehand: rustup, Node 20, Python 3.11.

mod binaryen;
mod cargo_tool;
mod chromium;
mod e2e_packages;
mod embedder;
mod install;
mod interpreter;
mod lockfile;
mod pins;
mod rust_target;
mod stamp;
mod weights;

pub use binaryen::wasm_opt;
pub use cargo_tool::{cargo_deny, trunk, wasm_bindgen};
pub use chromium::{Browser, browser, is_root};
pub use e2e_packages::e2e_packages;
pub use interpreter::node;
pub use pins::{EMBEDDER, GENERATOR};
pub use rust_target::wasm_target;

use crate::{Outcome, place};
use std::time::Instant;

/// `cargo xtask setup [--tests]`.
pub fn command(arguments: &[String]) -> Outcome<()> {
    let started = Instant::now();
    for_build()?;
    match arguments.first().map(String::as_str) {
        None => {}
        Some("--tests") => {
            cargo_deny()?;
            let found = browser()?;
            e2e_packages()?;
            println!("browser: {}", found.chromium.display());
        }
        Some(other) => return Err(format!("setup takes --tests, not `{other}`")),
    }
    println!("set up in {:.1} s: {}", started.elapsed().as_secs_f32(), place::tools()?.display());
    Ok(())
}

/// Everything that `cargo xtask build` needs.
pub fn for_build() -> Outcome<()> {
    node()?;
    wasm_target()?;
    wasm_bindgen()?;
    trunk()?;
    wasm_opt()?;
    models()
}

/// The two built-in models, prepared and checked.
pub fn models() -> Outcome<()> {
    weights::generator()?;
    embedder::prepare()
}
