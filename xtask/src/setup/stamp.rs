//! A finished installation → a stamp with the hashes of its files; the stamp later says whether it is still whole.

use crate::{Outcome, hash};
use std::path::Path;

const NAME: &str = "sidecite.stamp";

/// Writes the stamp of `files`, given relative to `home`.
pub fn write(home: &Path, files: &[&str]) -> Outcome<()> {
    let path = home.join(NAME);
    std::fs::write(&path, wanted(home, files)?).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// Whether the stamp is there and every file still has the hash it names.
pub fn holds(home: &Path, files: &[&str]) -> bool {
    match (std::fs::read_to_string(home.join(NAME)), wanted(home, files)) {
        (Ok(stamped), Ok(found)) => stamped == found,
        _ => false,
    }
}

/// Whether a stamp was ever written: without one, an installation by hand may be adopted.
pub fn exists(home: &Path) -> bool {
    home.join(NAME).is_file()
}

fn wanted(home: &Path, files: &[&str]) -> Outcome<String> {
    files.iter().map(|file| Ok(format!("{}  {file}\n", hash::of_file(&home.join(file))?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_breaks_the_stamp() {
        let home = std::env::temp_dir().join(format!("sidecite-stamp-{}", std::process::id()));
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(home.join("tool"), "one").unwrap();
        assert!(!holds(&home, &["tool"]) && !exists(&home));
        write(&home, &["tool"]).unwrap();
        assert!(holds(&home, &["tool"]) && exists(&home));
        std::fs::write(home.join("tool"), "two").unwrap();
        assert!(!holds(&home, &["tool"]));
        std::fs::remove_dir_all(&home).unwrap();
    }
}
