//! Which elements of a page a browser does not show: by attribute, by their own style, or by a rule of the page's styles.
//!
//! Text that nobody sees is where instructions for a model are hidden. Only what hides for certain counts: rules within
//! `@media` and the like are left out, as are selectors that depend on what a person does.

use ego_tree::NodeId;
use scraper::{ElementRef, Html, Selector};
use std::collections::HashSet;

/// Most rules looked at; matching takes rules × elements.
const MAX_RULES: usize = 100;

/// Elements that the rules of the page's `<style>` elements hide.
pub fn by_styles(html: &Html) -> HashSet<NodeId> {
    let mut hidden = HashSet::new();
    let Ok(styles) = Selector::parse("style") else { return hidden };
    let css: String = html.select(&styles).flat_map(|style| style.text()).collect();
    for selector in hiding_rules(&css).take(MAX_RULES) {
        if let Ok(selector) = Selector::parse(selector) {
            hidden.extend(html.select(&selector).map(|element| element.id()));
        }
    }
    hidden
}

/// Whether an element hides itself and all within it.
pub fn by_itself(element: ElementRef<'_>) -> bool {
    let attribute = |name| element.value().attr(name);
    let is_hidden = attribute("hidden").is_some_and(|value| !value.eq_ignore_ascii_case("until-found"));
    is_hidden || attribute("style").is_some_and(hides)
}

/// Whether declarations hide what they apply to.
fn hides(declarations: &str) -> bool {
    declarations.split(';').any(|declaration| {
        let Some((property, value)) = declaration.split_once(':') else { return false };
        let value = value.replace("!important", "").trim().to_ascii_lowercase();
        match property.trim().to_ascii_lowercase().as_str() {
            "display" => value == "none",
            "visibility" => value == "hidden" || value == "collapse",
            "opacity" => is_at_most(&value, 0.0),
            // One pixel or point is a dot, not a letter.
            "font-size" => is_at_most(&value, 1.0),
            "color" => value == "transparent",
            _ => false,
        }
    })
}

/// Whether a length is at most `limit` pixels or points, or nothing in another unit.
fn is_at_most(value: &str, limit: f64) -> bool {
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let unit = value.get(number.len()..).unwrap_or("");
    let limit = if matches!(unit, "" | "px" | "pt") { limit } else { 0.0 };
    number.parse::<f64>().is_ok_and(|number| number <= limit)
}

/// The selectors of top-level rules that hide.
fn hiding_rules(css: &str) -> impl Iterator<Item = &str> {
    let mut rest = css;
    std::iter::from_fn(move || {
        loop {
            let (selector, body) = rest.split_once('{')?;
            let selector = selector.rsplit(['}', ';', '/']).next().unwrap_or(selector).trim();
            let end = block_end(body);
            rest = body.get(end + 1..).unwrap_or("");
            if !selector.starts_with('@') && hides(body.get(..end).unwrap_or("")) {
                return Some(selector);
            }
        }
    })
}

/// Where the block ends that was opened before `body`.
fn block_end(body: &str) -> usize {
    let mut depth = 1usize;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    body.len()
}
