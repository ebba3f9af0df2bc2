//! `tests/browser.rs` in headless Chromium, by wasm-bindgen's test runner.

use super::count::{self, Count};
use crate::build::{Cache, Flavour};
use crate::{Outcome, command, place, setup};
use std::fs::File;
use std::process::Command;

/// Runs the browser tests; without `tests/browser.rs` there are none to run.
pub fn run(log: &mut File) -> Outcome<Count> {
    if !place::root().join("tests/browser.rs").is_file() {
        println!("skipped: no tests/browser.rs");
        return Ok(Count { skipped: 1, ..Count::default() });
    }
    setup::wasm_target()?;
    let runner = setup::wasm_bindgen()?.join("wasm-bindgen-test-runner");
    let browser = setup::browser()?;
    let cache = Cache::hold(Flavour::Tests)?;
    let mut cargo = Command::new("cargo");
    // The page itself is tests/e2e's: compiling it here takes minutes.
    cargo.args(["test", "--locked", "--target", "wasm32-unknown-unknown", "--no-default-features"]);
    cargo.args(["--test", "browser"]);
    cache.apply(&mut cargo);
    cargo
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CHROMEDRIVER", &browser.chromedriver);
    cargo.env("WASM_BINDGEN_TEST_ONLY_WEB", "1").env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    // The runner reads webdriver.json in its working directory, and cargo runs tests in the package's.
    let settings = place::root().join("webdriver.json");
    std::fs::write(&settings, capabilities(&browser))
        .map_err(|e| format!("cannot write webdriver.json: {e}"))?;
    let outcome = command::run_captured(&mut cargo, log);
    let _ = std::fs::remove_file(&settings);
    let (status, lines) = outcome?;
    let mut count = count::of_rust(&lines);
    if !status.success() && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

fn capabilities(browser: &setup::Browser) -> String {
    let mut arguments = vec![
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];
    if setup::is_root() {
        arguments.push("--no-sandbox");
    }
    let arguments = arguments.into_iter().map(quoted).collect::<Vec<_>>().join(", ");
    let binary = quoted(&browser.chromium.display().to_string());
    format!("{{\"goog:chromeOptions\": {{\"binary\": {binary}, \"args\": [{arguments}]}}}}\n")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
