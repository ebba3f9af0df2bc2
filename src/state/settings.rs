mod columns;
mod lenient;
mod panes;
mod recipes;
mod vary;

use crate::run::HistoryLimits;
use crate::state::providers::catalogue::host_of;
use crate::state::{AppState, Shortcuts};
use crate::types::{Column, ColumnId, Endpoint, ModelRef};
pub use columns::ColumnSet;
pub(in crate::state) use columns::clean;
use lenient::parse;
use leptos::prelude::*;
pub use panes::{PANE_WIDTHS, Side, SidePanes};
pub use recipes::{MAX_RECIPES, NamedRecipe, Recipes, Starter};
use serde::{Deserialize, Serialize};
pub use vary::{Knob, Planned, Variation, values};

/// One for all copies of the site on an origin: it holds no document.
const KEY: &str = "sidecite.settings";
/// The last settings that could not be read whole, as they were.
const UNREADABLE_KEY: &str = "sidecite.settings.unreadable";

/// What the person set, kept in this browser. Holds no key and no document text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// How evidence comes about.
    pub recipes: Recipes,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// Names that the person gave columns.
    pub column_names: Vec<(ColumnId, String)>,
    /// Columns kept under names.
    pub column_sets: Vec<ColumnSet>,
    /// Servers the person entered.
    pub endpoints: Vec<Endpoint>,
    /// Context that the built-in model's prompt and answer may fill together.
    pub budget_tokens: u32,
    /// The code of the page's language; nothing where it is the browser's.
    pub language: Option<String>,
    /// Light, dark, or as the system has it.
    pub theme: Theme,
    /// The panes beside the answers.
    pub panes: SidePanes,
    /// The keys.
    pub shortcuts: Shortcuts,
    /// How much history is kept.
    pub history: HistoryLimits,
    /// Parameters that a model was found not to take: endpoint, model, parameter.
    pub omitted: Vec<(u32, String, String)>,
    /// Context windows in tokens as hosts list them: endpoint, model, tokens.
    pub context_limits: Vec<(u32, String, u32)>,
}

/// Colours of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The word for `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => n!("system"),
            Self::Light => n!("light"),
            Self::Dark => n!("dark"),
        }
    }

    /// The one after it, for a button that goes round.
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }
}

/// Smallest and largest context budget of the built-in model.
pub const BUDGET_TOKENS: std::ops::RangeInclusive<u32> = 512..=8192;
/// Most columns side by side.
pub const MAX_COLUMNS: usize = 8;
/// Most columns in a grid.
pub const MAX_GRID: usize = 64;

impl Default for Settings {
    /// Quotes: an answer that needs no key and no download. The person adds models.
    fn default() -> Self {
        let quotes = Column::new(ColumnId(1), ModelRef::Extractive);
        Self {
            recipes: Recipes::default(),
            columns: vec![quotes],
            column_names: Vec::new(),
            column_sets: Vec::new(),
            endpoints: Vec::new(),
            budget_tokens: 768,
            language: None,
            theme: Theme::System,
            panes: SidePanes::default(),
            shortcuts: Shortcuts::default(),
            history: HistoryLimits::default(),
            omitted: Vec::new(),
            context_limits: Vec::new(),
        }
    }
}

impl Settings {
    /// A number that no column has.
    pub fn next_column_id(&self) -> ColumnId {
        ColumnId(self.columns.iter().map(|column| column.id.0).max().unwrap_or(0) + 1)
    }

    /// A number that no endpoint has.
    pub fn next_endpoint_id(&self) -> u32 {
        self.endpoints.iter().map(|endpoint| endpoint.id).max().unwrap_or(0) + 1
    }

