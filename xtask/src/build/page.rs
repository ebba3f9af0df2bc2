//! `index.html`, `style/` and `bin/app.rs` → the page.
//!
//! The same files as `trunk build` makes from the same `index.html` and `Trunk.toml`, without compiling Trunk first:
//! that would take a third of the set-up on a fresh machine.

use super::flavour::Cache;
use super::{imports, markup, shorten, split, tree, wasm, worker};
use crate::{Outcome, command, hash, place};
use std::path::Path;

/// Compiles the page and writes it into `staging`; `id` is the build id it asks its workers for.
pub fn build(staging: &Path, id: &str) -> Outcome<()> {
    let cache = Cache::hold(worker::PAGE.flavour)?;
    let mut cargo = worker::PAGE.cargo();
    cache.apply(cargo.env("SIDECITE_BUILD_ID", id));
    command::run(&mut cargo)?;
    let level = worker::PAGE.level;
    let parts = split::parts(&cache.compiled(worker::PAGE.profile, "app"), level, &cache)?;
    let finished = wasm::bound(&parts.main, "app", Some(level), &["--keep-lld-exports"], &cache)?;
    let deferred = read(&parts.deferred)?;
    let file = format!("deferred-{}.wasm", short(&deferred));
    put(staging, &file, &deferred)?;
    write(staging, &finished, |glue| parts.glue(&glue, &file))
}

/// Writes the page that was compiled with everything else into `staging`; nothing is split off.
pub fn develop(staging: &Path, cache: &Cache, profile: &str) -> Outcome<()> {
    write(staging, &wasm::finished(&cache.compiled(profile, "app"), "app", None, cache)?, Ok)
}

fn write(staging: &Path, finished: &Path, glue: impl FnOnce(String) -> Outcome<String>) -> Outcome<()> {
    if finished.join("snippets").exists() {
        return Err("a dependency of the page ships JavaScript, which is not supported".to_owned());
    }
    let script = String::from_utf8_lossy(&read(&finished.join("app.js"))?).into_owned();
    let (binary, script) = imports::shortened(&read(&finished.join("app_bg.wasm"))?, &script)
        .ok_or("the page's wasm does not look as expected")?;
    let script = shorten::script(&glue(script)?);
    // Both files have the name, so it depends on both: the glue names the deferred file.
    let name = format!("app-{}", short(&[&binary, script.as_bytes()].concat()));
    let script = script.replace("app_bg.wasm", &format!("{name}_bg.wasm"));
    put(staging, &format!("{name}.js"), script.as_bytes())?;
    put(staging, &format!("{name}_bg.wasm"), &binary)?;
    let root = place::root();
    let html = String::from_utf8_lossy(&read(&root.join("index.html"))?).into_owned();
    let settings = String::from_utf8_lossy(&read(&root.join("Trunk.toml"))?).into_owned();
    let html = markup::page(&html, &settings, &name, |path| {
        let css = shorten::css(&String::from_utf8_lossy(&read(&root.join(path))?)).into_bytes();
        let stem = Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let file = format!("{stem}-{}.css", short(&css));
        put(staging, &file, &css)?;
        Ok((file, hash::integrity(&css)))
    })?;
    put(staging, "index.html", shorten::html(&html).as_bytes())
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))
}

fn short(bytes: &[u8]) -> String {
    hash::of_bytes(bytes).chars().take(16).collect()
}

fn put(staging: &Path, name: &str, bytes: &[u8]) -> Outcome<()> {
    let file = staging.join(name);
    tree::make_parent(&file)?;
    std::fs::write(&file, bytes).map_err(|e| format!("cannot write {}: {e}", file.display()))
}
