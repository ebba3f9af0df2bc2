//! What a prompt is to hold, before it is built.

use super::{Budget, DatedTemplate, Fit, Prompt, Question, Style, build};
use crate::types::{ChatRequest, Evidence, Message, Parameters, Sha256};
use serde::{Deserialize, Serialize};

/// What is put to a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PromptSpec {
    /// A question to be answered from evidence.
    Grounded {
        /// The question.
        question: String,
        /// Names the evidence, which was handed over before; nothing for the baseline.
        evidence: Option<Sha256>,
        /// The custom template; the default one where there is none.
        template: Option<DatedTemplate>,
    },
    /// A conversation as it is: of a judge, a template, a follow-up.
    Messages(Vec<Message>),
}

impl PromptSpec {
    /// The evidence that is needed to build it.
    pub fn evidence(&self) -> Option<Sha256> {
        match self {
            Self::Grounded { evidence, .. } => *evidence,
            Self::Messages(_) => None,
        }
    }

    /// The request for one column. `evidence` is what [`Self::evidence`] names.
    pub fn build(
        &self,
        evidence: Option<&Evidence>,
        model: &str,
        parameters: &Parameters,
        style: Style,
        budget: &Budget<'_>,
    ) -> Prompt {
        match self {
            Self::Grounded { question, template, .. } => {
                let question = Question { text: question, template: template.as_ref() };
                build(question, evidence, model, parameters, style, budget)
            }
            Self::Messages(messages) => {
                let contents: Vec<String> = messages.iter().map(|message| message.content.clone()).collect();
                Prompt {
                    request: ChatRequest {
                        model: model.to_owned(),
                        messages: messages.clone(),
                        parameters: parameters.clone(),
                        documents: Vec::new(),
                    },
                    evidence_text: None,
                    evidence_sha256: None,
                    fit: Fit {
                        tokens: budget.count_messages(&contents),
                        budget: budget.input_tokens(),
                        ..Fit::default()
                    },
                    origins: Vec::new(),
                }
            }
        }
    }
}
