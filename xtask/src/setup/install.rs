//! An installer → a folder that is either whole or absent.
//!
//! A tool is installed under a temporary name, checked, stamped and only then renamed, so an interrupted
//! installation never counts as present.

use super::stamp;
use crate::{Outcome, place};
use std::path::{Path, PathBuf};

/// Returns the folder `name` below the tools folder, installing it when it is missing or damaged.
///
/// `files` are the files that make it whole; `accept` looks at a candidate folder and says what is wrong with it.
pub fn installed(
    name: &str,
    files: &[&str],
    accept: impl Fn(&Path) -> Outcome<()>,
    install: impl FnOnce(&Path) -> Outcome<()>,
) -> Outcome<PathBuf> {
    let home = place::tools()?.join(name);
    if stamp::holds(&home, files) {
        return Ok(home);
    }
    // An installation by hand in the same layout is as good as ours, if it is what it says.
    if !stamp::exists(&home) && accept(&home).is_ok() && stamp::write(&home, files).is_ok() {
        return Ok(home);
    }
    eprintln!("installing {name} …");
    let temporary = temporary(name)?;
    let finished =
        install(&temporary).and_then(|()| accept(&temporary)).and_then(|()| stamp::write(&temporary, files));
    if let Err(reason) = finished {
        let _ = std::fs::remove_dir_all(&temporary);
        return Err(format!("{name} could not be installed: {reason}"));
    }
    let _ = std::fs::remove_dir_all(&home);
    match std::fs::rename(&temporary, &home) {
        Ok(()) => Ok(home),
        // Another set-up may have finished first.
        Err(_) if stamp::holds(&home, files) => {
            let _ = std::fs::remove_dir_all(&temporary);
            Ok(home)
        }
        Err(e) => Err(format!("cannot rename {} to {}: {e}", temporary.display(), home.display())),
    }
}

/// An empty folder of this process below the tools folder.
pub fn temporary(name: &str) -> Outcome<PathBuf> {
    let folder = place::tools()?.join(format!(".partial-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    Ok(folder)
}
