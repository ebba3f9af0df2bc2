//! The address in a request line → a file below the site's folder, or the reason why not.
//!
//! Nothing outside the folder is ever named: `..`, back slashes and NUL are refused after decoding, and a symbolic
//! link that leads out is taken for nothing.

use std::path::{Path, PathBuf};

/// What an address leads to.
#[derive(Debug, PartialEq)]
pub enum Target {
    /// A file, and its path below the prefix, starting with `/`.
    File { file: PathBuf, path: String },
    /// A folder without its slash: relative addresses in its page would go wrong.
    Moved(String),
    /// Not an address that a browser sends.
    Refused,
    /// No such file.
    Nothing,
}

/// Finds the file for `address`, which may carry a query.
pub fn find(address: &str, prefix: &str, root: &Path) -> Target {
    let encoded = address.split(['?', '#']).next().unwrap_or_default();
    let Some(path) = decoded(encoded).filter(|path| path.starts_with('/')) else { return Target::Refused };
    if path.split('/').any(|part| part == ".." || part == ".") || path.contains(['\\', '\0']) {
        return Target::Refused;
    }
    if format!("{path}/") == prefix {
        return Target::Moved(prefix.to_owned());
    }
    let Some(inside) = path.strip_prefix(prefix) else { return Target::Nothing };
    let mut file = root.join(inside.trim_start_matches('/'));
    if file.is_dir() {
        if !path.ends_with('/') {
            return Target::Moved(format!("{encoded}/"));
        }
        file.push("index.html");
    }
    match file.canonicalize() {
        Ok(file) if file.is_file() && file.starts_with(root) => {
            Target::File { file, path: format!("/{inside}") }
        }
        _ => Target::Nothing,
    }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        out.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> PathBuf {
        let root = std::env::temp_dir().join(format!("sidecite-serve-{}", std::process::id()));
        std::fs::create_dir_all(root.join("in/sub")).unwrap();
        std::fs::write(root.join("in/index.html"), "home").unwrap();
        std::fs::write(root.join("in/sub/a b.txt"), "text").unwrap();
        std::fs::write(root.join("secret"), "secret").unwrap();
        #[cfg(unix)]
        let _ = std::os::unix::fs::symlink(root.join("secret"), root.join("in/link"));
        root.join("in").canonicalize().unwrap()
    }

    #[test]
    fn addresses_lead_to_files_below_the_folder_and_nowhere_else() {
        let root = site();
        let path = |address: &str, prefix: &str| match find(address, prefix, &root) {
            Target::File { path, .. } => path,
            other => format!("{other:?}"),
        };
        assert_eq!(path("/?q=1", "/"), "/");
        assert_eq!(path("/sub/a%20b.txt", "/"), "/sub/a b.txt");
        assert_eq!(path("/x/y/sub/a%20b.txt", "/x/y/"), "/sub/a b.txt");
        assert_eq!(path("/x/y", "/x/y/"), "Moved(\"/x/y/\")");
        assert_eq!(path("/sub", "/"), "Moved(\"/sub/\")");
        assert_eq!(path("/index.html", "/x/y/"), "Nothing");
        for outside in
            ["/../secret", "/%2e%2e/secret", "/sub/..%2f..%2fsecret", "/..\\secret", "secret", "/%zz", "/%"]
        {
            assert_eq!(path(outside, "/"), "Refused", "{outside}");
        }
        assert_eq!(path("/link", "/"), "Nothing");
        assert_eq!(path("//etc/passwd", "/"), "Nothing");
    }
}
