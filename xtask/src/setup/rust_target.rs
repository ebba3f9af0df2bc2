//! The compiler's wasm target.

use crate::{Outcome, command, place};
use std::path::Path;
use std::process::Command;

/// The target triple of everything that runs in the browser.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Adds the wasm target to the pinned toolchain when it is missing.
pub fn wasm_target() -> Outcome<()> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", WASM]).current_dir(place::root());
    if command::output(&mut rustc).is_ok_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    eprintln!("adding the target {WASM} …");
    command::run(Command::new("rustup").args(["target", "add", WASM]).current_dir(place::root()))
}
