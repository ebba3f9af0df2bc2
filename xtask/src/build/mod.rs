//! The checkout → the static site: in `dist/` the one to ship, in `target/site/` the one to develop with.
//!
//! For shipping, the two workers that compute are built twice with different target features. Everything is put together under a temporary name and renamed at the end, so `dist/` is never a
//! mixture of two builds. All addresses in it are relative: it runs from any sub-path of any file server.

mod assets;
mod develop;
mod flavour;
mod fresh;
mod imports;
mod languages;
mod markup;
mod page;
mod shorten;
mod split;
mod stamp;
mod tree;
mod wasm;
mod worker;

pub use flavour::{Cache, Flavour};

use crate::{Outcome, place, setup};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

/// What a build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To ship: small and fast.
    Release,
    /// To work on: built fast.
    Develop,
}

impl Mode {
    /// Where the site goes when no folder is named.
    pub fn folder(self) -> PathBuf {
        match self {
            Self::Release => place::dist(),
            Self::Develop => place::root().join("target/site"),
        }
    }
}

/// `cargo xtask build [--dev] [--out DIR]`.
pub fn command(arguments: &[String]) -> Outcome<()> {
    let (mut mode, mut out) = (Mode::Release, None);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--dev" => mode = Mode::Develop,
            "--out" => out = Some(rest.next().ok_or("--out needs a folder")?),
            other => return Err(format!("unknown option `{other}`: build takes --dev and --out DIR")),
        }
    }
    match out {
        Some(folder) => site(mode, &std::path::absolute(folder).map_err(|e| e.to_string())?),
        None => site(mode, &mode.folder()),
    }
}

/// Sets up, and builds the site into `out`, replacing what is there.
pub fn site(mode: Mode, out: &Path) -> Outcome<()> {
    refuse_foreign_folder(out)?;
    setup::for_build(mode)?;
    let started = Instant::now();
    let inputs = fresh::inputs(mode)?;
    if fresh::holds(&inputs, out) {
        println!("{} is up to date", out.display());
        return Ok(());
    }
    let staging = staging(out)?;
    let outcome = assemble(mode, &staging, &fresh::id(&inputs)).and_then(|()| replace(&staging, out));
    let _ = std::fs::remove_dir_all(&staging);
    outcome?;
    fresh::write(&inputs, out)?;
    println!("built {} in {:.0} s", out.display(), started.elapsed().as_secs_f32());
    Ok(())
}

/// One step of the build that depends on no other.
type Job<'a> = Box<dyn FnOnce() -> Outcome<()> + Send + 'a>;

fn assemble(mode: Mode, staging: &Path, id: &str) -> Outcome<()> {
    match mode {
        Mode::Release => release(staging, id)?,
        Mode::Develop => develop::build(staging, id)?,
    }
    assets::copy(staging)?;
    languages::copy(staging)?;
    stamp::write(staging, id)?;
    assets::models(staging)
}

fn release(staging: &Path, id: &str) -> Outcome<()> {
    // Longest first. Two at a time: the last step of each is link-time optimisation, which uses one core.
    let readers =
        || worker::build(&worker::PDF_READER, staging).and_then(|()| worker::build(&worker::READER, staging));
    let mut jobs: Vec<Job<'_>> = vec![Box::new(readers)];
    jobs.push(Box::new(|| page::build(staging, id).and_then(|()| worker::build(&worker::SMALL, staging))));
    // Both hold the cache for fixed-width SIMD.
    jobs.push(Box::new(|| {
        worker::build(&worker::SIMD, staging).and_then(|()| worker::build(&worker::GRAPH, staging))
    }));
    jobs.push(Box::new(|| worker::build(&worker::RELAXED, staging)));
    in_two_lanes(jobs)
}

fn in_two_lanes(jobs: Vec<Job<'_>>) -> Outcome<()> {
    let queue = Mutex::new(jobs.into_iter());
    let next = || queue.lock().ok().and_then(|mut jobs| jobs.next());
    let lane = || {
        while let Some(job) = next() {
            job()?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(lane);
        let mine: Outcome<()> = lane();
        let theirs: Outcome<()> = other.join().unwrap_or_else(|_| Err("a build thread panicked".to_owned()));
        mine.and(theirs)
    })
}

/// `--out` is replaced as a whole: it must be absent, empty or an earlier build.
fn refuse_foreign_folder(out: &Path) -> Outcome<()> {
    let empty = std::fs::read_dir(out).map_or(true, |mut entries| entries.next().is_none());
    if empty || (out.join("index.html").is_file() && out.join("workers").is_dir()) {
        return Ok(());
    }
    Err(format!("{} is not an earlier build; choose another folder", out.display()))
}

/// A folder beside `out`, so that the last step is a rename on one file system.
fn staging(out: &Path) -> Outcome<PathBuf> {
    let name = out.file_name().ok_or("--out needs a folder name")?.to_string_lossy().into_owned();
    let folder = out.with_file_name(format!(".{name}.partial-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    Ok(folder)
}

fn replace(staging: &Path, out: &Path) -> Outcome<()> {
    if out.exists() {
        std::fs::remove_dir_all(out).map_err(|e| format!("cannot remove {}: {e}", out.display()))?;
    }
    std::fs::rename(staging, out).map_err(|e| format!("cannot rename to {}: {e}", out.display()))
}
