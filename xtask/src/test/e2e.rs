//! `tests/e2e`: a real browser drives the built site.

use super::busy::Busy;
use super::count::{self, Count};
use super::options::Options;
use crate::build::{self, Mode};
use crate::{Outcome, command, place, setup};
use std::fs::File;
use std::process::Command;
use std::sync::OnceLock;

/// Builds the site and runs the specifications against it, as often as asked.
pub fn run(log: &mut File, options: &Options) -> Outcome<Count> {
    let mut count = Count::default();
    let mut node = node(options.mode)?;
    node.arg("tests/e2e/run.mjs").args(&options.only);
    let _busy = Busy::start(options.busy)?;
    for round in 1..=options.repeat {
        if options.repeat > 1 {
            println!("round {round} of {}", options.repeat);
        }
        count += counted(&mut node, log)?;
    }
    Ok(count)
}

/// What takes long or wants servers: the real servers, and `tests/e2e/*.slow.mjs`.
pub fn slow(log: &mut File, options: &Options) -> Outcome<Count> {
    let mut real = node(options.mode)?;
    let (status, _) = command::run_captured(real.arg("tests/e2e/real.mjs"), log)?;
    let mut count = Count::of(status.success());
    let folder = place::root().join("tests/e2e");
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("cannot list {}: {e}", folder.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".slow.mjs"));
    files.sort();
    if !files.is_empty() {
        let mut node = node(options.mode)?;
        node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files);
        count += counted(&mut node, log)?;
    }
    Ok(count)
}

/// Node, with the browser and the site built.
fn node(mode: Mode) -> Outcome<Command> {
    setup::e2e_packages()?;
    let browser = setup::browser()?;
    match mode {
        Mode::Release => build_once()?,
        Mode::Develop => build::site(mode, &mode.folder())?,
    }
    let mut node = Command::new(setup::node()?);
    node.current_dir(place::root()).env("SIDECITE_DIST", mode.folder());
    node.env("CHROMIUM", &browser.chromium).env("CHROMEDRIVER", &browser.chromedriver);
    Ok(node)
}

fn counted(node: &mut Command, log: &mut File) -> Outcome<Count> {
    let (status, lines) = command::run_captured(node, log)?;
    let mut count = count::of_node(&lines);
    if !status.success() && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

/// Builds the site once per run of this program.
pub fn build_once() -> Outcome<()> {
    static BUILT: OnceLock<Outcome<()>> = OnceLock::new();
    BUILT.get_or_init(|| build::site(Mode::Release, &place::dist())).clone()
}
