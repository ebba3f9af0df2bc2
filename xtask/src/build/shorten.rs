//! Text of the site → the same without comments and indentation, which are for those who read the source.

/// A style sheet. Ours have no comment marks within strings.
pub fn css(text: &str) -> String {
    shortened(text, "/*", "*/")
}

/// A page. Ours has no text in which white space counts.
pub fn html(text: &str) -> String {
    shortened(text, "<!--", "-->")
}

/// A script of `wasm-bindgen`: its comments stand on lines of their own, and no literal goes over a line's end.
pub fn script(text: &str) -> String {
    let mut is_in_block = false;
    let code = |line: &&str| {
        let begins = line.starts_with("/*");
        let is_comment = is_in_block || begins || line.starts_with("//");
        is_in_block = (is_in_block || begins) && !line.ends_with("*/");
        !is_comment && !line.is_empty()
    };
    text.lines().map(str::trim).filter(code).collect::<Vec<_>>().join("\n")
}

fn shortened(text: &str, open: &str, close: &str) -> String {
    let mut parts = text.split(open);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once(close).map_or("", |(_, after)| after));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_go_and_rules_stay() {
        let css = "/* a */\n.a {\n  color: red; /* b\n  c */\n}\n\n.b::before { content: \"\"; }\n";
        assert_eq!(super::css(css), ".a {\ncolor: red;\n}\n.b::before { content: \"\"; }");
    }

    #[test]
    fn a_script_keeps_its_statements() {
        let text = "/* a */\n/**\n * @returns {number}\n */\nget b() {\n    // c\n    return `//${d}`;\n}\n";
        assert_eq!(script(text), "get b() {\nreturn `//${d}`;\n}");
    }

    #[test]
    fn a_page_keeps_its_elements() {
        assert_eq!(html("<p>\n  <!-- a\n b -->\n  <b>c</b>\n</p>"), "<p>\n<b>c</b>\n</p>");
    }
}
