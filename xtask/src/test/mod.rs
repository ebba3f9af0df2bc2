//! `cargo xtask test [SUITE…]`: every quick suite, or with `--all` the slow ones too, in one run, with a summary line each.
//!
//! A suite that fails does not stop the next. A suite that ran no test at all has failed: a check that silently
//! checks nothing is worse than none.

mod benches;
mod browser;
mod busy;
mod checks;
mod count;
mod deny;
mod e2e;
mod host;
mod options;
mod sizes;

use crate::{Outcome, place};
use count::Count;
use options::Options;
use std::fs::File;
use std::io::Write;
use std::time::Instant;

type Suite = (&'static str, fn(&mut File, &Options) -> Outcome<Count>);

/// In the order of a developer's patience: the quick ones first.
const SUITES: [Suite; 9] = [
    ("fmt", |log, _| checks::fmt(log)),
    ("deny", |log, _| deny::run(log)),
    ("clippy", |log, _| checks::clippy(log)),
    ("host", |log, _| host::run(log)),
    ("benches", |log, _| benches::run(log)),
    ("browser", |log, _| browser::run(log)),
    ("sizes", |log, _| sizes::run(log)),
    ("e2e", e2e::run),
    (SLOW, e2e::slow),
];

/// Runs only when it is named, or with `--all`.
const SLOW: &str = "slow";

/// Runs the named suites, or all quick ones.
pub fn command(arguments: &[String]) -> Outcome<()> {
    let options = options::read(arguments)?;
    let known = || SUITES.map(|(name, _)| name).join(" ");
    if let Some(wrong) = options.suites.iter().find(|name| !SUITES.iter().any(|(known, _)| known == *name)) {
        return Err(format!("no suite is named `{wrong}`; there are: {}", known()));
    }
    let logs = place::root().join("target/xtask");
    std::fs::create_dir_all(&logs).map_err(|e| format!("cannot make {}: {e}", logs.display()))?;
    let mut summaries = Vec::new();
    let mut total = Count::default();
    for (name, suite) in SUITES {
        if !wanted(name, &options) {
            continue;
        }
        println!("\n── {name} ──");
        let path = logs.join(format!("{name}.log"));
        let mut log = File::create(&path).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
        let started = Instant::now();
        let mut count = suite(&mut log, &options).unwrap_or_else(|reason| {
            println!("{name}: {reason}");
            let _ = writeln!(log, "{reason}");
            Count::failed_once()
        });
        if count.is_empty() {
            println!("{name}: no test ran, which counts as a failure");
            count = Count::failed_once();
        }
        let seconds = started.elapsed().as_secs_f32();
        summaries.push(format!("{name}: {} ({seconds:.1} s)", count.with_skipped()));
        total += count;
    }
    println!();
    for summary in &summaries {
        println!("{summary}");
    }
    println!("{total}");
    if total.failed == 0 { Ok(()) } else { Err(format!("tests failed; the logs are in {}", logs.display())) }
}

fn wanted(suite: &str, options: &Options) -> bool {
    match options.suites.as_slice() {
        [] => options.all || suite != SLOW,
        named => named.iter().any(|name| name == suite) || (options.all && suite == SLOW),
    }
}
