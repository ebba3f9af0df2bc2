//! `cargo xtask …`: one command sets up what is missing, then builds, serves or tests Sidecite.
//!
//! It drives ordinary tools (cargo, wasm-bindgen, wasm-opt, npm, pip) and keeps them, the weights and the
//! build caches in one folder outside the checkout. It refuses to guess: a tool or a file with another hash than
//! the pinned one is an error, and a test suite that ran nothing has failed.

mod build;
mod command;
mod figures;
mod hash;
mod place;
mod serve;
mod setup;
mod sizes;
mod test;

use std::process::ExitCode;

/// What a step returns: a value, or one sentence for the person at the terminal.
pub type Outcome<T> = Result<T, String>;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  serve [--release] [--port N] [--prefix /x/y/] [--headers] [--no-build]
                      set up, build, and serve the site on a free loopback port: the
                      development build (target/site), or with --release the one to ship
  build [--dev] [--out DIR]
                      set up, and write the static site to dist/ (or DIR); --dev builds
                      fast instead of small, to target/site (or DIR)
  test [SUITE…] [--all] [--dev] [--only PART,…] [--repeat N] [--busy N]
                      set up, and run every quick suite, or the named ones:
                      fmt deny clippy host benches browser sizes e2e, and with --all: slow.
                      e2e and slow drive the shipped build, or with --dev the development
                      build; e2e takes specs by part of their name (--only), N times
                      (--repeat), with N cores kept busy (--busy)
  setup [--tests]     install what is missing, and stop; with --tests also what only the tests need
  sizes               the brotli sizes of dist/ against their budgets
  figures [DIR]       how long the files and functions of src/ are, here or in another checkout

Tools, weights and build caches live in $SIDECITE_TOOLS
(default: $XDG_CACHE_HOME/sidecite, or ~/.cache/sidecite).";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", arguments.as_slice()),
    };
    let outcome = match command {
        "serve" => serve::command(rest),
        "build" => build::command(rest),
        "test" => test::command(rest),
        "setup" => setup::command(rest),
        "sizes" => sizes::command(rest),
        "figures" => figures::command(rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("unknown command `{other}`\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}
