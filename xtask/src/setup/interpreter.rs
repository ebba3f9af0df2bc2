//! Node and Python: found, never installed.

use crate::{Outcome, command, place};
use std::path::PathBuf;
use std::process::Command;

/// The first version whose test runner knows `--test-timeout`.
const NODE: (u32, u32) = (20, 11);

/// Node of at least that version.
pub fn node() -> Outcome<PathBuf> {
    let (major, minor) = NODE;
    let wanted = format!("Node {major}.{minor} or newer is needed");
    let found = place::on_path("node").ok_or_else(|| format!("{wanted}, but `node` is not on PATH"))?;
    let said = command::output(Command::new(&found).arg("--version"))?;
    match version(&said) {
        Some(version) if version >= NODE => Ok(found),
        _ => Err(format!("{wanted}; `node` on PATH is {said}")),
    }
}

fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim_start_matches('v').split('.').map(|text| text.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// npm, which comes with Node.
pub fn npm() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Python 3 with pip.
pub fn python() -> Outcome<PathBuf> {
    let names = ["python3", "python", "python.exe"];
    names.into_iter().find_map(place::on_path).ok_or_else(|| {
        "Python 3.11 with pip is needed for the weights, but `python3` is not on PATH".to_owned()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_compare_as_numbers() {
        assert!(
            super::version("v20.9.0") < Some(super::NODE) && super::version("v20.20.2") >= Some(super::NODE)
        );
        assert_eq!(super::version("node"), None);
    }
}
