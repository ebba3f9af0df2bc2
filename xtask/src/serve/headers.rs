//! `_headers` → the headers of a path.
//!
//! The file's form is the one that static hosts share: a line with a path pattern (`*` at its end matches any rest),
//! then indented `Name: value` lines. All matching blocks count.

use crate::Outcome;
use std::path::Path;

/// The blocks of a `_headers` file, in order.
#[derive(Default)]
pub struct Rules(Vec<(String, Vec<(String, String)>)>);

impl Rules {
    /// Reads `_headers` in the site's folder.
    pub fn read(root: &Path) -> Outcome<Self> {
        let text = std::fs::read_to_string(root.join("_headers"));
        text.map(|text| Self::parse(&text)).map_err(|e| format!("cannot read dist/_headers: {e}"))
    }

    fn parse(text: &str) -> Self {
        let mut blocks: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if !line.starts_with([' ', '\t']) {
                blocks.push((line.trim().to_owned(), Vec::new()));
            } else if let (Some((_, headers)), Some((name, value))) =
                (blocks.last_mut(), line.split_once(':'))
            {
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Self(blocks)
    }

    /// The headers of `path`, which starts with `/`.
    pub fn of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let matches = move |pattern: &str| match pattern.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => pattern == path,
        };
        let blocks = self.0.iter().filter(move |(pattern, _)| matches(pattern));
        blocks.flat_map(|(_, headers)| headers.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::Rules;

    #[test]
    fn all_matching_blocks_count_in_order() {
        let rules = Rules::parse("# note\n/*\n  A: 1\n\n/x.js\n  B: 2: 3\n");
        assert_eq!(rules.of("/x.js").collect::<Vec<_>>(), [("A", "1"), ("B", "2: 3")]);
        assert_eq!(rules.of("/y").collect::<Vec<_>>(), [("A", "1")]);
    }

    #[test]
    fn the_page_has_one_policy_in_its_meta_element_and_in_the_header() {
        let root = crate::place::root();
        let html = std::fs::read_to_string(root.join("index.html")).unwrap();
        let meta = html.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).unwrap();
        let meta = meta.split('"').next().unwrap();
        let rules = Rules::read(&root.join("public")).unwrap();
        for path in ["/", "/index.html"] {
            let policies: Vec<&str> = rules
                .of(path)
                .filter(|(name, _)| *name == "Content-Security-Policy")
                .map(|(_, v)| v)
                .collect();
            // Ignored in a meta element, so only the header has it.
            assert_eq!(policies, [format!("{meta}; frame-ancestors 'none'")], "{path}");
        }
        for forbidden in ["unsafe-inline", "'unsafe-eval'", "*", "http:", "https:"] {
            assert!(!meta.contains(forbidden), "{forbidden} in {meta}");
        }
    }

    #[test]
    fn every_worker_has_exactly_one_policy_and_only_the_couriers_is_wide() {
        let rules = Rules::read(&crate::place::root().join("public")).unwrap();
        for name in ["reader", "engine", "graph", "local_model", "courier", "renderer"] {
            let path = format!("/workers/{name}.js");
            let policies: Vec<&str> = rules
                .of(&path)
                .filter(|(name, _)| *name == "Content-Security-Policy")
                .map(|(_, v)| v)
                .collect();
            assert_eq!(policies.len(), 1, "{path}: {policies:?}");
            let wide = policies.iter().any(|policy| policy.contains("https:"));
            assert_eq!(wide, name == "courier", "{path}: {policies:?}");
        }
    }
}
