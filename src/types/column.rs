use super::{Parameters, PromptTemplate, RecipeId};
use serde::{Deserialize, Serialize};

/// Names a column for as long as it is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ColumnId(pub u32);

/// One reply beside the others: a model, its parameters, and whether it gets the documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name on the screen's inside.
    pub id: ColumnId,
    /// Who answers.
    pub model: ModelRef,
    /// Sampling and limits.
    pub parameters: Parameters,
    /// How its evidence comes about.
    #[serde(default)]
    pub recipe: RecipeId,
    /// `false` is the "no documents" baseline.
    pub with_documents: bool,
    /// Takes the place of the recipe's prompt template.
    #[serde(default)]
    pub prompt: Option<PromptTemplate>,
}

impl Column {
    /// A column with the documents, by the default recipe and with the model's defaults.
    pub fn new(id: ColumnId, model: ModelRef) -> Self {
        Self {
            id,
            model,
            parameters: Parameters::default(),
            recipe: RecipeId::default(),
            with_documents: true,
            prompt: None,
        }
    }
}

/// A model that can answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelRef {
    /// Quotes the best sentences of the evidence.
    Extractive,
    /// SmolLM2-135M-Instruct, in the tab.
    SmolLm2,
    /// Chrome's built-in model, where the browser has one.
    Chrome,
    /// A model behind an endpoint the person entered.
    Remote {
        /// `Endpoint::id`.
        endpoint: u32,
        /// The model's name there.
        model: String,
    },
}
