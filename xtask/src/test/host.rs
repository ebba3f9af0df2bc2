//! `cargo test` on this machine: the library, the integration tests, the examples, the documentation, this program.

use super::count::{self, Count};
use crate::{Outcome, command, place};
use std::fs::File;

/// Runs them all, even after a failure.
pub fn run(log: &mut File) -> Outcome<Count> {
    let mut cargo = place::host_cargo()?;
    cargo.args(["test", "--locked", "--workspace", "--no-fail-fast", "--", "--show-output"]);
    let (status, lines) = command::run_captured(&mut cargo, log)?;
    let mut count = count::of_rust(&lines);
    // What does not compile prints no result line.
    if !status.success() && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}
