//! Columns made from lists: models × recipes, or one parameter over values.

use super::Settings;
use crate::types::{Column, ColumnId, Parameters, Recipe, RecipeId};

/// A parameter that can be given several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// Passages that become evidence.
    TopK,
    /// Tokens in a chunk.
    ChunkSize,
    /// Tokens that neighbouring chunks share.
    Overlap,
    /// Candidates of each ranking.
    Candidates,
    /// Sampling temperature, of the column.
    Temperature,
    /// Most output tokens, of the column.
    MaxTokens,
}

impl Knob {
    /// All of them, in the order shown.
    pub const ALL: [Self; 6] =
        [Self::TopK, Self::ChunkSize, Self::Overlap, Self::Candidates, Self::Temperature, Self::MaxTokens];

    /// Its name, in English: `messages` may have another.
    pub fn name(self) -> &'static str {
        match self {
            Self::TopK => n!("passages"),
            Self::ChunkSize => n!("chunk size"),
            Self::Overlap => n!("overlap"),
            Self::Candidates => n!("candidates"),
            Self::Temperature => n!("temperature"),
            Self::MaxTokens => n!("max tokens"),
        }
    }

    /// The knob of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|knob| knob.name() == name)
    }

    /// A recipe with that value; nothing where it is no value of a recipe, or not a possible one.
    fn turned(self, recipe: &Recipe, value: f64) -> Option<Recipe> {
        let mut recipe = recipe.clone();
        let whole =
            (value >= 0.0 && value <= f64::from(u32::MAX) && value.fract() == 0.0).then_some(value as u32)?;
        match self {
            Self::TopK => recipe.retrieval.top_k = whole,
            Self::ChunkSize => recipe.chunking.size_tokens = whole,
            Self::Overlap => recipe.chunking.overlap_tokens = whole,
            Self::Candidates => recipe.retrieval.candidates = whole,
            Self::Temperature | Self::MaxTokens => return None,
        }
        let is_possible = crate::chunk::validate(recipe.chunking).is_ok()
            && crate::retrieve::validate(&recipe.retrieval).is_ok();
        is_possible.then_some(recipe)
    }

    /// Parameters with that value; nothing where it is none of a column, or not a possible one.
    fn set(self, parameters: &Parameters, value: f64) -> Option<Parameters> {
        let mut parameters = parameters.clone();
        match self {
            Self::Temperature if (0.0..=2.0).contains(&value) => parameters.temperature = Some(value as f32),
            Self::MaxTokens if value >= 1.0 && value.fract() == 0.0 && value <= f64::from(u32::MAX) => {
                parameters.max_tokens = Some(value as u32);
            }
            _ => return None,
        }
        Some(parameters)
    }

    fn is_of_recipe(self) -> bool {
        !matches!(self, Self::Temperature | Self::MaxTokens)
    }
}

/// What is varied.
#[derive(Clone, Debug, PartialEq)]
pub enum Variation {
    /// Each of these columns with each of these recipes.
    Recipes(Vec<ColumnId>, Vec<RecipeId>),
    /// Each of these columns with each of these values.
    Values(Vec<ColumnId>, Knob, Vec<f64>),
}

/// A column to be made, and the recipe that has to be there first.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The column; its number is that of the column it is made from.
    pub column: Column,
    /// A recipe under a name, which the column will use; nothing where it uses one that is there.
    pub recipe: Option<(String, Recipe)>,
}

