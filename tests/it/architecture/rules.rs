//! A file's paths → findings: what breaks which rule, and where.

use super::paths::{Path, paths};

/// The module order of `lib.rs`, first to last.
pub fn order(lib: &str) -> Vec<String> {
    let words = |line: &str| line.trim().trim_start_matches("pub ").strip_prefix("mod ").map(str::to_owned);
    lib.lines().filter_map(words).map(|name| name.trim_end_matches(';').to_owned()).collect()
}

/// Everything in one file that breaks a rule, as `file:line: rule: what`.
pub fn findings(file: &str, source: &str, order: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths(file, source) {
        let rules = [
            upwards(file, &path, order),
            web(file, &path),
            leptos(file, &path),
            pure(file, &path, order),
            words(file, &path),
        ];
        found.extend(rules.into_iter().flatten().map(|what| format!("src/{file}:{}: {what}", path.line)));
    }
    found
}

fn place(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or(file)
}

/// Rule 1: a module uses only modules above it.
fn upwards(file: &str, path: &Path, order: &[String]) -> Option<String> {
    let [head, target, ..] = path.words.as_slice() else { return None };
    let position = |name: &str| order.iter().position(|module| module == name);
    let own = position(place(file))?;
    if head != "crate" {
        return None;
    }
    if target == "*" {
        return Some("a module names the modules it uses: `crate::*` names them all".to_owned());
    }
    let below = position(target).is_some_and(|target| target > own);
    below.then(|| {
        let own = place(file);
        format!("a module uses only modules above it: lib.rs lists `{target}` below `{own}`")
    })
}

/// Rule 2: Web APIs stay at the edge.
fn web(file: &str, path: &Path) -> Option<String> {
    let head = path.words.first()?;
    let is_web = matches!(head.as_str(), "web_sys" | "js_sys" | "idb" if path.words.len() > 1)
        || head.starts_with("wasm_bindgen")
        || head.starts_with("gloo");
    let may = ["worker", "browser", "state", "ui", "bin"].contains(&place(file));
    (is_web && !may).then(|| {
        format!("Web APIs appear only in `worker browser state ui bin`: `{head}` does not belong here")
    })
}

/// Rule 3: Leptos is for the screen.
fn leptos(file: &str, path: &Path) -> Option<String> {
    let head = path.words.first()?;
    let is_leptos =
        head.starts_with("leptos") || matches!(head.as_str(), "reactive_stores" | "reactive_graph");
    let may = ["state", "ui"].contains(&place(file)) || file == "bin/app.rs";
    (is_leptos && !may)
        .then(|| format!("`leptos` appears only in `state ui bin/app.rs`: `{head}` does not belong here"))
}

/// Rule 4: what stands above `worker` does no I/O and does not know the time.
fn pure(file: &str, path: &Path, order: &[String]) -> Option<String> {
    let position = |name: &str| order.iter().position(|module| module == name);
    if path.in_test || position(place(file))? >= position("worker")? {
        return None;
    }
    let words: Vec<&str> = path.words.iter().map(String::as_str).collect();
    let impure = matches!(
        words.as_slice(),
        ["std", "fs" | "thread" | "process" | "env", ..]
            | ["std", "net", "TcpStream" | "TcpListener" | "UdpSocket" | "ToSocketAddrs", ..]
            | ["std", "time", "Instant" | "SystemTime", ..]
    );
    impure
        .then(|| format!("modules above `worker` do no I/O and do not know the time: `{}`", words.join("::")))
}

/// Rule 5: problems are put in words where they are shown; `state` may have texts of the page in its language.
fn words(file: &str, path: &Path) -> Option<String> {
    let is_messages =
        matches!(path.words.as_slice(), [head, target, ..] if head == "crate" && target == "messages");
    let is_for_state = matches!(
        path.words.get(2).map(String::as_str),
        Some("text" | "lookup" | "set_current" | "Catalogue")
    );
    let may =
        path.in_test || ["messages", "ui"].contains(&place(file)) || (place(file) == "state" && is_for_state);
    (is_messages && !may).then(|| "`messages` is for `ui`: elsewhere a problem is its code".to_owned())
}
