//! Settings as stored, read item by item: a value that this version does not know loses only itself.

use super::{ColumnSet, NamedRecipe, Recipes, Settings};
use crate::run::HistoryLimits;
use crate::types::{
    ChunkSettings, Column, ColumnId, DocumentFilter, EmbedderRef, Endpoint, PromptTemplate, QueryRewrite,
    Recipe, RecipeId, RerankerRef, RetrievalSettings,
};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// A value, or one that cannot be read.
#[derive(Deserialize)]
#[serde(untagged)]
enum Item<T> {
    Known(T),
    Unknown(IgnoredAny),
}

/// A value that may be missing or unreadable.
type Maybe<T> = Option<Item<T>>;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Stored {
    /// Of versions that had one recipe.
    recipe: Maybe<StoredRecipe>,
    recipes: Maybe<StoredRecipes>,
    columns: Maybe<Vec<Item<Column>>>,
    column_names: Maybe<Vec<Item<(ColumnId, String)>>>,
    column_sets: Maybe<Vec<Item<ColumnSet>>>,
    endpoints: Maybe<Vec<Item<Endpoint>>>,
    budget_tokens: Maybe<u32>,
    language: Maybe<String>,
    theme: Maybe<super::Theme>,
    panes: Maybe<super::SidePanes>,
    shortcuts: Maybe<super::Shortcuts>,
    history: Maybe<HistoryLimits>,
    omitted: Maybe<Vec<Item<(u32, String, String)>>>,
    context_limits: Maybe<Vec<Item<(u32, String, u32)>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StoredRecipes {
    first: Maybe<StoredNamed>,
    others: Maybe<Vec<Item<StoredNamed>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StoredNamed {
    id: Maybe<RecipeId>,
    name: Maybe<String>,
    recipe: Maybe<StoredRecipe>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StoredRecipe {
    chunking: Maybe<ChunkSettings>,
    embedder: Maybe<EmbedderRef>,
    retrieval: Maybe<RetrievalSettings>,
    filter: Maybe<DocumentFilter>,
    rewrite: Maybe<QueryRewrite>,
    reranker: Maybe<StoredReranker>,
    prompt: Maybe<PromptTemplate>,
}

/// A reranker; before there was a built-in one, every one was a host's.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredReranker {
    Known(RerankerRef),
    Host { endpoint: Endpoint, model: String },
}

impl From<StoredReranker> for RerankerRef {
    fn from(stored: StoredReranker) -> Self {
        match stored {
            StoredReranker::Known(reranker) => reranker,
            StoredReranker::Host { endpoint, model } => Self::Remote { endpoint, model },
        }
    }
}

/// Takes items out and notices what is lost.
struct Reading {
    is_whole: bool,
}

impl Reading {
    fn item<T: DeserializeOwned>(&mut self, item: Maybe<T>) -> Option<T> {
        match item {
            None => None,
            Some(Item::Known(value)) => Some(value),
            Some(Item::Unknown(IgnoredAny)) => {
                self.is_whole = false;
                None
            }
        }
    }

    fn named(&mut self, stored: StoredNamed) -> NamedRecipe {
        let recipe = self.item(stored.recipe).unwrap_or_default();
        NamedRecipe {
            id: self.item(stored.id).unwrap_or_default(),
            name: self.item(stored.name),
            recipe: self.recipe(recipe),
        }
    }

    fn recipe(&mut self, stored: StoredRecipe) -> Recipe {
        Recipe {
            chunking: self.item(stored.chunking).unwrap_or_default(),
            embedder: self.item(stored.embedder).unwrap_or_default(),
            retrieval: self.item(stored.retrieval).unwrap_or_default(),
            filter: self.item(stored.filter).unwrap_or_default(),
            rewrite: self.item(stored.rewrite),
            reranker: self.item(stored.reranker).map(RerankerRef::from),
            prompt: self.item(stored.prompt),
        }
    }

    fn list<T: DeserializeOwned>(&mut self, items: Maybe<Vec<Item<T>>>) -> Option<Vec<T>> {
        let items = self.item(items)?;
        Some(items.into_iter().filter_map(|item| self.item(Some(item))).collect())
    }
}

/// The settings in `json`, and whether all of it could be read. What could not takes its default.
pub(super) fn parse(json: &str) -> (Settings, bool) {
    let default = Settings::default();
    let Ok(stored) = serde_json::from_str::<Stored>(json) else { return (default, false) };
    let mut reading = Reading { is_whole: true };
    let recipes = reading.item(stored.recipes).unwrap_or_default();
    let first = match reading.item(recipes.first) {
        Some(first) => first,
        None => StoredNamed { recipe: stored.recipe, ..StoredNamed::default() },
    };
    let others = reading.list(recipes.others).unwrap_or_default();
    let recipes = Recipes {
        first: reading.named(first),
        others: others.into_iter().map(|other| reading.named(other)).collect(),
    };
    let settings = Settings {
        recipes,
        columns: reading.list(stored.columns).unwrap_or(default.columns),
        column_names: reading.list(stored.column_names).unwrap_or_default(),
        column_sets: reading.list(stored.column_sets).unwrap_or_default(),
        endpoints: reading.list(stored.endpoints).unwrap_or_default(),
        budget_tokens: reading.item(stored.budget_tokens).unwrap_or(default.budget_tokens),
        language: reading.item(stored.language),
        theme: reading.item(stored.theme).unwrap_or(default.theme),
        panes: reading.item(stored.panes).unwrap_or_default(),
        shortcuts: reading.item(stored.shortcuts).unwrap_or_default(),
        history: reading.item(stored.history).unwrap_or_default(),
        omitted: reading.list(stored.omitted).unwrap_or_default(),
        context_limits: reading.list(stored.context_limits).unwrap_or_default(),
    };
    (settings.sanitized(), reading.is_whole)
}