    /// The endpoint of that number.
    pub fn endpoint(&self, id: u32) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
    }

    /// The number of the endpoint that equals `endpoint` but for number and name; a new one is added. It becomes the
    /// last one, so that the last is the one used last.
    pub fn endpoint_for(&mut self, mut endpoint: Endpoint) -> u32 {
        let known = self.endpoints.iter().position(|known| {
            endpoint == Endpoint { id: endpoint.id, name: endpoint.name.clone(), ..known.clone() }
        });
        endpoint.id = match known {
            Some(at) => self.endpoints.remove(at).id,
            None => self.next_endpoint_id(),
        };
        let id = endpoint.id;
        self.endpoints.push(endpoint);
        id
    }

    /// Parameters that this model was found not to take.
    pub fn omitted(&self, endpoint: u32, model: &str) -> Vec<String> {
        let own = self.omitted.iter().filter(|(at, name, _)| *at == endpoint && name == model);
        own.map(|(.., parameter)| parameter.clone()).collect()
    }

    /// Remembers that this model does not take `parameter`.
    pub fn omit(&mut self, endpoint: u32, model: &str, parameter: &str) {
        let entry = (endpoint, model.to_owned(), parameter.to_owned());
        if !self.omitted.contains(&entry) {
            self.omitted.push(entry);
        }
    }

    /// Tokens that this model's host says its context has.
    pub fn context_limit(&self, endpoint: u32, model: &str) -> Option<u32> {
        let found = self.context_limits.iter().find(|(at, name, _)| *at == endpoint && name == model);
        found.map(|(.., tokens)| *tokens)
    }

    /// Remembers what the host says.
    pub fn set_context_limit(&mut self, endpoint: u32, model: &str, tokens: u32) {
        self.context_limits.retain(|(at, name, _)| *at != endpoint || name != model);
        self.context_limits.push((endpoint, model.to_owned(), tokens));
    }

    /// The name of a model for people, and where it runs.
    pub fn model_name(&self, model: &ModelRef) -> (String, String) {
        match model {
            ModelRef::Extractive => (t!("Extractive quotes").into(), t!("built in, no model").into()),
            ModelRef::SmolLm2 => ("SmolLM2 135M".into(), t!("built in, runs in this tab").into()),
            ModelRef::Chrome => (t!("Chrome's built-in model").into(), t!("in this browser").into()),
            ModelRef::Remote { endpoint, model } => {
                (model.clone(), self.endpoint(*endpoint).map_or_else(|| t!("endpoint removed").into(), place))
            }
        }
    }

    /// What is usable of what was remembered: no more columns than there may be, with names of their own, values in range.
    fn sanitized(mut self) -> Self {
        let mut seen = Vec::new();
        self.columns.retain(|column| {
            let fresh = !seen.contains(&column.id);
            seen.push(column.id);
            fresh
        });
        self.columns.truncate(MAX_GRID);
        self.budget_tokens = self.budget_tokens.clamp(*BUDGET_TOKENS.start(), *BUDGET_TOKENS.end());
        self.panes = self.panes.clamped();
        self.recipes.sanitize();
        self
    }
}

/// Where an endpoint is, for people: the provider, its region or resource, and the gateway it is reached through.
pub fn place(endpoint: &Endpoint) -> String {
    let mut parts = vec![endpoint.name.clone()];
    // The blank that tells two of them apart; of several the one that says where.
    let telling = ["region", "location", "resource"].iter().find_map(|name| endpoint.url_params.get(*name));
    parts.extend(
        telling.or_else(|| endpoint.url_params.values().next()).filter(|value| !value.is_empty()).cloned(),
    );
    let host = host_of(&endpoint.base_url);
    if !host.is_empty() && host != endpoint.name {
        parts.push(host.to_owned());
    }
    parts.join(" · ")
}

/// What this browser remembers; nothing where it remembers nothing. What cannot be read of it takes its default, and the
/// whole is kept beside it as it was.
fn load() -> Option<Settings> {
    let storage = storage()?;
    let json = storage.get_item(KEY).ok().flatten()?;
    let (settings, is_whole) = parse(&json);
    if !is_whole {
        let _ = storage.set_item(UNREADABLE_KEY, &json);
    }
    Some(settings)
}

/// The settings that a page starts with: never without a column.
pub(in crate::state) fn initial() -> Settings {
    let mut settings = load().unwrap_or_default();
    if settings.columns.is_empty() {
        settings.columns = Settings::default().columns;
    }
    settings
}

/// Remembers; a browser that forbids storage forgets with the tab.
pub(in crate::state) fn save(settings: &Settings) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(settings)) {
        let _ = storage.set_item(KEY, &json);
    }
}

/// Forgets.
pub(in crate::state) fn clear() {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(KEY);
    }
}

pub(in crate::state) fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

impl AppState {
    /// Changes the settings and remembers them. The change is made to what is stored: another tab may have changed the rest.
    pub fn set(self, change: impl FnOnce(&mut Settings)) {
        let mut settings = load().unwrap_or_else(|| self.settings.get_untracked());
        change(&mut settings);
        save(&settings);
        self.settings.set(settings);
    }

