//! `dist/` → what a visitor downloads, compressed, against the budgets.
//!
//! Brotli at its highest level, by Node's own zlib; 1 kB is 1000 bytes. Weights are not counted: they are data that a
//! person asks for.

use crate::{Outcome, command, place, setup};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A group of files that are downloaded together, and what they may weigh.
struct Budget {
    name: &'static str,
    bytes: u64,
    counts: fn(&str) -> bool,
}

/// The engine and the local_model are built twice and downloaded once: each variant has to keep the budget.
const BUDGETS: [Budget; 10] = [
    // What the first view takes; docs/benchmarks.md says what was tried to make it smaller.
    Budget { name: "page shell", bytes: 295_000, counts: is_shell },
    // Loaded when the first view is up.
    Budget { name: "deferred", bytes: 440_000, counts: is_deferred },
    Budget { name: "reader", bytes: 900_000, counts: |path| is_worker(path, "reader", "") },
    Budget { name: "reader, PDF", bytes: 2_200_000, counts: |path| is_worker(path, "reader", "-pdf") },
    Budget { name: "engine, simd", bytes: 700_000, counts: |path| is_worker(path, "engine", "-simd") },
    Budget { name: "engine, relaxed", bytes: 700_000, counts: |path| is_worker(path, "engine", "-relaxed") },
    Budget {
        name: "local_model, relaxed",
        bytes: 700_000,
        counts: |path| is_worker(path, "local_model", "-relaxed"),
    },
    // Loaded when a recipe names a graph.
    Budget { name: "graph", bytes: 200_000, counts: |path| is_worker(path, "graph", "") },
    Budget { name: "courier", bytes: 700_000, counts: |path| is_worker(path, "courier", "") },
    Budget { name: "renderer", bytes: 210_000, counts: |path| is_worker(path, "renderer", "") },
];

/// html, css, js and wasm at the top of the site, without what the page loads later.
fn is_shell(path: &str) -> bool {
    let counts = [".html", ".css", ".js", ".wasm"].iter().any(|ending| path.ends_with(ending));
    counts && !path.contains('/') && !is_deferred(path)
}

fn is_deferred(path: &str) -> bool {
    path.starts_with("deferred-") && path.ends_with(".wasm")
}

fn is_worker(path: &str, name: &str, variant: &str) -> bool {
    path == format!("workers/{name}.js")
        || path == format!("workers/glue/{name}{variant}.js")
        || path == format!("workers/glue/{name}{variant}_bg.wasm")
}

/// One row of the table.
pub struct Row {
    name: &'static str,
    raw: u64,
    brotli: u64,
    budget: u64,
}

impl Row {
    /// Whether the budget is kept by something that is there.
    pub fn holds(&self) -> bool {
        self.raw > 0 && self.brotli <= self.budget
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kilo = |bytes: u64| bytes as f64 / 1000.0;
        let verdict = if self.holds() { "ok" } else { "OVER" };
        write!(f, "{:18} {:9.1} kB raw {:8.1} kB brotli", self.name, kilo(self.raw), kilo(self.brotli))?;
        write!(f, " of {:6.0} kB  {verdict}", kilo(self.budget))
    }
}

/// `cargo xtask sizes`.
pub fn command(arguments: &[String]) -> Outcome<()> {
    if let Some(other) = arguments.first() {
        return Err(format!("unknown option `{other}`: sizes takes none"));
    }
    let rows = measure()?;
    rows.iter().for_each(|row| println!("{row}"));
    if rows.iter().all(Row::holds) { Ok(()) } else { Err("over budget".to_owned()) }
}

/// Compresses every counted file of `dist/`.
pub fn measure() -> Outcome<Vec<Row>> {
    let dist = place::dist();
    let mut rows = Vec::new();
    for budget in BUDGETS {
        let mut files = Vec::new();
        for folder in ["", "workers", "workers/glue"] {
            list(&dist, folder, &mut files)?;
        }
        files.retain(|file| (budget.counts)(file));
        let (mut raw, mut brotli) = (0, 0);
        for (plain, packed) in compressed(&dist, &files)? {
            raw += plain;
            brotli += packed;
        }
        rows.push(Row { name: budget.name, raw, brotli, budget: budget.bytes });
    }
    Ok(rows)
}

fn list(dist: &Path, folder: &str, files: &mut Vec<String>) -> Outcome<()> {
    let path: PathBuf = dist.join(folder);
    let complain = |e: std::io::Error| format!("no built site to measure: {}: {e}", path.display());
    for entry in std::fs::read_dir(&path).map_err(complain)? {
        let entry = entry.map_err(complain)?;
        if entry.path().is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
        }
    }
    Ok(())
}

/// The plain and the compressed length of each file.
fn compressed(dist: &Path, files: &[String]) -> Outcome<Vec<(u64, u64)>> {
    const SCRIPT: &str = "const fs = require('node:fs'), zlib = require('node:zlib');\
        for (const file of process.argv.slice(1)) { const plain = fs.readFileSync(file);\
        const hint = { [zlib.constants.BROTLI_PARAM_SIZE_HINT]: plain.length, \
        [zlib.constants.BROTLI_PARAM_QUALITY]: 11 };\
        console.log(plain.length, zlib.brotliCompressSync(plain, { params: hint }).length); }";
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let mut node = Command::new(setup::node()?);
    let said = command::output(node.args(["-e", SCRIPT, "--"]).args(files).current_dir(dist))?;
    let pair = |line: &str| {
        let (plain, packed) = line.split_once(' ')?;
        Some((plain.parse().ok()?, packed.parse().ok()?))
    };
    said.lines().map(|line| pair(line).ok_or_else(|| format!("node answered `{line}`"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_counts_in_its_group_only() {
        assert!(is_shell("index.html") && is_shell("app-1_bg.wasm") && !is_shell("workers/engine.js"));
        assert!(!is_shell("icon.svg"));
        assert!(is_deferred("deferred-1.wasm") && !is_shell("deferred-1.wasm"));
        assert!(is_worker("workers/glue/engine-simd_bg.wasm", "engine", "-simd"));
        assert!(!is_worker("workers/glue/engine-relaxed_bg.wasm", "engine", "-simd"));
    }

    #[test]
    fn an_absent_group_does_not_keep_its_budget() {
        assert!(!Row { name: "x", raw: 0, brotli: 0, budget: 1 }.holds());
        assert!(!Row { name: "x", raw: 9, brotli: 2, budget: 1 }.holds());
        assert!(Row { name: "x", raw: 9, brotli: 1, budget: 1 }.holds());
    }
}
