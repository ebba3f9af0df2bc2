//! A style sheet → the same without comments and indentation.

/// Comments are for those who read the source. Our sheets have no comment marks within strings.
pub fn shortened(css: &str) -> String {
    let mut parts = css.split("/*");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once("*/").map_or("", |(_, after)| after));
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
        assert_eq!(shortened(css), ".a {\ncolor: red;\n}\n.b::before { content: \"\"; }");
    }
}
