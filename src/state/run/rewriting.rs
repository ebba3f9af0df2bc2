use super::once::{Asked, NotAsked, Once, Stopper};
use crate::browser::clock::now_millis;
use crate::run::{rewrite_messages, rewritten_queries, validate_rewrite};
use crate::state::{AppState, Settings};
use crate::types::problem::{rewrite, worker};
use crate::types::{
    CallFailure, ModelRef, Parameters, QueryRewrite, Recipe, RewriteKind, Rewritten, UserError,
};
use leptos::prelude::*;

/// Context for the built-in model: prompt and answer.
const BUDGET_TOKENS: u32 = 2_048;

/// What a model made of a question. What it said and cost is known even where it failed.
pub(super) struct Rewriting {
    pub rewritten: Rewritten,
    pub failure: Option<UserError>,
}

impl AppState {
    /// Has a model make queries of a question.
    ///
    /// # Errors
    /// The model could not be asked; it is named.
    pub(super) async fn rewrite(
        self,
        wanted: &QueryRewrite,
        question: &str,
        stopper: &Stopper,
    ) -> Result<Rewriting, UserError> {
        let name = self.settings.with_untracked(|settings| settings.model_name(&wanted.model).0);
        let failed = |error: UserError| rewrite::failed(name.clone(), error);
        validate_rewrite(wanted).map_err(failed)?;
        let messages = rewrite_messages(wanted, question);
        let prompt = messages.iter().map(|message| message.content.as_str()).collect();
        let parameters = self.settings.with_untracked(|settings| settings.rewrite_parameters(wanted));
        let started = now_millis();
        let asked = || Asked {
            model: wanted.model.clone(),
            messages: messages.clone(),
            parameters: parameters.clone(),
            budget_tokens: BUDGET_TOKENS,
        };
        let answered = self.ask_once(asked(), stopper).await;
        let answered = match (refused_temperature(&answered), &wanted.model) {
            // The temperature is none that the person chose: they need not be asked about it.
            (true, ModelRef::Remote { endpoint, model }) if !stopper.is_stopped() => {
                self.set(|settings| settings.omit(*endpoint, model, TEMPERATURE));
                self.ask_once(asked(), stopper).await
            }
            _ => answered,
        };
        let Once { answer, cost } = answered.map_err(|reason| {
            failed(match reason {
                NotAsked::EndpointRemoved => rewrite::endpoint_removed(),
                NotAsked::CannotWrite => rewrite::cannot_rewrite(),
                NotAsked::Refused(user_error) => user_error,
                NotAsked::NetworkStopped(reason) => worker::network_stopped(reason),
                NotAsked::ModelStopped(reason) => worker::model_crashed(reason),
            })
        })?;
        let failure = answer.failure.map(|failure| failed(failure.error));
        let is_whole = failure.is_none() && !stopper.is_stopped();
        let queries =
            if is_whole { rewritten_queries(wanted.kind, question, &answer.text) } else { Vec::new() };
        let took_millis = now_millis() - started;
        let rewritten =
            Rewritten { prompt, text: answer.text, queries, usage: answer.usage, cost, took_millis };
        Ok(Rewriting { rewritten, failure })
    }
}

/// The parameter's name in requests.
const TEMPERATURE: &str = "temperature";

fn refused_temperature(answered: &Result<Once, NotAsked>) -> bool {
    let failure = answered.as_ref().ok().and_then(|once| once.answer.failure.as_ref());
    let parameter = |failure: &CallFailure| failure.parameter.as_deref() == Some(TEMPERATURE);
    failure.is_some_and(parameter)
}

impl Settings {
    /// Sampling and limits of query rewriting: always the same answer, and a short one. A model that thinks does so as in the first
    /// column that has it.
    pub(in crate::state) fn rewrite_parameters(&self, wanted: &QueryRewrite) -> Parameters {
        let column = self.columns.iter().find(|column| column.model == wanted.model);
        let max_tokens = match (&wanted.model, wanted.kind) {
            // It wanders when it may go on.
            (ModelRef::SmolLm2, _) => 160,
            // Models that think do it within the limit.
            (_, RewriteKind::Rewrite | RewriteKind::MultiQuery) => 512,
            (_, RewriteKind::Hyde) => 768,
        };
        Parameters {
            max_tokens: Some(max_tokens),
            temperature: Some(0.0),
            effort: column.and_then(|column| column.parameters.effort),
            ..Parameters::default()
        }
    }

    /// The models that rewrite questions for the columns, each call once: recipes that retrieve alike share one.
    pub(in crate::state) fn rewrites(&self) -> Vec<&QueryRewrite> {
        let mut used: Vec<&Recipe> = Vec::new();
        for column in self.columns.iter().filter(|column| column.with_documents) {
            let recipe = self.recipe_of(column);
            if !used.iter().any(|known| known.retrieves_like(recipe)) {
                used.push(recipe);
            }
        }
        used.into_iter().filter_map(|recipe| recipe.rewrite.as_ref()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Column, ColumnId, Effort, PromptTemplate};

    fn rewrite(model: ModelRef) -> QueryRewrite {
        QueryRewrite { kind: RewriteKind::Hyde, model, prompt: "{{question}}".into() }
    }

    #[test]
    fn a_model_that_rewrites_thinks_as_its_column_does_and_samples_nothing() {
        let model = ModelRef::Remote { endpoint: 1, model: "m".into() };
        let mut settings = Settings::default();
        let parameters =
            Parameters { effort: Some(Effort::Low), temperature: Some(0.7), ..Parameters::default() };
        settings.columns.push(Column { parameters, ..Column::new(ColumnId(2), model.clone()) });
        let own = settings.rewrite_parameters(&rewrite(model));
        assert_eq!((own.temperature, own.effort, own.max_tokens), (Some(0.0), Some(Effort::Low), Some(768)));
        assert_eq!(settings.rewrite_parameters(&rewrite(ModelRef::SmolLm2)).max_tokens, Some(160));
    }

    #[test]
    fn recipes_that_retrieve_alike_are_rewritten_for_once() {
        let mut settings = Settings::default();
        settings.recipes.first.recipe.rewrite = Some(rewrite(ModelRef::SmolLm2));
        let prompt = Some(PromptTemplate { system: String::new(), user: "{{question}}".into() });
        let like = Recipe { prompt, ..settings.recipe().clone() };
        let like = settings.recipes.add("Like", like).unwrap();
        let other = Recipe { rewrite: Some(rewrite(ModelRef::Chrome)), ..Recipe::default() };
        let other = settings.recipes.add("Other", other).unwrap();
        assert_eq!(settings.rewrites().len(), 1);
        let column = |id, recipe| Column { recipe, ..Column::new(ColumnId(id), ModelRef::Extractive) };
        settings.columns.extend([column(2, like), column(3, other)]);
        assert_eq!(settings.rewrites().len(), 2);
        settings.columns.iter_mut().for_each(|column| column.with_documents = false);
        assert!(settings.rewrites().is_empty());
    }
}
