//! The person's recipes: a first one, whose index the documents have as their own, and others beside it.

use super::Settings;
use super::columns::clean;
use crate::types::{
    ChunkSettings, Column, EmbedderRef, GraphSpec, IndexEngine, IndexSpec, Recipe, RecipeId, RetrievalMode,
    RetrievalSettings, additional_indexes,
};
use serde::{Deserialize, Serialize};

/// Most recipes that are kept.
pub const MAX_RECIPES: usize = 16;

/// A recipe under a name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NamedRecipe {
    /// Its number, by which columns and runs name it.
    pub id: RecipeId,
    /// The person's name for it; nothing while it has the one of the first starter.
    pub name: Option<String>,
    /// The recipe.
    pub recipe: Recipe,
}

impl NamedRecipe {
    /// Its name for people.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| t!("Balanced"))
    }
}

/// At least one recipe, in order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Recipes {
    /// The first: documents are stored with the index it needs.
    pub first: NamedRecipe,
    /// The others.
    pub others: Vec<NamedRecipe>,
}

/// A recipe that makes a good beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    /// The defaults.
    Balanced,
    /// BM25 alone: exact, any language, nothing embedded.
    KeywordsOnly,
    /// Precise hits, and many of them.
    SmallChunks,
}

impl Starter {
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::Balanced, Self::KeywordsOnly, Self::SmallChunks];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Balanced => t!("Balanced"),
            Self::KeywordsOnly => t!("Keywords only"),
            Self::SmallChunks => t!("Small chunks, large context"),
        }
    }

    /// What it is good for.
    pub fn about(self) -> &'static str {
        match self {
            Self::Balanced => t!("Meaning and words, chunks of 200 tokens, 6 passages: a good default."),
            Self::KeywordsOnly => {
                t!("BM25 alone: exact words, codes and names in any language. Nothing is embedded.")
            }
            Self::SmallChunks => {
                t!("Chunks of 64 tokens, 20 passages: precise hits from many places, for models with room.")
            }
        }
    }

    /// The recipe; what it does not say is as in `base`.
    pub fn recipe(self, base: &Recipe) -> Recipe {
        let base = Recipe {
            chunking: ChunkSettings::default(),
            retrieval: RetrievalSettings::default(),
            ..base.clone()
        };
        match self {
            Self::Balanced => base,
            Self::KeywordsOnly => Recipe {
                retrieval: RetrievalSettings { mode: RetrievalMode::Lexical, ..base.retrieval },
                rewrite: None,
                reranker: None,
                ..base
            },
            Self::SmallChunks => Recipe {
                chunking: ChunkSettings { size_tokens: 64, overlap_tokens: 0, ..base.chunking },
                retrieval: RetrievalSettings { top_k: 20, ..base.retrieval },
                ..base
            },
        }
    }
}

