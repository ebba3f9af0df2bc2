//! A TCP connection → answers to its GET and HEAD requests, one after the other.

use super::target::{self, Target};
use super::{Site, media_type};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, UNIX_EPOCH};

/// A request line and its headers are short; more is not for us.
const HEAD_LIMIT: u64 = 16 * 1024;

struct Request {
    method: String,
    address: String,
    known: Option<String>,
    close: bool,
}

/// Answers until the other side is done, or says nothing for half a minute.
pub fn answer(stream: TcpStream, site: &Site) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let _ = stream.set_nodelay(true);
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        if respond(&mut writer, &request, site).is_err() || request.close {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut head = reader.take(HEAD_LIMIT);
    let mut line = String::new();
    head.read_line(&mut line).ok().filter(|&length| length > 0)?;
    let mut words = line.split_whitespace();
    let (method, address) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut request = Request { method, address, known: None, close: false };
    loop {
        line.clear();
        head.read_line(&mut line).ok().filter(|&length| length > 0)?;
        let Some((name, value)) = line.split_once(':') else {
            return line.trim().is_empty().then_some(request);
        };
        match name.to_ascii_lowercase().as_str() {
            "if-none-match" => request.known = Some(value.trim().to_owned()),
            "connection" => request.close = value.trim().eq_ignore_ascii_case("close"),
            // A body would be read as the next request: answer, and hang up.
            "content-length" | "transfer-encoding" => request.close = true,
            _ => {}
        }
    }
}

fn respond(writer: &mut impl Write, request: &Request, site: &Site) -> std::io::Result<()> {
    if request.method != "GET" && request.method != "HEAD" {
        return plain(writer, "405 Method Not Allowed", "Allow: GET, HEAD\r\n");
    }
    match target::find(&request.address, &site.prefix, &site.root) {
        Target::File { file, path } => send(writer, request, site, &file, &path),
        Target::Moved(to) => plain(writer, "308 Permanent Redirect", &format!("Location: {to}\r\n")),
        Target::Refused => plain(writer, "400 Bad Request", ""),
        Target::Nothing => plain(writer, "404 Not Found", ""),
    }
}

fn send(
    writer: &mut impl Write,
    request: &Request,
    site: &Site,
    file: &std::path::Path,
    path: &str,
) -> std::io::Result<()> {
    let mut source = File::open(file)?;
    let metadata = source.metadata()?;
    let age = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let tag = format!("\"{:x}-{:x}\"", metadata.len(), age.as_nanos());
    let mut head = format!("ETag: {tag}\r\nCache-Control: no-cache\r\n");
    for (name, value) in site.rules.of(path) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if request.known.as_deref() == Some(tag.as_str()) {
        return write!(writer, "HTTP/1.1 304 Not Modified\r\n{head}\r\n");
    }
    write!(
        writer,
        "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n{head}\r\n",
        media_type::of(file),
        metadata.len()
    )?;
    if request.method == "GET" {
        std::io::copy(&mut source, writer)?;
    }
    writer.flush()
}

fn plain(writer: &mut impl Write, status: &str, headers: &str) -> std::io::Result<()> {
    let length = status.len();
    write!(
        writer,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n{headers}\r\n{status}"
    )
}
