//! A built site → a site on a loopback port.
//!
//! For trying Sidecite out and for its tests: it listens on 127.0.0.1 only. `--prefix /x/y/` serves below a
//! sub-path; `--headers` sends what `public/_headers` says, as a host that reads that file would.

mod connection;
mod headers;
mod media_type;
mod target;

use crate::Outcome;
use crate::build::{self, Mode};
use headers::Rules;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

/// What is served, and how.
pub struct Site {
    /// The folder, canonical.
    root: PathBuf,
    /// Starts and ends with `/`.
    prefix: String,
    /// What `_headers` says, when it is to be obeyed.
    rules: Rules,
}

/// `cargo xtask serve [--release] [--port N] [--prefix /x/y/] [--headers] [--no-build]`.
pub fn command(arguments: &[String]) -> Outcome<()> {
    let (mut port, mut prefix, mut with_headers, mut with_build) = (0u16, "/".to_owned(), false, true);
    let mut mode = Mode::Develop;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--port" => {
                port = value()?.parse().map_err(|_| "--port needs a number up to 65535".to_owned())?
            }
            "--prefix" => prefix = value()?.clone(),
            "--release" => mode = Mode::Release,
            "--headers" => with_headers = true,
            "--no-build" => with_build = false,
            other => return Err(format!("unknown option `{other}` of serve")),
        }
    }
    if !(prefix.starts_with('/') && prefix.ends_with('/')) {
        return Err(format!("--prefix must start and end with a slash: {prefix}"));
    }
    if with_build {
        build::site(mode, &mode.folder())?;
    }
    let root = mode.folder();
    let root = root.canonicalize().map_err(|e| format!("no built site in {}: {e}", root.display()))?;
    let rules = if with_headers { Rules::read(&root)? } else { Rules::default() };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|e| format!("cannot listen on 127.0.0.1:{port}: {e}"))?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    println!("Sidecite is served at http://{address}{prefix}   (Ctrl+C to stop)");
    serve(&listener, &Arc::new(Site { root, prefix, rules }));
    Ok(())
}

/// Serves until the process ends, each connection on a thread of its own.
fn serve(listener: &TcpListener, site: &Arc<Site>) {
    for stream in listener.incoming().flatten() {
        let site = Arc::clone(site);
        std::thread::spawn(move || connection::answer(stream, &site));
    }
}
