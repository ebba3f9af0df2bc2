//! Which language the page is in: the person's choice, else the browser's first that the site has, else English.

use crate::browser::fetch::site_file;
use crate::messages::{Catalogue, set_current};
use crate::state::{AppState, settings};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// English by its code.
const EN: &str = "en";

/// Codes and names of the languages that the site has, English first: the build lists the others in `index.html`.
pub fn languages() -> Vec<(String, String)> {
    let listed = document().query_selector("meta[name='sidecite-languages']").ok().flatten();
    let listed = listed.and_then(|meta| meta.get_attribute("content")).unwrap_or_default();
    with_english(&listed)
}

/// `de Deutsch, fr Français` → codes and names.
fn with_english(listed: &str) -> Vec<(String, String)> {
    let others = listed.split(',').filter_map(|entry| entry.trim().split_once(' '));
    let others = others.map(|(code, name)| (code.to_owned(), name.to_owned()));
    [(EN.to_owned(), "English".to_owned())].into_iter().chain(others).collect()
}

/// The code of the language to use.
fn wanted(chosen: Option<&str>, browser: &[String], offered: &[(String, String)]) -> String {
    let has = |code: &&str| offered.iter().any(|(known, _)| known == code);
    let primary = |tag: &String| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let chosen = chosen.filter(has).map(str::to_owned);
    let first = || browser.iter().map(primary).find(|code| has(&code.as_str()));
    chosen.or_else(first).unwrap_or_else(|| EN.to_owned())
}

/// Loads the texts that the page needs before it is drawn; nothing where they are built in.
pub fn first_language() -> Option<impl Future<Output = ()>> {
    let code = wanted_now(settings::initial().language.as_deref());
    (code != EN).then(|| use_language(code))
}

fn wanted_now(chosen: Option<&str>) -> String {
    let browser: Vec<String> =
        window().navigator().languages().iter().filter_map(|tag: JsValue| tag.as_string()).collect();
    wanted(chosen, &browser, &languages())
}

/// Uses a language from now on; English where its texts do not come.
async fn use_language(code: String) {
    let catalogue = load(&code).await;
    set_current(catalogue);
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("lang", catalogue.map_or(EN, |_| &code));
    }
}

impl AppState {
    /// Shows the page in the language of the settings: what is on the screen is drawn again.
    pub async fn change_language(self) {
        use_language(self.settings.with_untracked(|settings| wanted_now(settings.language.as_deref()))).await;
        for cell in self.session.columns.cells_now() {
            cell.value.update(|view| {
                (view.name, view.place) =
                    self.settings.with_untracked(|settings| settings.column_name(&view.column));
            });
        }
        self.view.language.update(|drawn| *drawn += 1);
    }
}

async fn load(code: &str) -> Option<&'static Catalogue> {
    if code == EN {
        return None;
    }
    let build = option_env!("SIDECITE_BUILD_ID").unwrap_or("dev");
    let bytes = site_file(&format!("./languages/{code}.txt?v={build}"), |_, _| {}).await.ok()?;
    // For as long as the page: texts are borrowed from it everywhere.
    let file: &'static str = Box::leak(String::from_utf8(bytes).ok()?.into_boxed_str());
    Catalogue::parse(file).map(|catalogue| &*Box::leak(Box::new(catalogue)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_comes_before_the_browser_and_the_browser_before_english() {
        let offered = with_english("de Deutsch, pt-BR Português");
        let browser = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
        assert_eq!(wanted(Some("de"), &browser(&["en-US"]), &offered), "de");
        assert_eq!(wanted(Some("en"), &browser(&["de-AT", "en"]), &offered), "en");
        assert_eq!(wanted(None, &browser(&["fr-CA", "de_CH", "en"]), &offered), "de");
        assert_eq!(wanted(None, &browser(&["ja"]), &offered), "en");
        assert_eq!(wanted(Some("xx"), &browser(&["DE"]), &offered), "de");
        assert_eq!(wanted(None, &[], &with_english("")), "en");
    }
}
