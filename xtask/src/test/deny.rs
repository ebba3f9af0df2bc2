//! Dependencies: bans, licences, sources; advisories where their database is available.

use super::count::Count;
use crate::{Outcome, command, place, setup};
use std::fs::File;
use std::process::Command;

/// Three checks by cargo-deny, and a fourth if it can be made without fetching.
pub fn run(log: &mut File) -> Outcome<Count> {
    let program = setup::cargo_deny()?;
    let mut count = Count::default();
    for check in ["bans", "licenses", "sources"] {
        count += deny(&program, check, log)?;
    }
    // The database comes from no package registry, so it is used when it is there and never fetched.
    if has_advisories() {
        count += deny(&program, "advisories", log)?;
    } else {
        println!("skipped: advisories: no database in $CARGO_HOME/advisory-dbs");
        count.skipped += 1;
    }
    Ok(count)
}

fn deny(program: &std::path::Path, check: &str, log: &mut File) -> Outcome<Count> {
    let mut deny = Command::new(program);
    if check == "advisories" {
        deny.arg("--offline");
    }
    deny.args(["--locked", "--workspace", "check", check]).current_dir(place::root());
    Ok(Count::of(command::run_captured(&mut deny, log)?.0.success()))
}

fn has_advisories() -> bool {
    let home = place::cargo_home().map(|home| home.join("advisory-dbs"));
    home.is_some_and(|folder| {
        folder.read_dir().is_ok_and(|entries| entries.flatten().any(|entry| entry.path().is_dir()))
    })
}