impl Settings {
    /// The columns that a variation makes, without those that are there already.
    pub fn planned(&self, variation: &Variation) -> Vec<Planned> {
        let chosen = |ids: &[ColumnId]| -> Vec<Column> {
            self.columns.iter().filter(|column| ids.contains(&column.id)).cloned().collect()
        };
        let mut planned: Vec<Planned> = Vec::new();
        match variation {
            Variation::Recipes(columns, recipes) => {
                for column in chosen(columns) {
                    for id in recipes {
                        let column = Column { recipe: *id, with_documents: true, ..column.clone() };
                        planned.push(Planned { column, recipe: None });
                    }
                }
            }
            Variation::Values(columns, knob, values) => {
                for column in chosen(columns) {
                    planned.extend(values.iter().filter_map(|value| self.with_value(&column, *knob, *value)));
                }
            }
        }
        let is_same = |a: &Column, b: &Column| *a == Column { id: a.id, ..b.clone() };
        let mut new: Vec<Planned> = Vec::new();
        for plan in planned {
            let is_there =
                plan.recipe.is_none() && self.columns.iter().any(|known| is_same(known, &plan.column));
            let is_twice =
                new.iter().any(|known| known.recipe == plan.recipe && is_same(&known.column, &plan.column));
            if !is_there && !is_twice {
                new.push(plan);
            }
        }
        new
    }

    fn with_value(&self, column: &Column, knob: Knob, value: f64) -> Option<Planned> {
        if !knob.is_of_recipe() {
            let parameters = knob.set(&column.parameters, value)?;
            return Some(Planned { column: Column { parameters, ..column.clone() }, recipe: None });
        }
        let own = self.recipes.get(column.recipe);
        let recipe = knob.turned(&own.recipe, value)?;
        let column = Column { with_documents: true, ..column.clone() };
        Some(match self.recipes.iter().find(|named| named.recipe == recipe) {
            Some(known) => Planned { column: Column { recipe: known.id, ..column }, recipe: None },
            None => {
                let name = format!("{}, {} {value}", own.name(), crate::messages::text(knob.name()));
                Planned { column, recipe: Some((name, recipe)) }
            }
        })
    }
}

/// The numbers in a list such as `3, 6, 12`; nothing where something is no number.
pub fn values(typed: &str) -> Option<Vec<f64>> {
    let parts = typed.split([',', ';', ' ']).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().ok().filter(|value: &f64| value.is_finite())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ModelRef;

    fn settings() -> Settings {
        let mut settings = Settings::default();
        settings.recipes.add("Keywords", Recipe { reranker: None, ..Recipe::default() });
        settings.columns.push(Column::new(ColumnId(2), ModelRef::SmolLm2));
        settings
    }

    #[test]
    fn every_model_gets_every_recipe_and_none_twice() {
        let settings = settings();
        let both = vec![ColumnId(1), ColumnId(2)];
        let planned = settings.planned(&Variation::Recipes(both, vec![RecipeId(1), RecipeId(2)]));
        let made: Vec<_> =
            planned.iter().map(|plan| (plan.column.model.clone(), plan.column.recipe.0)).collect();
        assert_eq!(made, [(ModelRef::Extractive, 2), (ModelRef::SmolLm2, 2)]);
    }

    #[test]
    fn a_value_makes_a_recipe_unless_there_is_one() {
        let settings = settings();
        let of = |knob, values: &[f64]| {
            let planned = settings.planned(&Variation::Values(vec![ColumnId(2)], knob, values.to_vec()));
            planned.into_iter().map(|plan| plan.recipe.map(|(name, _)| name)).collect::<Vec<_>>()
        };
        let named = |name: &str| Some(name.to_owned());
        // 6 is the default: the column is there.
        assert_eq!(
            of(Knob::TopK, &[3.0, 6.0, 12.0, 3.0]),
            [named("Balanced, passages 3"), named("Balanced, passages 12")]
        );
        assert_eq!(of(Knob::ChunkSize, &[0.0, 64.0, 0.5]), [named("Balanced, chunk size 64")]);
        assert_eq!(of(Knob::Temperature, &[0.0, 0.7, 9.0]), [None, None]);
        assert_eq!(of(Knob::MaxTokens, &[0.0, 100.0]), [None]);
    }

    #[test]
    fn lists_of_numbers_are_read_as_typed() {
        assert_eq!(values("3, 6 12;24"), Some(vec![3.0, 6.0, 12.0, 24.0]));
        assert_eq!((values(""), values("3, x"), values("inf")), (Some(vec![]), None, None));
    }

    #[test]
    fn knobs_are_found_by_name() {
        assert!(Knob::ALL.into_iter().all(|knob| Knob::from_name(knob.name()) == Some(knob)));
    }
}
