//! The evidence of several recipes for one question, without any model.

use super::once::Stopper;
use crate::state::{AppState, NamedRecipe};
use crate::types::{
    EmbedderRef, Evidence, Recipe, RecipeId, RerankerRef, RetrievalMode, RewriteKind, UserError,
};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::collections::HashSet;
use std::sync::Arc;

/// Most recipes side by side.
pub const MAX_COMPARED: usize = 4;

/// What a recipe found, under its name of then.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The recipe.
    pub id: RecipeId,
    /// Its name.
    pub name: String,
    /// The evidence, or why there is none.
    pub found: Result<Arc<Evidence>, UserError>,
    /// What a model was asked for before the search, if one was.
    pub rewritten: Option<RewriteKind>,
}

/// Retrieval by several recipes side by side.
#[derive(Clone, Copy)]
pub struct Comparison {
    /// It is shown in place of the columns.
    pub open: RwSignal<bool>,
    /// Recipes that the person left out; so that a new one takes part at once.
    pub left_out: RwSignal<HashSet<RecipeId>>,
    /// What was found last.
    pub results: RwSignal<Vec<Compared>>,
    /// A search is under way.
    pub is_busy: RwSignal<bool>,
    /// The question changed while a search was under way.
    again: StoredValue<bool>,
}

impl Default for Comparison {
    fn default() -> Self {
        Self {
            open: RwSignal::new(false),
            left_out: RwSignal::new(HashSet::new()),
            results: RwSignal::new(Vec::new()),
            is_busy: RwSignal::new(false),
            again: StoredValue::new(false),
        }
    }
}

impl AppState {
    /// The recipes that are compared; tracks the choice and the settings.
    pub fn compared_recipes(self) -> Vec<NamedRecipe> {
        let left_out = self.comparison.left_out.get();
        self.settings.with(|settings| {
            let chosen = settings.recipes.iter().filter(|named| !left_out.contains(&named.id));
            chosen.take(MAX_COMPARED).cloned().collect()
        })
    }

    /// Whether a search by them sends nothing and asks no model, so that it can follow what is typed. Tracks them.
    pub fn compares_locally(self) -> bool {
        self.compared_recipes().iter().all(|named| is_local(&named.recipe))
    }

    /// Searches by all of them. While one search is under way, only the newest question waits.
    pub fn compare_retrieval(self) {
        let comparison = self.comparison;
        if comparison.is_busy.get_untracked() {
            return comparison.again.set_value(true);
        }
        let question = self.session.question.get_untracked().trim().to_owned();
        if question.is_empty() {
            return comparison.results.set(Vec::new());
        }
        comparison.is_busy.set(true);
        spawn_local(async move {
            let mut results: Vec<Compared> = Vec::new();
            for NamedRecipe { id, recipe, .. } in untrack(|| self.compared_recipes()) {
                let name =
                    self.settings.with_untracked(|settings| settings.recipes.get(id).name().to_owned());
                let kind = recipe.rewrite.as_ref().map(|rewrite| rewrite.kind);
                let found = self.retrieve(question.clone(), recipe, &Stopper::default(), |_| {}).await;
                let rewritten =
                    kind.filter(|_| matches!(&found, Ok(searched) if searched.rewritten.is_some()));
                results.push(Compared {
                    id,
                    name,
                    found: found.map(|searched| searched.evidence),
                    rewritten,
                });
            }
            comparison.results.set(results);
            comparison.is_busy.set(false);
            if comparison.again.try_update_value(std::mem::take).unwrap_or(false) {
                self.compare_retrieval();
            }
        });
    }
}

/// A model that rewrites is not asked with every letter: one in the tab takes seconds.
fn is_local(recipe: &Recipe) -> bool {
    if recipe.rewrite.is_some() {
        return false;
    }
    let embeds = recipe.embedder != EmbedderRef::BuiltIn && recipe.retrieval.mode != RetrievalMode::Lexical;
    !embeds && recipe.reranker.as_ref().and_then(RerankerRef::endpoint).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{ModelRef, QueryRewrite};

    #[test]
    fn what_asks_a_model_does_not_follow_what_is_typed() {
        assert!(is_local(&Recipe::default()));
        for model in [ModelRef::SmolLm2, ModelRef::Remote { endpoint: 1, model: "m".into() }] {
            let rewrite = QueryRewrite { kind: RewriteKind::Rewrite, model, prompt: "{{question}}".into() };
            assert!(!is_local(&Recipe { rewrite: Some(rewrite), ..Recipe::default() }));
        }
    }
}
