//! `index.html` with Trunk's elements → the page's HTML.
//!
//! Three rules of Trunk, no more: the `rel="rust"` element becomes `pattern_script`, a `rel="css"` element the link
//! to its file, and `pattern_preload` ends the head. Any other element with `data-trunk` is an error.

use crate::Outcome;

/// `app` is the stem of the page's files; `css` writes one style sheet and returns its file name and integrity.
pub fn page(
    html: &str,
    settings: &str,
    app: &str,
    mut css: impl FnMut(&str) -> Outcome<(String, String)>,
) -> Outcome<String> {
    let fill = |key: &str| -> Outcome<String> {
        let pattern = setting(settings, key).ok_or_else(|| format!("Trunk.toml has no {key} in one line"))?;
        let filled = pattern.replace("{base}", "./").replace("{js}", &format!("{app}.js"));
        Ok(filled.replace("{wasm}", &format!("{app}_bg.wasm")))
    };
    let mut out = String::with_capacity(html.len() * 2);
    for line in html.lines() {
        let element = line.trim();
        let indent = line.strip_suffix(element).unwrap_or_default();
        if element == "</head>" {
            out.push_str(&format!("{}</head>\n", fill("pattern_preload")?));
        } else if !element.contains("data-trunk") {
            out.push_str(&format!("{line}\n"));
        } else if element.contains("rel=\"rust\"") {
            out.push_str(&format!("{indent}{}\n", fill("pattern_script")?));
        } else if let (true, Some(path)) = (element.contains("rel=\"css\""), attribute(element, "href")) {
            let (file, integrity) = css(path)?;
            out.push_str(&format!(
                "{indent}<link rel=\"stylesheet\" href=\"./{file}\" integrity=\"{integrity}\"/>\n"
            ));
        } else {
            return Err(format!("xtask does not build this element of index.html: {element}"));
        }
    }
    Ok(out)
}

fn setting<'a>(settings: &'a str, key: &str) -> Option<&'a str> {
    let value =
        |line: &'a str| line.strip_prefix(key)?.trim_start().strip_prefix('=')?.trim().strip_prefix('\'');
    settings.lines().find_map(value)?.strip_suffix('\'')
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = "pattern_script = '<script src=\"{base}s.js?js={js}&amp;wasm={wasm}\"></script>'\n\
                            pattern_preload = '<link href=\"{base}{wasm}\">'\n";

    fn made(html: &str) -> Outcome<String> {
        page(html, SETTINGS, "app-1", |path| Ok((format!("{}-2.css", path.len()), "sha384-x".to_owned())))
    }

    #[test]
    fn trunks_elements_become_the_files_and_the_rest_stays() {
        let html = "<head>\n  <title>T</title>\n  <link data-trunk rel=\"rust\" data-bin=\"app\">\n  \
                    <link data-trunk rel=\"css\" href=\"style/a.css\">\n</head>\n<p>x</p>\n";
        let expected = "<head>\n  <title>T</title>\n  <script src=\"./s.js?js=app-1.js&amp;wasm=app-1_bg.wasm\">\
                        </script>\n  <link rel=\"stylesheet\" href=\"./11-2.css\" integrity=\"sha384-x\"/>\n\
                        <link href=\"./app-1_bg.wasm\"></head>\n<p>x</p>\n";
        assert_eq!(made(html).unwrap(), expected);
    }

    #[test]
    fn an_element_that_only_trunk_knows_is_refused() {
        assert!(made("<link data-trunk rel=\"copy-dir\" href=\"x\">").is_err());
        assert!(page("</head>", "", "app", |_| Ok(Default::default())).is_err());
    }

    #[test]
    fn trunk_and_xtask_compile_the_page_alike() {
        let html = std::fs::read_to_string(crate::place::root().join("index.html")).unwrap();
        let rust = html.lines().find(|line| line.contains("rel=\"rust\"")).unwrap();
        let page = &crate::build::worker::PAGE;
        assert_eq!(attribute(rust, "data-cargo-profile"), Some(page.profile));
        assert_eq!(attribute(rust, "data-cargo-features"), Some(page.features));
        assert_eq!(
            attribute(rust, "data-wasm-opt").map(|level| format!("-O{level}")).as_deref(),
            Some(page.level)
        );
        let features = page.flavour.wasm_opt_features().join(" ");
        assert_eq!(attribute(rust, "data-wasm-opt-params"), Some(features.as_str()));
    }
}
