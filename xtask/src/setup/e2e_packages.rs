//! `tests/e2e/package-lock.json` → `tests/e2e/node_modules`, exactly.

use super::interpreter;
use crate::{Outcome, command, hash, place};

/// Installs the locked packages of the end-to-end suite when they are missing or another set.
pub fn e2e_packages() -> Outcome<()> {
    let home = place::root().join("tests/e2e");
    let lock = hash::of_file(&home.join("package-lock.json"))?;
    let stamp = home.join("node_modules/.sidecite-lock");
    if std::fs::read_to_string(&stamp).is_ok_and(|kept| kept == lock) {
        return Ok(());
    }
    eprintln!("installing the packages of tests/e2e …");
    let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    command::run(interpreter::npm().args(options).current_dir(&home))?;
    // Written last: an interrupted `npm ci` leaves no stamp and is done again.
    std::fs::write(&stamp, lock).map_err(|e| format!("cannot write {}: {e}", stamp.display()))
}
