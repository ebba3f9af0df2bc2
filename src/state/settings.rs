use crate::types::{Column, ColumnId, Endpoint, ModelRef, Parameters, Recipe};
use serde::{Deserialize, Serialize};

const KEY: &str = "sidecite.settings";

/// What the person set, kept in this browser. Holds no key and no document text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// How evidence comes about.
    pub recipe: Recipe,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// Servers the person entered.
    pub endpoints: Vec<Endpoint>,
    /// Context that the built-in model's prompt and answer may fill together.
    pub budget_tokens: u32,
    /// Light, dark, or as the system has it.
    pub theme: Theme,
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
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
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
/// Most columns on the screen.
pub const MOST_COLUMNS: usize = 8;

impl Default for Settings {
    /// Quotes, and the model in the tab with and without the documents: a comparison that needs no key.
    fn default() -> Self {
        let column = |id, model, with_documents| Column {
            id: ColumnId(id),
            model,
            parameters: Parameters::default(),
            with_documents,
        };
        Self {
            recipe: Recipe::default(),
            columns: vec![
                column(1, ModelRef::Extractive, true),
                column(2, ModelRef::SmolLm2, true),
                column(3, ModelRef::SmolLm2, false),
            ],
            endpoints: Vec::new(),
            budget_tokens: 768,
            theme: Theme::System,
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

    /// The name of a model for people, and where it runs.
    pub fn model_name(&self, model: &ModelRef) -> (String, String) {
        match model {
            ModelRef::Extractive => ("Extractive quotes".into(), "built in, no model".into()),
            ModelRef::SmolLm2 => ("SmolLM2 135M".into(), "built in, runs in this tab".into()),
            ModelRef::Chrome => ("Chrome's built-in model".into(), "in this browser".into()),
            ModelRef::Remote { endpoint, model } => {
                let host = self.endpoint(*endpoint).map(|endpoint| endpoint.name.clone());
                (model.clone(), host.unwrap_or_else(|| "endpoint removed".into()))
            }
        }
    }

    /// What is usable of what was remembered: at most eight columns with names of their own, values in range.
    fn mended(mut self) -> Self {
        let mut seen = Vec::new();
        self.columns.retain(|column| {
            let fresh = !seen.contains(&column.id);
            seen.push(column.id);
            fresh
        });
        self.columns.truncate(MOST_COLUMNS);
        if self.columns.is_empty() {
            self.columns = Self::default().columns;
        }
        self.budget_tokens = self.budget_tokens.clamp(*BUDGET_TOKENS.start(), *BUDGET_TOKENS.end());
        if crate::chunk::validate(self.recipe.chunking).is_err() {
            self.recipe.chunking = Default::default();
        }
        if crate::retrieve::validate(&self.recipe.retrieval).is_err() {
            self.recipe.retrieval = Default::default();
        }
        self
    }
}

/// What this browser remembers, or the defaults.
pub(super) fn load() -> Settings {
    storage()
        .and_then(|storage| storage.get_item(KEY).ok().flatten())
        .and_then(|json| serde_json::from_str::<Settings>(&json).ok())
        .map(Settings::mended)
        .unwrap_or_default()
}

/// Remembers; a browser that forbids storage forgets with the tab.
pub(super) fn save(settings: &Settings) {
    if let (Some(storage), Ok(json)) = (storage(), serde_json::to_string(settings)) {
        let _ = storage.set_item(KEY, &json);
    }
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembered_nonsense_is_mended() {
        let mut settings = Settings { budget_tokens: 1, ..Settings::default() };
        settings.columns = vec![settings.columns[0].clone(); 12];
        settings.recipe.chunking.size_tokens = 0;
        let mended = settings.mended();
        assert_eq!(mended.columns.len(), 1);
        assert_eq!(mended.budget_tokens, 512);
        assert_eq!(mended.recipe.chunking, Default::default());
        assert_eq!(mended.next_column_id(), ColumnId(2));
    }

    #[test]
    fn unknown_and_missing_fields_are_no_reason_to_forget() {
        let settings: Settings = serde_json::from_str(r#"{"budget_tokens": 2048, "future": 1}"#).unwrap();
        assert_eq!(settings.budget_tokens, 2048);
        assert_eq!(settings.columns.len(), 3);
    }
}
