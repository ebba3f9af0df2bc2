//! Chromium and chromedriver: found, or installed where that may be done.
//!
//! `CHROMIUM` and `CHROMEDRIVER` name them outright. A browser is a system package with fonts and libraries of its
//! own, so it is installed only through `apt-get` and only as root; elsewhere the error says what to install.

use crate::{Outcome, command, place};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The two programs that the browser suites need.
pub struct Browser {
    /// The browser itself.
    pub chromium: PathBuf,
    /// Its WebDriver server, of the same version.
    pub chromedriver: PathBuf,
}

const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FOLDERS: [&str; 6] = [
    "/usr/bin",
    "/usr/local/bin",
    "/usr/lib/chromium",
    "/snap/bin",
    "/opt/homebrew/bin",
    "/Applications/Google Chrome.app/Contents/MacOS",
];

/// Finds both programs, installing them when this process may.
pub fn browser() -> Outcome<Browser> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if is_root() && place::on_path("apt-get").is_some() {
        eprintln!("installing Chromium and chromedriver …");
        command::run(Command::new("apt-get").arg("update"))?;
        let packages = ["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"];
        command::run(Command::new("apt-get").args(packages).env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    find().ok_or_else(|| {
        "the browser suites need Chromium and a chromedriver of the same version: install them (Debian: \
         `apt-get install chromium chromium-driver`), or name them in CHROMIUM and CHROMEDRIVER"
            .to_owned()
    })
}

fn find() -> Option<Browser> {
    let chromium =
        named("CHROMIUM").or_else(|| CHROMIUM.into_iter().chain(["Google Chrome"]).find_map(locate))?;
    let chromedriver = named("CHROMEDRIVER").or_else(|| locate("chromedriver"))?;
    Some(Browser { chromium, chromedriver })
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|file| file.is_file())
}

fn locate(name: &str) -> Option<PathBuf> {
    let usual = || FOLDERS.iter().map(|folder| Path::new(folder).join(name)).find(|file| file.is_file());
    place::on_path(name).or_else(usual)
}

/// Whether this process is root: then Chromium must also run without its sandbox.
pub fn is_root() -> bool {
    cfg!(unix) && command::output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}