impl Recipes {
    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &NamedRecipe> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        1 + self.others.len()
    }

    /// The recipe of that number; the first where there is none, as after one was deleted.
    pub fn get(&self, id: RecipeId) -> &NamedRecipe {
        self.iter().find(|named| named.id == id).unwrap_or(&self.first)
    }

    /// The recipe of that number, to be changed.
    pub fn get_mut(&mut self, id: RecipeId) -> Option<&mut NamedRecipe> {
        std::iter::once(&mut self.first).chain(&mut self.others).find(|named| named.id == id)
    }

    /// Adds a recipe under a name that no other has. Nothing where there are too many.
    pub fn add(&mut self, name: &str, recipe: Recipe) -> Option<RecipeId> {
        if self.count() >= MAX_RECIPES {
            return None;
        }
        let id = RecipeId(self.iter().map(|named| named.id.0).max().unwrap_or(0) + 1);
        let name = Some(self.free_name(name, id));
        self.others.push(NamedRecipe { id, name, recipe });
        Some(id)
    }

    /// Renames it; an empty name changes nothing.
    pub fn rename(&mut self, id: RecipeId, name: &str) {
        let Some(name) = clean(name) else { return };
        let name = self.free_name(&name, id);
        if let Some(named) = self.get_mut(id).filter(|named| named.name() != name) {
            named.name = Some(name);
        }
    }

    /// Takes it out, with its place; not the last one.
    pub fn remove(&mut self, id: RecipeId) -> Option<(usize, NamedRecipe)> {
        let at = self.iter().position(|named| named.id == id)?;
        match at {
            0 if self.others.is_empty() => None,
            0 => Some((0, std::mem::replace(&mut self.first, self.others.remove(0)))),
            _ => Some((at, self.others.remove(at - 1))),
        }
    }

    /// Puts it back in its place.
    pub fn insert(&mut self, at: usize, named: NamedRecipe) {
        match at {
            0 => {
                let second = std::mem::replace(&mut self.first, named);
                self.others.insert(0, second);
            }
            _ => self.others.insert((at - 1).min(self.others.len()), named),
        }
    }

    /// Puts what cannot be into what can: values out of range, numbers that are there twice.
    pub(super) fn sanitize(&mut self) {
        let mut seen = vec![self.first.id];
        self.others.retain(|named| {
            let is_new = !seen.contains(&named.id);
            seen.push(named.id);
            is_new
        });
        self.others.truncate(MAX_RECIPES - 1);
        for named in std::iter::once(&mut self.first).chain(&mut self.others) {
            let recipe = &mut named.recipe;
            if crate::chunk::validate(recipe.chunking).is_err() {
                recipe.chunking = Default::default();
            }
            if matches!(&recipe.embedder, EmbedderRef::Remote { model, .. } if model.trim().is_empty()) {
                recipe.embedder = EmbedderRef::BuiltIn;
            }
            if crate::retrieve::validate(&recipe.retrieval).is_err() {
                recipe.retrieval = Default::default();
            }
            if recipe.rewrite.as_ref().is_some_and(|rewrite| crate::run::validate_rewrite(rewrite).is_err()) {
                recipe.rewrite = None;
            }
        }
    }

    /// `name`, with a number where another recipe has it: `Balanced 2`.
    fn free_name(&self, name: &str, id: RecipeId) -> String {
        let name = clean(name).unwrap_or_else(|| t!("Recipe").to_owned());
        let is_free = |name: &String| self.iter().all(|named| named.id == id || named.name() != name);
        let numbered = (2..).map(|number| format!("{name} {number}"));
        std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or(name)
    }
}

impl Settings {
    /// The first recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipes.first.recipe
    }

    /// The recipe of a column.
    pub fn recipe_of(&self, column: &Column) -> &Recipe {
        &self.recipes.get(column.recipe).recipe
    }

    /// The indexes that are needed beside the documents' own.
    pub fn additional_indexes(&self) -> Vec<IndexSpec> {
        additional_indexes(self.recipe(), self.recipes.others.iter().map(|named| &named.recipe))
    }

    /// Where a recipe looks things up; nothing for the documents' own index.
    pub fn index_for(&self, recipe: &Recipe) -> Option<IndexSpec> {
        let wanted = recipe.index();
        if self.recipe().own_index().serves(&wanted) {
            return None;
        }
        let known = self.additional_indexes().into_iter().find(|spec| spec.serves(&wanted));
        Some(known.unwrap_or(wanted))
    }

    /// The graph that a recipe looks meanings up in; nothing where it compares with every vector, or with none.
    pub fn graph_for(&self, recipe: &Recipe) -> Option<GraphSpec> {
        let RetrievalSettings { mode, engine, .. } = recipe.retrieval;
        if engine == IndexEngine::Exact || mode == RetrievalMode::Lexical {
            return None;
        }
        Some(GraphSpec { index: self.index_for(recipe), embedder: recipe.embedder.clone(), engine })
    }

    /// The graphs that recipes name, each once.
    pub fn graphs(&self) -> Vec<GraphSpec> {
        let mut specs = Vec::new();
        for spec in self.recipes.iter().filter_map(|named| self.graph_for(&named.recipe)) {
            if !specs.contains(&spec) {
                specs.push(spec);
            }
        }
        specs
    }
}

#[cfg(test)]
mod tests {
    use super::super::lenient::parse;
    use super::*;
    use crate::types::{ModelRef, QueryRewrite, RewriteKind};

    fn names(recipes: &Recipes) -> Vec<&str> {
        recipes.iter().map(NamedRecipe::name).collect()
    }

