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
mod steps;
mod weights;

pub use binaryen::wasm_opt;
pub use cargo_tool::{cargo_deny, wasm_bindgen, wasm_split};
pub use chromium::{Browser, browser, is_root};
pub use e2e_packages::e2e_packages;
pub use interpreter::node;
pub use pins::{BINARYEN, EMBEDDER, GENERATOR};
pub use rust_target::wasm_target;

use crate::build::Mode;
use crate::{Outcome, place};
use std::time::Instant;
use steps::Steps;

/// `cargo xtask setup [--tests]`.
pub fn command(arguments: &[String]) -> Outcome<()> {
    let started = Instant::now();
    for_build(Mode::Release)?;
    match arguments.first().map(String::as_str) {
        None => {}
        Some("--tests") => {
            cargo_deny()?;
            let found = browser()?;
            e2e_packages()?;
            println!("browser: {}", found.chromium.display());
        }
        Some(other) => return Err(format!("unknown option `{other}`: setup takes --tests")),
    }
    println!("set up in {:.1} s: {}", started.elapsed().as_secs_f32(), place::tools()?.display());
    Ok(())
}

/// Everything that `cargo xtask build` needs; while developing, nothing is optimised after the compiler.
pub fn for_build(mode: Mode) -> Outcome<()> {
    node()?;
    let mut steps = Steps::new(if mode == Mode::Develop { 4 } else { 6 });
    steps.next("wasm target", wasm_target)?;
    steps.next("wasm-bindgen", || wasm_bindgen().map(drop))?;
    if mode == Mode::Release {
        steps.next("wasm-opt", || wasm_opt().map(drop))?;
        steps.next("wasm-split", || wasm_split().map(drop))?;
    }
    steps.next("chat model", weights::generator)?;
    steps.next("embedder", embedder::prepare)
}