    /// Follows what other tabs set.
    pub(in crate::state) fn follow_settings(self) {
        let follow = move |event: web_sys::StorageEvent| {
            if event.key().is_none_or(|key| key == KEY)
                && let Some(settings) = load()
            {
                self.settings.set(settings);
                self.sync_columns();
            }
        };
        drop(window_event_listener(leptos::ev::storage, follow));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembered_nonsense_is_sanitized() {
        let mut settings = Settings { budget_tokens: 1, ..Settings::default() };
        settings.columns = vec![settings.columns[0].clone(); 12];
        settings.recipes.first.recipe.chunking.size_tokens = 0;
        let sanitized = settings.sanitized();
        assert_eq!(sanitized.columns.len(), 1);
        assert_eq!(sanitized.budget_tokens, 512);
        assert_eq!(sanitized.recipe().chunking, Default::default());
        assert_eq!(sanitized.next_column_id(), ColumnId(2));
    }

    #[test]
    fn the_last_column_can_be_removed() {
        let none = Settings { columns: Vec::new(), ..Settings::default() };
        let (read, is_whole) = parse(&serde_json::to_string(&none).unwrap());
        assert!(is_whole && read.columns.is_empty());
    }

    #[test]
    fn endpoints_of_the_first_version_are_read_as_custom_ones() {
        let old = r#"{"columns": [{"id": 4, "model": {"Remote": {"endpoint": 1, "model": "m"}},
            "parameters": {"max_tokens": null, "temperature": 0.5, "top_p": null, "seed": null}, "with_documents": true}],
            "endpoints": [{"id": 1, "name": "localhost:8080", "base_url": "http://localhost:8080/v1"}]}"#;
        let (mut settings, is_whole) = parse(old);
        assert!(is_whole);
        assert_eq!(settings.columns.len(), 1);
        let endpoint = settings.endpoints[0].clone();
        assert_eq!((endpoint.provider.as_str(), endpoint.auth), ("", crate::types::AuthKind::Default));
        assert_eq!(settings.model_name(&settings.columns[0].model).1, "localhost:8080");
        let again = Endpoint { id: 0, name: String::new(), ..endpoint };
        assert_eq!(settings.endpoint_for(again), 1);
    }

    #[test]
    fn an_equal_endpoint_keeps_its_number_and_becomes_the_last() {
        let mut settings = Settings::default();
        let at = |region: &str| Endpoint {
            name: "Bedrock".into(),
            provider: "bedrock".into(),
            url_params: [("region".to_owned(), region.to_owned())].into(),
            ..Endpoint::default()
        };
        let (first, second) = (settings.endpoint_for(at("us")), settings.endpoint_for(at("eu")));
        assert_ne!(first, second);
        assert_eq!(settings.endpoint_for(at("us")), first);
        assert_eq!(
            settings.endpoints.iter().map(|endpoint| endpoint.id).collect::<Vec<_>>(),
            [second, first]
        );
        let other = Endpoint { auth: crate::types::AuthKind::SigV4, ..at("us") };
        assert_ne!(settings.endpoint_for(other), first);
        assert_eq!(place(&settings.endpoints[0]), "Bedrock · eu");
        assert_eq!(
            place(&Endpoint { base_url: "http://localhost:4000/v1".into(), ..at("eu") }),
            "Bedrock · eu · localhost:4000"
        );
    }

    #[test]
    fn an_omitted_parameter_is_of_one_model_and_remembered_once() {
        let mut settings = Settings::default();
        settings.omit(1, "m", "temperature");
        settings.omit(1, "m", "temperature");
        settings.omit(1, "n", "top_p");
        assert_eq!(settings.omitted(1, "m"), ["temperature"]);
        assert!(settings.omitted(2, "m").is_empty());
        let kept = parse(&serde_json::to_string(&settings).unwrap());
        assert_eq!(kept, (settings, true));
    }

    #[test]
    fn unknown_and_missing_fields_are_no_reason_to_forget() {
        let (settings, is_whole) = parse(r#"{"budget_tokens": 2048, "future": 1}"#);
        assert!(is_whole);
        assert_eq!(settings.budget_tokens, 2048);
        assert_eq!(settings.columns, Settings::default().columns);
    }

    #[test]
    fn an_unknown_value_loses_only_itself() {
        let mut settings = Settings { budget_tokens: 2048, theme: Theme::Dark, ..Settings::default() };
        let quotes = settings.columns[0].clone();
        settings.columns.extend([2, 3].map(|id| Column { id: ColumnId(id), ..quotes.clone() }));
        let json = serde_json::to_value(&settings).unwrap();
        let read = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut json = json.clone();
            change(&mut json);
            let (read, is_whole) = parse(&json.to_string());
            assert!(!is_whole, "the loss is not noticed");
            read
        };
        let sepia = read(&|json| json["theme"] = "Sepia".into());
        assert_eq!(sepia, Settings { theme: Theme::System, ..settings.clone() });
        let column = read(&|json| json["columns"][1]["model"] = "Oracle".into());
        assert_eq!(column.columns, [settings.columns[0].clone(), settings.columns[2].clone()]);
        let chunking =
            read(&|json| json["recipes"]["first"]["recipe"]["chunking"]["strategy"] = "Semantic".into());
        assert_eq!(chunking, settings);
        let mode = read(&|json| {
            json["recipes"]["first"]["recipe"]["retrieval"]["mode"] = "Telepathy".into();
            json["recipes"]["first"]["recipe"]["chunking"]["size_tokens"] = 64.into();
        });
        assert_eq!(mode.recipe().chunking.size_tokens, 64);
        assert_eq!(mode.recipe().retrieval, Default::default());
        let budget = read(&|json| json["budget_tokens"] = "many".into());
        assert_eq!(budget, Settings { budget_tokens: 768, ..settings.clone() });
        assert_eq!(parse("nonsense"), (Settings::default(), false));
        assert_eq!(parse("[]").0, Settings::default());
    }
}