    #[test]
    fn the_one_recipe_of_earlier_versions_becomes_the_first() {
        let mut before = Settings::default();
        before.recipes.first.recipe.retrieval.top_k = 9;
        let recipe = serde_json::to_value(&before.recipes.first.recipe).unwrap();
        let (read, is_whole) = parse(&serde_json::json!({ "recipe": recipe }).to_string());
        assert!(is_whole);
        assert_eq!(read, before);
        let keywords = Starter::KeywordsOnly.recipe(before.recipe());
        before.recipes.add("Keywords only", keywords);
        assert_eq!(parse(&serde_json::to_string(&before).unwrap()), (before, true));
    }

    #[test]
    fn names_are_distinct_and_the_last_recipe_stays() {
        let mut recipes = Recipes::default();
        let base = recipes.first.recipe.clone();
        let keywords = recipes.add("Keywords only", Starter::KeywordsOnly.recipe(&base)).unwrap();
        recipes.add("Keywords only", base.clone()).unwrap();
        recipes.add(" Balanced ", base).unwrap();
        assert_eq!(names(&recipes), ["Balanced", "Keywords only", "Keywords only 2", "Balanced 2"]);
        recipes.rename(keywords, "Balanced");
        recipes.rename(RecipeId(3), "  ");
        assert_eq!(names(&recipes), ["Balanced", "Balanced 3", "Keywords only 2", "Balanced 2"]);
        let first = recipes.remove(RecipeId(1)).unwrap();
        assert_eq!((first.0, names(&recipes)[0]), (0, "Balanced 3"));
        assert_eq!(recipes.get(RecipeId(1)).id, keywords, "of one that is gone the first takes the place");
        recipes.insert(first.0, first.1);
        let second = recipes.remove(RecipeId(3)).unwrap();
        recipes.insert(second.0, second.1);
        assert_eq!(names(&recipes), ["Balanced", "Balanced 3", "Keywords only 2", "Balanced 2"]);
        for id in [1, 2, 3] {
            assert!(recipes.remove(RecipeId(id)).is_some());
        }
        assert_eq!(recipes.remove(RecipeId(4)), None);
    }

    #[test]
    fn query_rewriting_is_remembered_and_one_that_cannot_be_used_is_none() {
        let rewrite = |model, prompt: &str| {
            Some(QueryRewrite { kind: RewriteKind::MultiQuery, model, prompt: prompt.into() })
        };
        let read = |rewrite: Option<QueryRewrite>| {
            let mut settings = Settings::default();
            settings.recipes.first.recipe.rewrite = rewrite;
            parse(&serde_json::to_string(&settings).unwrap()).0.recipe().rewrite.clone()
        };
        assert_eq!(read(None), None);
        // The endpoint may be gone: that is said when the model is asked.
        let remote = rewrite(ModelRef::Remote { endpoint: 9, model: "m".into() }, "Q: {{question}}");
        assert_eq!(read(remote.clone()), remote);
        assert_eq!(read(rewrite(ModelRef::SmolLm2, "no question")), None);
        assert_eq!(read(rewrite(ModelRef::Extractive, "{{question}}")), None);
        let base = Recipe { rewrite: remote.clone(), ..Recipe::default() };
        assert_eq!(Starter::KeywordsOnly.recipe(&base).rewrite, None);
        assert_eq!(Starter::Balanced.recipe(&base).rewrite, remote);
    }

    #[test]
    fn there_is_an_end_of_recipes() {
        let mut recipes = Recipes::default();
        let added = (0..40).filter_map(|_| recipes.add("One", Recipe::default())).count();
        assert_eq!((added, recipes.count()), (MAX_RECIPES - 1, MAX_RECIPES));
    }

    #[test]
    fn starters_need_the_indexes_that_they_say() {
        let mut settings = Settings::default();
        for starter in Starter::ALL {
            let recipe = starter.recipe(settings.recipe());
            settings.recipes.add(starter.name(), recipe);
        }
        let sizes: Vec<u32> =
            settings.additional_indexes().iter().map(|spec| spec.chunking.size_tokens).collect();
        assert_eq!(sizes, [64]);
        let index = |name: &str| {
            let named = settings.recipes.iter().find(|named| named.name() == name).unwrap();
            settings.index_for(&named.recipe).map(|spec| spec.chunking.size_tokens)
        };
        assert_eq!((index("Keywords only"), index("Small chunks, large context")), (None, Some(64)));
    }
}
