//! Runs other programs, and says what it runs.
//!
//! Output goes straight through to the console, so that a long build shows its own progress. [`run_captured`] also hands
//! the output back, for the test counts.

use crate::Outcome;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;

/// Runs to the end; anything but success is an error.
pub fn run(command: &mut Command) -> Outcome<()> {
    eprintln!("  $ {}", shown(command));
    let status = command.stdin(Stdio::null()).status().map_err(|e| missing(command, &e))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed with {status}", shown(command))) }
}

/// Runs quietly and returns standard output without its trailing white space.
pub fn output(command: &mut Command) -> Outcome<String> {
    let out = command.stdin(Stdio::null()).output().map_err(|e| missing(command, &e))?;
    if out.status.success() {
        return Ok(String::from_utf8_lossy(&out.stdout).trim_end().to_owned());
    }
    let said = String::from_utf8_lossy(&out.stderr);
    Err(format!("`{}` failed with {}: {}", shown(command), out.status, said.trim()))
}

/// Runs to the end, passes every line of both streams on to the console and to `log`, and returns the lines.
pub fn run_captured(command: &mut Command, log: &mut impl Write) -> Outcome<(ExitStatus, Vec<String>)> {
    eprintln!("  $ {}", shown(command));
    let _ = writeln!(log, "$ {}", shown(command));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| missing(command, &e))?;
    let (sender, lines) = mpsc::channel();
    if let Some(stream) = child.stdout.take() {
        listen(stream, sender.clone());
    }
    if let Some(stream) = child.stderr.take() {
        listen(stream, sender.clone());
    }
    drop(sender);
    let mut all = Vec::new();
    for line in lines {
        println!("{line}");
        let _ = writeln!(log, "{line}");
        all.push(line);
    }
    let status = child.wait().map_err(|e| format!("cannot wait for `{}`: {e}", shown(command)))?;
    Ok((status, all))
}

fn listen(stream: impl std::io::Read + Send + 'static, sender: mpsc::Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            if sender.send(line).is_err() {
                return;
            }
        }
    });
}

fn shown(command: &Command) -> String {
    let arguments = std::iter::once(command.get_program()).chain(command.get_args());
    arguments.map(|argument| argument.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn missing(command: &Command, error: &std::io::Error) -> String {
    format!("cannot run `{}`: {error}", command.get_program().to_string_lossy())
}
