//! Node and Python: found, never installed.

use crate::{Outcome, command, place};
use std::path::PathBuf;
use std::process::Command;

const NODE_MAJOR: u32 = 20;

/// Node of at least version 20.
pub fn node() -> Outcome<PathBuf> {
    let found = place::on_path("node").ok_or("Node 20 or newer is needed, and no `node` is on PATH")?;
    let said = command::output(Command::new(&found).arg("--version"))?;
    let major = said.trim_start_matches('v').split('.').next().and_then(|text| text.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_MAJOR => Ok(found),
        _ => Err(format!("Node {NODE_MAJOR} or newer is needed; `node` on PATH says {said}")),
    }
}

/// npm, which comes with Node.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Python 3 with pip.
pub fn python() -> Outcome<PathBuf> {
    let names = ["python3", "python", "python.exe"];
    names.into_iter().find_map(place::on_path).ok_or_else(|| {
        "Python 3.11 with pip is needed for the weights, and no `python3` is on PATH".to_owned()
    })
}
