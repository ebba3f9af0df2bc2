//! The budgets of the built site: one check each.

use super::count::Count;
use crate::{Outcome, sizes};
use std::fs::File;
use std::io::Write;

/// Builds the site, so that what is measured is what the sources make, and compares.
pub fn run(log: &mut File) -> Outcome<Count> {
    super::e2e::build_once()?;
    let mut count = Count::default();
    for line in sizes::measure()? {
        println!("{line}");
        let _ = writeln!(log, "{line}");
        count += Count::of(line.holds());
    }
    Ok(count)
}
