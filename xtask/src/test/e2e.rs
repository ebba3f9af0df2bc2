//! `tests/e2e`: a real browser drives the built site.

use super::count::{self, Count};
use crate::{Outcome, build, command, place, setup};
use std::fs::File;
use std::process::Command;
use std::sync::OnceLock;

/// Builds the site and runs every specification against it.
pub fn run(log: &mut File) -> Outcome<Count> {
    setup::e2e_packages()?;
    let browser = setup::browser()?;
    build_once()?;
    let mut node = Command::new(setup::node()?);
    node.arg("tests/e2e/run.mjs").current_dir(place::root());
    node.env("CHROMIUM", &browser.chromium).env("CHROMEDRIVER", &browser.chromedriver);
    let (status, lines) = command::heard(&mut node, log)?;
    let mut count = count::of_node(&lines);
    if !status.success() && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

/// Builds the site once per run of this program.
pub fn build_once() -> Outcome<()> {
    static BUILT: OnceLock<Outcome<()>> = OnceLock::new();
    BUILT.get_or_init(|| build::site(build::Mode::Release, &place::dist())).clone()
}
