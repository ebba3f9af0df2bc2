use super::once::{Asked, NotAsked, Stopper};
use crate::run::{condense_messages, condensed};
use crate::state::AppState;
use crate::types::problem::condense;
use crate::types::{ColumnId, ModelRef, Parameters, UserError};
use leptos::prelude::*;

/// A question is no longer than this.
const MAX_TOKENS: u32 = 200;
/// Context for the built-in model: instruction, question, answer and follow-up.
const BUDGET_TOKENS: u32 = 1_024;

impl AppState {
    /// Has a column's model condense a follow-up and the run before it into one question.
    ///
    /// # Errors
    /// The model cannot be asked, fails, or answers with no question.
    pub async fn condense(self, column: ColumnId, follow_up: String) -> Result<String, UserError> {
        let messages = self.session.conductor.with_value(|conductor| {
            conductor.as_ref().map(|conductor| condense_messages(conductor.run(), &follow_up))
        });
        let column = self.session.columns.value(&column).map(|view| view.column);
        let (Some(messages), Some(column)) = (messages, column) else {
            return Err(condense::gone());
        };
        let model = column.model;
        if matches!(model, ModelRef::Extractive | ModelRef::Chrome) {
            return Err(condense::cannot_rewrite());
        }
        let parameters = Parameters { max_tokens: Some(MAX_TOKENS), ..column.parameters.clone() };
        let asked = Asked { model, messages, parameters, budget_tokens: BUDGET_TOKENS };
        let answered = self.ask_once(asked, &Stopper::default()).await;
        let answer = answered.map_err(|reason| match reason {
            NotAsked::EndpointRemoved => condense::endpoint_removed(),
            NotAsked::CannotWrite => condense::cannot_rewrite(),
            NotAsked::Refused(user_error) => user_error,
            NotAsked::NetworkStopped(_) => condense::network_stopped(),
            NotAsked::ModelStopped(_) => condense::model_stopped(),
        })?;
        if let Some(failure) = answer.answer.failure {
            return Err(failure.error);
        }
        condensed(&answer.answer.text).ok_or_else(condense::no_question)
    }
}
