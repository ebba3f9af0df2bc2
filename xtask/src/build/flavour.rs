//! A set of compiler flags → a build cache of its own, locked while it is used.
//!
//! Flags are part of cargo's fingerprint: one cache for all of them would rebuild every dependency at every switch.

use crate::{Outcome, place};
use std::fs::File;
use std::path::PathBuf;
use std::process::Command;

/// What distinguishes one compilation for the browser from another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// The page, the courier and the renderer.
    Page,
    /// The reader: a cache of its own, so that it compiles beside the page.
    Reader,
    /// Fixed-width SIMD: every browser since 2023.
    Simd,
    /// Relaxed SIMD as well: the page asks `WebAssembly.validate` first.
    Relaxed,
    /// All seven at once, while developing.
    Develop,
    /// `wasm-bindgen-test`.
    Tests,
}

impl Flavour {
    fn folder(self) -> &'static str {
        match self {
            Self::Page => "wasm-page",
            Self::Reader => "wasm-reader",
            Self::Simd => "wasm-simd",
            Self::Relaxed => "wasm-relaxed",
            Self::Develop => "wasm-develop",
            Self::Tests => "wasm-tests",
        }
    }

    fn target_features(self) -> Option<&'static str> {
        match self {
            Self::Page | Self::Reader | Self::Tests => None,
            Self::Simd | Self::Develop => Some("+simd128"),
            Self::Relaxed => Some("+simd128,+relaxed-simd"),
        }
    }

    /// What `wasm-opt` must accept.
    pub fn wasm_opt_features(self) -> Vec<&'static str> {
        let mut features = BASELINE.to_vec();
        match self {
            Self::Page | Self::Reader | Self::Tests => {}
            Self::Simd | Self::Develop => features.push("--enable-simd"),
            Self::Relaxed => features.extend(["--enable-simd", "--enable-relaxed-simd"]),
        }
        features
    }
}

/// What the pinned compiler emits for its wasm target without being asked.
const BASELINE: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// A build cache, held by this process until it is dropped.
pub struct Cache {
    /// For `CARGO_TARGET_DIR`.
    pub folder: PathBuf,
    /// The flags it is for.
    pub flavour: Flavour,
    _lock: File,
}

impl Cache {
    /// Waits for the cache of `flavour`.
    ///
    /// Two checkouts may build at once, and the finished files have the same names: the lock is held until they are
    /// copied out.
    pub fn hold(flavour: Flavour) -> Outcome<Self> {
        let path = place::cache("target")?.join(format!("{}.lock", flavour.folder()));
        let lock = File::create(&path).map_err(|e| format!("cannot open {}: {e}", path.display()))?;
        lock.lock().map_err(|e| format!("cannot lock {}: {e}", path.display()))?;
        Ok(Self { folder: place::build_cache(flavour.folder())?, flavour, _lock: lock })
    }

    /// The file that a binary is compiled to.
    pub fn compiled(&self, profile: &str, binary: &str) -> PathBuf {
        self.folder.join("wasm32-unknown-unknown").join(profile).join(format!("{binary}.wasm"))
    }

    /// Tells a command to compile here, with this flavour's flags.
    ///
    /// The registry's path on this machine is mapped away: it would end up in panic messages of the built site, and
    /// two machines would build different files.
    pub fn apply(&self, command: &mut Command) {
        let mut flags = Vec::new();
        if let Some(home) = place::cargo_home() {
            flags.push(format!("--remap-path-prefix={}=/cargo", home.display()));
        }
        if matches!(self.flavour, Flavour::Page | Flavour::Develop | Flavour::Tests) {
            // Views are stored behind one type: a fifth less code, and minutes less compiling (Leptos book, leptos_dx).
            flags.push("--cfg=erase_components".to_owned());
        }
        if self.flavour == Flavour::Page {
            flags.push("--cfg=split_deferred".to_owned());
        }
        if let Some(features) = self.flavour.target_features() {
            flags.push(format!("-Ctarget-feature={features}"));
        }
        command.current_dir(place::root()).env("CARGO_TARGET_DIR", &self.folder).env_remove("RUSTFLAGS");
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    }
}
