use crate::prompt::PromptSpec;
use crate::run::{condense_messages, condensed};
use crate::state::AppState;
use crate::types::problem::condense;
use crate::types::{Answer, ColumnId, ModelRef, Parameters, UserError};
use crate::worker::protocol::{Chat, ChatUpdate, Generate, ModelUpdate, NotSent};
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
        let prompt = PromptSpec::Messages(messages);
        let parameters = Parameters { max_tokens: Some(MAX_TOKENS), ..column.parameters.clone() };
        let answer = match column.model {
            ModelRef::Remote { endpoint, model } => {
                let settings = self.settings.get_untracked();
                let found = settings.endpoint(endpoint).cloned();
                let endpoint = found.ok_or_else(condense::endpoint_removed)?;
                let omit = settings.omitted(endpoint.id, &model);
                let context_tokens = None;
                self.chat_once(Chat { endpoint, model, prompt, parameters, omit, context_tokens }).await?
            }
            ModelRef::SmolLm2 => {
                self.generate_once(Generate { prompt, parameters, budget_tokens: BUDGET_TOKENS }).await?
            }
            ModelRef::Extractive | ModelRef::Chrome => return Err(condense::cannot_rewrite()),
        };
        if let Some(failure) = answer.failure {
            return Err(failure.error);
        }
        condensed(&answer.text).ok_or_else(condense::no_question)
    }

    async fn chat_once(self, call: Chat) -> Result<Answer, UserError> {
        let mut answer = Answer::default();
        let mut call = self.services().courier.call(call);
        while let Some(update) = call.body().await {
            match update {
                ChatUpdate::Events(events) => {
                    events.iter().for_each(|timed| answer.apply(&timed.event, timed.at_millis));
                }
                ChatUpdate::Ended(_) => return Ok(answer),
                ChatUpdate::NotSent(NotSent::Refused(user_error)) => return Err(user_error),
                ChatUpdate::NotSent(NotSent::UnknownEvidence(_)) => break,
                ChatUpdate::Started(_) | ChatUpdate::Waiting(_) => {}
            }
        }
        Err(condense::network_stopped())
    }

    async fn generate_once(self, call: Generate) -> Result<Answer, UserError> {
        let mut answer = Answer::default();
        let mut call = self.services().local_model.call(call);
        while let Some(update) = call.body().await {
            match update {
                ModelUpdate::Events(events) => {
                    events.iter().for_each(|timed| answer.apply(&timed.event, timed.at_millis));
                }
                ModelUpdate::Ended { .. } => return Ok(answer),
                ModelUpdate::UnknownEvidence(_) => break,
                ModelUpdate::Loading { .. } | ModelUpdate::Started(_) | ModelUpdate::Reading { .. } => {}
            }
        }
        Err(condense::model_stopped())
    }
}
